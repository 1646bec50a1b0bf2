//! Where a sentence ends, well enough to cut an over-long paragraph there. A missed end or one too many
//! costs nothing but a less pretty cut, so this is a few rules and no dictionary.

/// Words whose full stop is not the end of a sentence.
const ABBREVIATIONS: [&str; 15] = [
    "dr", "mr", "mrs", "ms", "prof", "st", "vs", "cf", "e.g", "i.e", "fig", "approx", "bzw", "z.b",
    "ca",
];

/// The ends of the sentences of a text: after the white space that follows them, so that sentences
/// start with their first word. The last end, that of the text, is left out.
pub(super) fn sentence_ends(text: &str) -> impl Iterator<Item = usize> {
    let marks = text.char_indices().filter(|(_, c)| is_mark(*c) || *c == '\n');
    let ends = marks.filter_map(move |(index, mark)| end_after(text, index, mark));
    // A full stop and the list item on the next line would end the same sentence twice.
    let mut last = 0;
    ends.filter(move |end| {
        let later = *end > last && *end < text.len();
        last = if later { *end } else { last };
        later
    })
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？')
}

fn end_after(text: &str, index: usize, mark: char) -> Option<usize> {
    let after = &text[index + mark.len_utf8()..];
    if mark == '\n' {
        return starts_item(after).then_some(text.len() - after.len());
    }
    if after.starts_with(is_mark) {
        return None;
    }
    let rest = after.trim_start_matches(['"', '\'', '”', '’', ')', ']', '»', '」']);
    let next = rest.trim_start();
    let spaced = next.len() < rest.len() || matches!(mark, '。' | '！' | '？');
    let goes_on = next.starts_with(|c: char| c.is_lowercase() || is_mark(c));
    let abbreviated = mark == '.' && is_abbreviation(&text[..index]);
    (spaced && !goes_on && !abbreviated).then_some(text.len() - next.len())
}

/// Whether a line after a border is a list item, a heading, a quotation or a table row.
fn starts_item(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t']);
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = number.len() < line.len() && number.starts_with([')', '.']);
    line.starts_with(['-', '*', '+', '•', '#', '|', '>']) || numbered
}

fn is_abbreviation(before: &str) -> bool {
    // No abbreviation is longer: looking further back would cost a scan per full stop.
    let tail = before.char_indices().rev().nth(8).map_or(0, |(index, _)| index);
    let word = before[tail..].rsplit(char::is_whitespace).next().unwrap_or("");
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let initial = word.chars().count() == 1 && word.starts_with(char::is_uppercase);
    initial || ABBREVIATIONS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        let mut start = 0;
        let mut sentences = Vec::new();
        for end in sentence_ends(text).chain([text.len()]) {
            sentences.push(&text[start..end]);
            start = end;
        }
        sentences
    }

    #[test]
    fn sentences_end_at_marks_before_white_space() {
        assert_eq!(cut("One. Two!  (Three?) Four"), ["One. ", "Two!  ", "(Three?) ", "Four"]);
        assert_eq!(cut("v1.5 is out... and “fine.” Yes."), ["v1.5 is out... and “fine.” ", "Yes."]);
        assert_eq!(cut("一。二！三"), ["一。", "二！", "三"]);
    }

    #[test]
    fn abbreviations_do_not_end_sentences() {
        assert_eq!(cut("Dr. J. Doe met e.g. Bob. Then"), ["Dr. J. Doe met e.g. Bob. ", "Then"]);
    }

    #[test]
    fn list_items_are_sentences() {
        assert_eq!(cut("a:\n- b\n  2) c\nd"), ["a:\n", "- b\n", "  2) c\nd"]);
    }
}
