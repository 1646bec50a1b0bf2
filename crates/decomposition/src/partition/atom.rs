//! Atoms are what a partition does not cut: paragraphs, or pieces of paragraphs that are over-long.

use std::ops::Range;

use super::paragraph::Paragraph;
use super::sentence::sentence_ends;

/// A sentence or line that is itself over-long is cut to pieces this many times smaller than a part, so
/// that parts come out even within an eighth.
const GRAIN: usize = 8;

/// Appends the atoms of a paragraph of `text`. A paragraph of at most `limit` bytes is one atom; a longer
/// one is cut at sentence ends, code and tables at line ends. A sentence or line longer than `limit` is
/// cut at line ends, else at white space, else between characters.
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
    let whole = &text[body..end];
    let mut from = 0;
    let mut push = |to: usize| {
        chop(&whole[from..to], limit, |piece| {
            atoms.push(body + from + piece.start..body + from + piece.end);
        });
        from = to;
    };
    if by_lines {
        line_ends(whole).for_each(&mut push);
    } else {
        sentence_ends(whole).for_each(&mut push);
    }
    push(whole.len());
    atoms[first].start = start;
}

/// Ends of lines that another line with text follows; blank lines belong to the line before.
fn line_ends(text: &str) -> impl Iterator<Item = usize> {
    let mut end = 0;
    let mut lines = text.split_inclusive('\n').peekable();
    std::iter::from_fn(move || {
        end += lines.next()?.len();
        while let Some(blank) = lines.next_if(|line| line.trim().is_empty()) {
            end += blank.len();
        }
        lines.peek().map(|_| end)
    })
}

/// A text of at most `limit` bytes whole, a longer one in small pieces.
fn chop(text: &str, limit: usize, mut push: impl FnMut(Range<usize>)) {
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
        push(start..start + cut);
        start += cut;
    }
    push(start..text.len());
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

    fn cut(text: &str, limit: usize) -> Vec<&str> {
        let mut atoms = Vec::new();
        paragraphs(text).for_each(|paragraph| push_atoms(text, paragraph, limit, &mut atoms));
        atoms.into_iter().map(|atom| &text[atom]).collect()
    }

    #[test]
    fn a_paragraph_within_the_limit_is_whole() {
        assert_eq!(cut("One. Two.\n\nThree.", 9), ["One. Two.", "Three."]);
    }

    #[test]
    fn a_longer_one_is_cut_at_sentence_ends() {
        assert_eq!(cut("# T\n\nOne two. Three.", 12), ["# T\n\nOne two. ", "Three."]);
    }

    #[test]
    fn code_is_cut_at_line_ends_and_keeps_its_indentation() {
        assert_eq!(
            cut("```\nf(a. B)\n\n\n  g()\n```", 12),
            ["```\n", "f(a. B)\n\n\n", "  g()\n", "```"]
        );
    }

    #[test]
    fn a_longer_sentence_is_cut_at_white_space_then_between_characters() {
        assert_eq!(cut("aaa bbb cccc dddd", 16), ["aaa ", "bbb ", "cccc ", "dddd"]);
        assert_eq!(cut("äääääääää", 16), ["ää", "ää", "ää", "ää", "ä"]);
    }

    #[test]
    fn no_atom_is_blank() {
        let spaced = format!("a{}b{}c", " ".repeat(100), "\t".repeat(100));
        assert!(cut(&spaced, 10).iter().all(|atom| !atom.trim().is_empty()));
    }
}
