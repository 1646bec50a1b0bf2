//! What one line of an answer is: a numbered item, a bullet, a heading, blank, or words.

use super::emphasis::without_leading_bold;

/// A tab counts as so many spaces of indentation.
const TAB: usize = 4;

/// Longer numbers are years or amounts.
const DIGITS: usize = 3;

/// Words that models put before an item's number.
const LABELS: [&str; 6] = ["subtask", "sub-task", "step", "task", "part", "worker"];

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Bullet,
    Words,
    /// A heading or a rule: the text after it is no part of what is before it.
    Heading,
    /// Nothing, or a code fence around a list.
    Blank,
}

/// A line, its marker and white space taken off.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) kind: Kind,
    pub(super) indentation: usize,
    pub(super) text: String,
}

impl Line {
    pub(super) fn new(line: &str) -> Self {
        let text = line.trim();
        let indentation = line.chars().take_while(|c| c.is_whitespace());
        let indentation = indentation.map(|c| if c == '\t' { TAB } else { 1 }).sum();
        let (kind, text) = kind_of(text);
        Self { kind, indentation, text }
    }
}

fn kind_of(text: &str) -> (Kind, String) {
    if text.is_empty() || text.starts_with("```") || text.starts_with("~~~") {
        return (Kind::Blank, String::new());
    }
    if is_heading(text) || is_rule(text) {
        return (Kind::Heading, text.to_owned());
    }
    if let Some(item) = after_bullet(text) {
        return (Kind::Bullet, without_leading_bold(item));
    }
    // `**1.** text`, `**Step 1: Title** text`.
    let plain = without_leading_bold(text);
    match after_number(&plain) {
        Some(item) => (Kind::Number, without_leading_bold(item)),
        None => (Kind::Words, text.to_owned()),
    }
}

fn is_heading(text: &str) -> bool {
    let title = text.trim_start_matches('#');
    title.len() < text.len() && (title.is_empty() || title.starts_with(char::is_whitespace))
}

fn is_rule(text: &str) -> bool {
    ['-', '*', '_'].iter().any(|mark| {
        text.matches(*mark).count() >= 3 && text.chars().all(|c| c == *mark || c.is_whitespace())
    })
}

fn after_bullet(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(['-', '*', '+', '•', '–', '—', '◦', '▪', '‣'])?;
    let item = rest.strip_prefix(char::is_whitespace)?.trim_start();
    let boxes = ["[ ] ", "[x] ", "[X] "];
    Some(boxes.iter().find_map(|unticked| item.strip_prefix(unticked)).unwrap_or(item))
}

/// What follows `1.`, `1)`, `(1)`, `1:`, `Step 1:` and the like; `None` if the text does not start with one.
fn after_number(text: &str) -> Option<&str> {
    let (text, labelled) = match after_label(text) {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (digits, bracketed) = match text.strip_prefix('(') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    if !(1..=DIGITS).contains(&(digits.len() - rest.len())) {
        return None;
    }
    if bracketed {
        return rest.strip_prefix(')').map(str::trim_start);
    }
    let rest = rest.strip_prefix("**").unwrap_or(rest);
    if let Some(item) = rest.strip_prefix(['、', '．', '）', '：']) {
        return Some(item.trim_start());
    }
    let dashed = labelled.then(|| rest.trim_start().strip_prefix(['-', '–', '—'])).flatten();
    let after = dashed
        .or_else(|| rest.strip_prefix(".)"))
        .or_else(|| rest.strip_prefix(['.', ')', ':']))?;
    // `3.5 kg` and `10:30` are no items; `1.Compare` is one.
    let starts = |c: char| c.is_whitespace() || c.is_uppercase() || c == '*';
    (after.is_empty() || after.starts_with(starts)).then(|| after.trim_start())
}

fn after_label(text: &str) -> Option<&str> {
    LABELS.iter().find_map(|label| {
        let (head, rest) = text.split_at_checked(label.len())?;
        let rest = rest.strip_prefix(char::is_whitespace)?.trim_start();
        head.eq_ignore_ascii_case(label).then(|| rest.strip_prefix('#').unwrap_or(rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(line: &str) -> (Kind, String) {
        let Line { kind, text, .. } = Line::new(line);
        (kind, text)
    }

    #[test]
    fn numbers() {
        let markers =
            ["1.", "1)", "(1)", "1:", "12.", "1.)", "Step 1:", "step 1.", "Subtask 2)", "Task #3:"];
        let bold = ["**1.**", "**1)**", "**Step 1:**", "__1.__", "**1**.", "Step 1 -", "Part 1 –"];
        for marker in markers.iter().chain(&bold) {
            assert_eq!(
                kind(&format!(" {marker} Do it ")),
                (Kind::Number, "Do it".into()),
                "{marker}"
            );
        }
        assert_eq!(kind("1.Compare"), (Kind::Number, "Compare".into()));
        assert_eq!(kind("1、比较"), (Kind::Number, "比较".into()));
    }

    #[test]
    fn words_that_look_like_numbers() {
        for line in [
            "10 apples",
            "3.5 kg",
            "10:30 start",
            "2024. Then",
            "Step one: x",
            "(a) x",
            "1",
            "1.5. x",
        ] {
            assert_eq!(kind(line), (Kind::Words, line.into()), "{line}");
        }
    }

    #[test]
    fn bullets_headings_and_blanks() {
        for line in ["- a", "* a", "• a", "– a", "+ a", "- [ ] a", "-\ta", "- **a**"] {
            assert_eq!(kind(line), (Kind::Bullet, "a".into()), "{line}");
        }
        for line in ["# a", "###", "---", "* * *", "___", "## 1. a"] {
            assert_eq!(kind(line).0, Kind::Heading, "{line}");
        }
        for line in ["-a", "**a**", "*a*", "#a", "-1 is less", "--- a"] {
            assert_eq!(kind(line).0, Kind::Words, "{line}");
        }
        assert_eq!(kind("```json").0, Kind::Blank);
    }
}
