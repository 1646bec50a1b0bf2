//! Lists in prose. Numbered items prevail: where there are any at the top level, bullets are details of them
//! or decoration around them. Everything that belongs to an item stays with it (continuation lines, nested
//! lists); everything around the list is left out.

use super::line::{Kind, Line};

/// So much further in than its list, a line is nested.
const NESTED: usize = 2;

/// The items of the list in a text, without their markers; none if there is no list.
pub(super) fn items(text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().map(Line::new).collect();
    let outermost = |kinds: &[Kind]| {
        let listed = lines.iter().filter(|line| kinds.contains(&line.kind));
        listed.map(|line| line.indentation).min()
    };
    let Some(base) = outermost(&[Kind::Number, Kind::Bullet]) else { return Vec::new() };
    // Numbers that are all nested below bullets are details.
    let numbers = outermost(&[Kind::Number]).filter(|indentation| *indentation < base + NESTED);
    let list = match numbers {
        Some(base) => List::new(Kind::Number, base),
        None => List::new(Kind::Bullet, base),
    };
    list.read(&lines)
}

struct List {
    marker: Kind,
    base: usize,
    items: Vec<Entry>,
    /// Whether lines may still belong to the last item.
    open: bool,
    /// Whether the line before is blank.
    apart: bool,
}

struct Entry {
    text: String,
    /// The length of the text without bullets that stand apart from it, unindented.
    own: usize,
}

impl List {
    fn new(marker: Kind, base: usize) -> Self {
        Self { marker, base, items: Vec::new(), open: false, apart: false }
    }

    fn read(mut self, lines: &[Line]) -> Vec<String> {
        for line in lines {
            self.take(line);
            self.apart = line.kind == Kind::Blank;
        }
        // Bullets apart after the last item are its details if other items have such; else they are
        // closing words.
        let last = self.items.pop();
        let detailed = self.items.iter().any(|item| item.own < item.text.len());
        let last = last.map(|Entry { mut text, own }| {
            if !detailed {
                text.truncate(own);
            }
            text
        });
        self.items.into_iter().map(|item| item.text).chain(last).collect()
    }

    fn take(&mut self, line: &Line) {
        let nested = line.indentation >= self.base + NESTED;
        match line.kind {
            Kind::Blank => {}
            Kind::Heading => self.open = false,
            kind if kind == self.marker && !nested => {
                self.items.push(Entry { text: line.text.clone(), own: line.text.len() });
                self.open = true;
            }
            Kind::Words if nested || !self.apart => {
                let space = if self.apart { "\n" } else { " " };
                self.append(space, &line.text, true);
            }
            Kind::Words => self.open = false,
            Kind::Number | Kind::Bullet => {
                self.append("\n- ", &line.text, nested || !self.apart);
            }
        }
    }

    /// More of the last item; `own` unless it stands apart.
    fn append(&mut self, space: &str, text: &str, own: bool) {
        let Some(item) = self.items.last_mut().filter(|_| self.open) else { return };
        let whole = item.own == item.text.len();
        item.text.push_str(if item.text.is_empty() { space.trim_start() } else { space });
        item.text.push_str(text);
        if own && whole {
            item.own = item.text.len();
        }
    }
}
