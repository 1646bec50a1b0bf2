//! The words of a plan's notes: numbers with their nouns, and excerpts of text that somebody else
//! wrote. Notes end up on terminals, so an excerpt bears no control characters and has a bound.

/// `1 worker`, `3 workers`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The first `most` characters of a text, white space folded, control characters left out; an
/// ellipsis says that there was more.
pub(crate) fn excerpt(text: &str, most: usize) -> String {
    // Far more words than can be shown are not folded: a text may be long, an excerpt is not.
    let words = text.split_whitespace().take(most);
    let folded = words.collect::<Vec<_>>().join(" ");
    let mut shown = folded.chars().filter(|c| !c.is_control());
    let mut excerpt: String = shown.by_ref().take(most).collect();
    if shown.next().is_some() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_agree_with_their_nouns() {
        assert_eq!(count(1, "worker"), "1 worker");
        assert_eq!(count(3, "worker"), "3 workers");
    }

    #[test]
    fn an_excerpt_is_short_and_harmless() {
        assert_eq!(excerpt(" a\n b\u{1b}[31m ", 10), "a b[31m");
        assert_eq!(excerpt("äöüäöü", 3), "äöü…");
        assert_eq!(excerpt("abc", 3), "abc");
    }
}
