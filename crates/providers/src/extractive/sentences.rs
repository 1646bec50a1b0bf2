//! Cuts a block into sentences whose white space is folded and whose text is otherwise untouched.
//!
//! The borders are those of Unicode (UAX #29), so `3.14` and `v1.5` hold together and `。` ends a
//! Japanese sentence. UAX #29 knows no abbreviations and would end a sentence at `Dr. Smith`; a short
//! list puts such pieces together again. Text without punctuation (logs, exports) is cut at its
//! lines, and in the end at [`LONGEST`] words, because a "sentence" of a thousand words could never
//! be quoted within a limit and all it says would be lost.

use unicode_segmentation::UnicodeSegmentation;

/// Pieces longer than this many words are cut.
const LONGEST: usize = 100;

/// These never end a sentence.
const BEFORE_NAMES: [&str; 24] = [
    "dr.", "mr.", "mrs.", "ms.", "prof.", "st.", "mt.", "ft.", "fig.", "eq.", "sec.", "e.g.",
    "i.e.", "cf.", "vs.", "approx.", "ca.", "gen.", "col.", "capt.", "lt.", "sgt.", "rev.", "hon.",
];

/// These may end a sentence, but not before a word which is no usual beginning.
const IN_NAMES: [&str; 17] = [
    "inc.", "ltd.", "corp.", "co.", "etc.", "jr.", "sr.", "u.s.", "u.k.", "a.m.", "p.m.", "jan.",
    "feb.", "aug.", "sept.", "oct.", "dec.",
];

/// Usual first words of a sentence.
const BEGINNINGS: [&str; 22] = [
    "The", "A", "An", "It", "Its", "This", "That", "These", "Those", "He", "She", "They", "We",
    "I", "You", "In", "On", "At", "But", "And", "For", "When",
];

/// White space folded to single spaces, none at the ends.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The sentences of the lines of one block; pieces without a letter or digit are left out.
pub(crate) fn sentences(lines: &[&str]) -> Vec<String> {
    let whole = fold(&lines.join("\n"));
    let mut out = Vec::new();
    for sentence in split(&whole) {
        if lines.len() > 1 && is_long(sentence) {
            // No sentence of a person: its lines are the better borders.
            return lines.iter().flat_map(|line| sentences(&[line])).collect();
        }
        cut(sentence, &mut out);
    }
    out.retain(|sentence| sentence.chars().any(char::is_alphanumeric));
    out
}

/// Counting Unicode words is slow, so only where bytes leave a doubt.
fn is_long(text: &str) -> bool {
    text.len() > 2 * LONGEST && text.unicode_words().nth(LONGEST).is_some()
}

fn split(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for piece in text.split_sentence_bounds() {
        if end > start && ends_sentence(text[start..end].trim_end(), piece) {
            out.push(text[start..end].trim());
            start = end;
        }
        end += piece.len();
    }
    out.push(text[start..].trim());
    out
}

fn ends_sentence(before: &str, after: &str) -> bool {
    let last = before.rsplit([' ', '(', '"', '“']).next().unwrap_or_default();
    if !last.ends_with('.') {
        return true;
    }
    let next = after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let usual_beginning = BEGINNINGS.contains(&next);
    let lower = last.to_lowercase();
    let mut letters = last.chars();
    let initial = letters.next().is_some_and(char::is_uppercase) && letters.as_str() == ".";
    if BEFORE_NAMES.contains(&lower.as_str()) {
        return false;
    }
    if initial || IN_NAMES.contains(&lower.as_str()) {
        return usual_beginning;
    }
    let numbered =
        (lower == "no." || lower == "nos.") && next.starts_with(|c: char| c.is_numeric());
    let bare_number = before.len() <= 4 && !before.contains(char::is_alphabetic);
    !numbered && !bare_number
}

/// Cuts what is longer than [`LONGEST`] words into pieces of that many.
fn cut(sentence: &str, out: &mut Vec<String>) {
    let mut start = 0;
    let words = if is_long(sentence) { sentence } else { "" };
    for (border, _) in words.unicode_word_indices().step_by(LONGEST).skip(1) {
        // At the last space before it, so that `well-known` or `"it` stay whole.
        let border = sentence[start..border].rfind(' ').map_or(border, |space| start + space);
        out.push(sentence[start..border].trim().to_owned());
        start = border;
    }
    out.push(sentence[start..].trim().to_owned());
}
