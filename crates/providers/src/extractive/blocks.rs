//! Cuts a text into blocks: heading, paragraph, list item, quote line or table row.
//!
//! Statements are quoted verbatim, so a block only ever drops what stands at the *start* of a line.
//! That is why every line of a quote is a block of its own (its `>` would otherwise sit inside a
//! joined sentence that the source does not contain), and why code fences are skipped whole: their
//! lines are no sentences, and half of one is worse than none. This is no Markdown parser; plain
//! text and logs pass through it unharmed.

/// What a block is, which decides what it can lend to the blocks after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    /// Context for everything up to the next heading of its level; no statement itself.
    Heading(usize),
    /// Running text.
    Paragraph,
    /// One list item; a paragraph that ends in a colon leads it.
    Item,
    /// The row above a table's rule; context for the rows below it, no statement itself.
    TableHead,
    /// A row of a table; one statement.
    Row,
}

/// Lines that belong together, without the markers at their starts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    pub(crate) kind: BlockKind,
    pub(crate) lines: Vec<&'a str>,
}

/// The blocks of a text in order.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut out = Blocks::default();
    let mut lines = text.lines().peekable();
    let mut unclosed = [usize::MAX; 2];
    let mut number = 0;
    while let Some(line) = lines.next() {
        number += 1;
        if let Some(fence) = fence(line) {
            out.end();
            let mark = usize::from(fence == '~');
            if number < unclosed[mark] {
                match lines.clone().position(|line| self::fence(line) == Some(fence)) {
                    Some(inside) => {
                        lines.nth(inside);
                        number += inside + 1;
                    }
                    // An opener without an end hides nothing: only its own line is dropped.
                    None => unclosed[mark] = number,
                }
            }
            continue;
        }
        out.line(line);
    }
    out.end();
    out.done
}

fn fence(line: &str) -> Option<char> {
    let line = line.trim_start();
    ["```", "~~~"].iter().find(|fence| line.starts_with(**fence)).and_then(|f| f.chars().next())
}

#[derive(Default)]
struct Blocks<'a> {
    done: Vec<Block<'a>>,
    open: Vec<&'a str>,
    item: bool,
    table: bool,
    /// The row before is the first of its table.
    head: bool,
}

impl<'a> Blocks<'a> {
    fn line(&mut self, line: &'a str) {
        let line = line.trim();
        let (body, quoted) = unquote(line);
        if body.is_empty() {
            return self.end();
        }
        if is_rule(body) {
            return self.rule(body);
        }
        if let Some((level, title)) = heading(body) {
            self.end();
            return self.push(BlockKind::Heading(level), title);
        }
        if is_row(body) {
            return self.row(body);
        }
        self.table = false;
        let (body, item) = unbullet(body);
        if item || quoted || is_field(body) {
            self.end();
        }
        self.item |= item;
        self.open.push(body);
        if quoted {
            self.end();
        }
    }

    /// `===` or `---` makes a heading of a single line above it, and is a rule otherwise.
    fn rule(&mut self, rule: &str) {
        let underline = rule.starts_with('=') || rule.starts_with('-');
        if underline && self.open.len() == 1 && !self.item {
            let title = std::mem::take(&mut self.open)[0];
            return self.push(BlockKind::Heading(1 + usize::from(rule.starts_with('-'))), title);
        }
        self.end();
    }

    fn row(&mut self, row: &'a str) {
        let first = !self.table;
        let head = self.head && !first;
        self.end();
        (self.table, self.head) = (true, head);
        if row.chars().any(char::is_alphanumeric) {
            self.push(BlockKind::Row, row.trim_matches(['|', ' ', '\t']));
            self.head = first;
        } else if let Some(head) = self.done.last_mut().filter(|_| self.head) {
            head.kind = BlockKind::TableHead;
            self.head = false;
        }
    }

    fn push(&mut self, kind: BlockKind, line: &'a str) {
        self.done.push(Block { kind, lines: vec![line] });
    }

    fn end(&mut self) {
        (self.table, self.head) = (false, false);
        let item = std::mem::take(&mut self.item);
        if !self.open.is_empty() {
            let kind = if item { BlockKind::Item } else { BlockKind::Paragraph };
            self.done.push(Block { kind, lines: std::mem::take(&mut self.open) });
        }
    }
}

fn unquote(line: &str) -> (&str, bool) {
    let body = line.trim_start_matches(|c: char| c == '>' || c.is_whitespace());
    (body, line.starts_with('>'))
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3
        && ["=", "-", "*", "_"]
            .iter()
            .any(|mark| line.split(mark).all(|rest| rest.trim().is_empty()))
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    ((1..=6).contains(&level) && title.starts_with(char::is_whitespace))
        .then(|| (level, title.trim().trim_end_matches('#').trim_end()))
}

fn is_row(line: &str) -> bool {
    line.starts_with('|') || line.contains(" | ")
}

/// Drops list markers, `- `, `* `, `+ `, `1. `, `2) `, and the box of a task list.
fn unbullet(line: &str) -> (&str, bool) {
    let mut body = line;
    loop {
        let digits = body.len() - body.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let marker = match digits {
            0 => body.starts_with(['-', '*', '+', '•']),
            1..=3 => body[digits..].starts_with(['.', ')']),
            _ => false,
        };
        let Some(rest) = marker
            .then(|| body[digits..].chars().next())
            .flatten()
            .and_then(|mark| body.get(digits + mark.len_utf8()..))
            .filter(|rest| rest.starts_with(char::is_whitespace))
        else {
            return (unbox(body, body.len() < line.len()), body.len() < line.len());
        };
        body = rest.trim_start();
    }
}

fn unbox(body: &str, item: bool) -> &str {
    let boxes = ["[ ] ", "[x] ", "[X] "];
    boxes.iter().filter(|_| item).find_map(|mark| body.strip_prefix(mark)).unwrap_or(body).trim()
}

/// `Severity: 2` or `**Owner:** Dana`: one of a column of fields, not the rest of a wrapped sentence.
fn is_field(line: &str) -> bool {
    let Some((key, value)) = line.trim_start_matches('*').split_once(':') else { return false };
    let words = key.split_whitespace().count();
    let named = words == 1 || (words <= 4 && key.starts_with(char::is_uppercase));
    named && key.len() <= 40 && value.starts_with([' ', '*'])
}
