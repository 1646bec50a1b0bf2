//! A text in parts that fit. Every byte is in exactly one part, in order, and a part ends where a reader would
//! pause: at a paragraph if one ends in time, else at a line, a sentence, a word, and only then anywhere.
//! A source mark is not taken apart, for half a mark names nothing.
//!
//! It ends: each step works on the same text with a finer kind of boundary, of which there are four, or on
//! a text that is strictly shorter; and a single character is never cut.

use std::ops::Range;

use ziggurat_core::TokenCounter;

/// Whether a text may be cut at this byte, which is where a character begins.
type Boundary = fn(&str, usize) -> bool;

const BOUNDARIES: [Boundary; 4] = [paragraph, line, sentence, word];

/// What has more than this many bytes between its brackets is no mark.
const LONGEST_MARK: usize = 256;

/// Brackets around brackets beyond this depth are not looked at, so that the time is linear in the text.
const DEPTH: usize = 8;

/// The text in parts of at most this many tokens; together they are the text. Only a single character may be
/// larger.
pub(crate) fn parts<'t>(text: &'t str, room: u64, counter: &dyn TokenCounter) -> Vec<&'t str> {
    let mut splitter = Splitter { room, counter, parts: Vec::new() };
    splitter.split(text, &BOUNDARIES);
    splitter.parts
}

struct Splitter<'t, 'c> {
    room: u64,
    counter: &'c dyn TokenCounter,
    parts: Vec<&'t str>,
}

impl<'t> Splitter<'t, '_> {
    fn split(&mut self, text: &'t str, boundaries: &[Boundary]) {
        if text.is_empty() {
            return;
        }
        if self.counter.count(text) <= self.room {
            return self.parts.push(text);
        }
        match boundaries.split_first() {
            Some((boundary, finer)) => self.pack(text, *boundary, finer),
            None => self.halve(text),
        }
    }

    /// Puts together pieces as long as they fit. What does not, a single piece or several that count more
    /// together than each, is split at finer boundaries.
    fn pack(&mut self, text: &'t str, boundary: Boundary, finer: &[Boundary]) {
        let (mut start, mut end, mut size) = (0, 0, 0_u64);
        for piece in pieces(text, boundary) {
            let more = self.counter.count(piece);
            if size.saturating_add(more) > self.room {
                self.split(&text[start..end], finer);
                (start, size) = (end, 0);
            }
            end += piece.len();
            size = size.saturating_add(more);
        }
        self.split(&text[start..], finer);
    }

    fn halve(&mut self, text: &'t str) {
        match middle(text) {
            Some(at) => {
                self.split(&text[..at], &[]);
                self.split(&text[at..], &[]);
            }
            None => self.parts.push(text),
        }
    }
}

fn pieces(text: &str, boundary: Boundary) -> impl Iterator<Item = &str> {
    let mut start = 0;
    let inner = text.char_indices().map(|(at, _)| at).filter(move |at| boundary(text, *at));
    inner.chain([text.len()]).filter(|at| *at > 0).map(move |at| {
        let piece = &text[start..at];
        start = at;
        piece
    })
}

fn paragraph(text: &str, at: usize) -> bool {
    line(text, at) && (text[..at].ends_with("\n\n") || text[..at].ends_with("\n\r\n"))
}

/// Where a line ends, with the empty lines after it.
fn line(text: &str, at: usize) -> bool {
    text[..at].ends_with('\n') && !text[at..].starts_with(['\n', '\r'])
}

/// Where a sentence ends, with the marks after it.
fn sentence(text: &str, at: usize) -> bool {
    let before = &text[..at];
    if before.ends_with(['。', '！', '？']) {
        return mark_around(text, at).is_none();
    }
    if !word(text, at) {
        return false;
    }
    let mut said = before.trim_end();
    while let Some(unmarked) = without_mark(said) {
        said = unmarked.trim_end();
    }
    said.trim_end_matches(['"', '”', ')', '*', '_']).ends_with(['.', '!', '?', '…'])
}

/// The text before the mark that ends it, if one does.
fn without_mark(text: &str) -> Option<&str> {
    let inside = text.strip_suffix(']')?;
    let back = inside.bytes().rev().take(LONGEST_MARK).position(|byte| byte == b'[')?;
    Some(&inside[..inside.len() - back - 1])
}

/// Where a word begins that is no mark: a mark stays with the word before it.
fn word(text: &str, at: usize) -> bool {
    let begins = !text[at..].starts_with(|c: char| c.is_whitespace() || c == '[');
    begins && text[..at].ends_with(char::is_whitespace) && mark_around(text, at).is_none()
}

/// Where to cut a text that has no better place: a character's beginning near the middle, outside of marks
/// if there is one. `None` for a single character.
fn middle(text: &str) -> Option<usize> {
    let half = text.len() / 2;
    let first = text.chars().next()?.len_utf8();
    let before = (first..=half).rev().find(|at| text.is_char_boundary(*at));
    let at = before.unwrap_or(first);
    if at == text.len() {
        return None;
    }
    let outside = |mark: Range<usize>| {
        [mark.start, mark.end].into_iter().find(|at| (1..text.len()).contains(at)).unwrap_or(at)
    };
    Some(mark_around(text, at).map_or(at, outside))
}

/// The outermost brackets of one line around this byte, with what is between them.
fn mark_around(text: &str, at: usize) -> Option<Range<usize>> {
    let (mut inside, mut found) = (at..at, None);
    for _ in 0..DEPTH {
        let Some(mark) = brackets_around(text.as_bytes(), &inside) else { break };
        inside = mark.clone();
        found = Some(mark);
    }
    found
}

/// The nearest brackets around a range.
fn brackets_around(text: &[u8], inside: &Range<usize>) -> Option<Range<usize>> {
    let before = text[..inside.start].iter().rev().take(LONGEST_MARK);
    let open = unpaired(before, b'[', b']')?;
    let after = text[inside.end..].iter().take(LONGEST_MARK);
    let close = unpaired(after, b']', b'[')?;
    Some(inside.start - open - 1..inside.end + close + 1)
}

/// How far away, on the same line, the first bracket of a kind is that pairs with no other on the way.
fn unpaired<'b>(bytes: impl Iterator<Item = &'b u8>, wanted: u8, other: u8) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in bytes.enumerate() {
        match *byte {
            b'\n' => return None,
            byte if byte == wanted && depth == 0 => return Some(at),
            byte if byte == wanted => depth -= 1,
            byte if byte == other => depth += 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
