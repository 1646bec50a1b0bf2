//! Text on its way to a terminal. From what models and files say, escapes and other controls are
//! stripped, so that no text can move the cursor, set a title or write a clipboard.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};

/// One line on stderr, if stderr takes it. `eprintln!` would panic at a closed or full one, and a
/// report that was paid for must not be lost because nobody reads what is said about it.
pub(crate) fn say(line: impl Display) {
    let line = format!("{line}\n");
    io::stderr().lock().write_all(line.as_bytes()).ok();
}

/// The text without terminal escapes and control characters; line feeds and tabs stay.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_control) {
        return Cow::Borrowed(text);
    }
    let stripped = console::strip_ansi_codes(text);
    Cow::Owned(stripped.chars().filter(|&c| !is_control(c)).collect())
}

/// The text as one line of printable characters.
pub(crate) fn line(text: &str) -> String {
    printable(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_control(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || is_invisible_direction(c)
}

/// Bidirectional overrides make text read as something else than it is.
fn is_invisible_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_gone_and_text_stays() {
        let hostile =
            "a\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}b\u{8}\u{9b}2J \u{202e}c\n\td é 日本";
        let shown = printable(hostile);
        assert!(!shown.chars().any(is_control), "{shown:?}");
        for kept in ["red", "b", "c\n\td é 日本"] {
            assert!(shown.contains(kept), "{shown:?}");
        }
    }

    #[test]
    fn clean_text_is_not_copied() {
        assert!(matches!(printable("plain\ntext"), Cow::Borrowed(_)));
    }
}
