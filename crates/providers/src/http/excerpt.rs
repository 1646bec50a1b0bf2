//! Foreign text in messages: a little of it, and nothing that moves a terminal's cursor.

/// The first `limit` characters, control characters escaped.
pub(crate) fn excerpt(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    let mut characters = text.trim().chars();
    for c in characters.by_ref().take(limit) {
        if c.is_control() || is_direction_mark(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Marks that make text read otherwise than it stands.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_length_is_counted_in_characters() {
        assert_eq!(excerpt("a\u{1b}[2J\nb", 99), "a\\u{1b}[2J\\nb");
        assert_eq!(excerpt("日本語", 2), "日本…");
        assert_eq!(excerpt("日本", 2), "日本");
    }
}
