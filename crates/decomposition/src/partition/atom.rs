//! Atoms are what a partition does not cut: paragraphs, or pieces of paragraphs that are over-long.

use std::ops::Range;

use super::paragraph::Paragraph;
use super::sentence::sentence_ends;

/// A sentence or line that is itself over-long is cut to pieces this many times smaller than a part, so
/// that parts come out even within an eighth.
const GRAIN: usize = 8;

/// Appends the atoms of a paragraph of `text`. A paragraph of at most `limit` bytes is one atom; a longer
/// one is cut at the blank lines it may have (those of code), what is still longer at sentence ends, code
/// and tables at line ends. A sentence or line longer than `limit` is cut at line ends, else at white
/// space, else between characters.
///
/// Every atom has something that is not white space, and together they are the paragraph.
pub(super) fn push_atoms(
    text: &str,
    paragraph: Paragraph,
    limit: usize,
    atoms: &mut Vec<Range<usize>>,
) {
    let Paragraph { start, body, end, by_lines } = paragraph;
    if paragraph.len() <= limit {
        atoms.push(start..end);
        return;
    }
    // Headings go with the first piece of what they head, unless they alone are over-long.
    let body = if body - start <= limit { body } else { start };
    let first = atoms.len();
    let mut push = |atom: Range<usize>| atoms.push(body + atom.start..body + atom.end);
    let whole = &text[body..end];
    cut(whole, 0, line_ends(whole, true), |block| {
        let text = &whole[block.clone()];
        let chop = |piece: Range<usize>| chop(&whole[piece.clone()], piece.start, limit, &mut push);
        // The blank lines after a paragraph do not make it over-long.
        if text.trim_end().len() <= limit {
            push(block);
        } else if by_lines {
            cut(text, block.start, line_ends(text, false), chop);
        } else {
            cut(text, block.start, sentence_ends(text), chop);
        }
    });
    atoms[first].start = start;
}

/// The stretches of a text between these ends, shifted by where the text stands.
fn cut(
    text: &str,
    offset: usize,
    ends: impl Iterator<Item = usize>,
    mut push: impl FnMut(Range<usize>),
) {
    let mut start = 0;
    for end in ends.chain([text.len()]) {
        push(offset + start..offset + end);
        start = end;
    }
}

/// Ends of lines that another line with text follows; blank lines belong to the line before. Or, of these
/// ends, only those at `blank` lines.
fn line_ends(text: &str, blank: bool) -> impl Iterator<Item = usize> {
    let mut end = 0;
    let mut lines = text.split_inclusive('\n').peekable();
    let ends = std::iter::from_fn(move || {
        end += lines.next()?.len();
        let line = end;
        while let Some(blank) = lines.next_if(|line| line.trim().is_empty()) {
            end += blank.len();
        }
        lines.peek().map(|_| (end, end > line))
    });
    ends.filter(move |(_, at_blank)| *at_blank || !blank).map(|(end, _)| end)
}

/// A text of at most `limit` bytes whole, a longer one in small pieces.
fn chop(text: &str, offset: usize, limit: usize, mut push: impl FnMut(Range<usize>)) {
    let grain = if text.len() <= limit { limit } else { (limit / GRAIN).max(4) };
    let mut start = 0;
    while text.len() - start > grain {
        let rest = &text[start..];
        // Indentation is no piece of its own, so the window is measured after it.
        let indentation = rest.len() - rest.trim_start().len();
        let body = &rest[indentation..floor_char_boundary(rest, indentation + grain)];
        let space = body.rfind('\n').or_else(|| body.rfind(char::is_whitespace));
        let cut = indentation + space.unwrap_or(body.len());
        // White space goes with the piece before it.
        let cut = rest.len() - rest[cut..].trim_start().len();
        if cut == rest.len() {
            break;
        }
        push(offset + start..offset + start + cut);
        start += cut;
    }
    push(offset + start..offset + text.len());
}

// `str::floor_char_boundary` is newer than the oldest compiler we support.
fn floor_char_boundary(text: &str, index: usize) -> usize {
    let index = index.min(text.len());
    (0..=index).rev().find(|index| text.is_char_boundary(*index)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::paragraph::paragraphs;
    use super::*;

    fn atoms(text: &str, limit: usize) -> Vec<&str> {
        let mut ranges = Vec::new();
        paragraphs(text).for_each(|paragraph| push_atoms(text, paragraph, limit, &mut ranges));
        ranges.into_iter().map(|atom| &text[atom]).collect()
    }

    #[test]
    fn a_paragraph_within_the_limit_is_whole() {
        assert_eq!(atoms("One. Two.\n\nThree.", 9), ["One. Two.", "Three."]);
    }

    #[test]
    fn a_longer_one_is_cut_at_sentence_ends() {
        assert_eq!(atoms("# T\n\nOne two. Three.", 12), ["# T\n\nOne two. ", "Three."]);
    }

    #[test]
    fn code_is_cut_at_line_ends_and_keeps_its_indentation() {
        assert_eq!(
            atoms("```\nf(a. B)\n\n\n  g()\n```", 10),
            ["```\n", "f(a. B)\n\n\n", "  g()\n```"]
        );
        assert_eq!(
            atoms("```\nf(a. B)\n  g(b)\n```", 12),
            ["```\n", "f(a. B)\n", "  g(b)\n", "```"]
        );
    }

    #[test]
    fn blank_lines_after_a_paragraph_do_not_make_it_longer() {
        let code = "```\r\n\r\naaaa. b\nccc\r\n\r\nd\r\n```";
        assert_eq!(atoms(code, 11), ["```\r\n\r\n", "aaaa. b\nccc\r\n\r\n", "d\r\n```"]);
    }

    #[test]
    fn a_longer_sentence_is_cut_at_white_space_then_between_characters() {
        assert_eq!(atoms("aaa bbb cccc dddd", 16), ["aaa ", "bbb ", "cccc ", "dddd"]);
        assert_eq!(atoms("äääääääää", 16), ["ää", "ää", "ää", "ää", "ä"]);
    }

    #[test]
    fn no_atom_is_blank() {
        let spaced = format!("a{}b{}c", " ".repeat(100), "\t".repeat(100));
        assert!(atoms(&spaced, 10).iter().all(|atom| !atom.trim().is_empty()));
    }
}
