//! Where a text may be cut without cutting a thought: at blank lines, except inside fenced code and
//! between a heading and what it heads. Paragraphs are found lazily, in one pass, as byte ranges: a
//! document of many megabytes is measured without being copied or listed.

use super::fence::{Closings, Fence};

/// A piece of text that stays together unless it is over-long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paragraph {
    /// Where it starts, its headings and the first line's indentation included.
    pub(super) start: usize,
    /// Where what comes after its headings starts; `start` without headings.
    pub(super) body: usize,
    /// Where it ends, without white space after it.
    pub(super) end: usize,
    /// Whether it is code or a table: then lines, not sentences, are its parts.
    pub(super) by_lines: bool,
}

impl Paragraph {
    pub(super) fn len(self) -> usize {
        self.end - self.start
    }
}

/// The paragraphs of a text, in order. Whatever lies between them is white space.
pub(super) fn paragraphs(text: &str) -> impl Iterator<Item = Paragraph> {
    let mut blocks = Blocks { text, position: 0, closings: Closings::default() };
    std::iter::from_fn(move || {
        let first = blocks.next()?;
        let Block { start, end, by_lines, mut heads_next } = first;
        let mut paragraph = Paragraph { start, body: start, end, by_lines };
        while heads_next {
            let Some(next) = blocks.next() else { break };
            paragraph.body = next.start;
            paragraph.end = next.end;
            paragraph.by_lines = next.by_lines;
            heads_next = next.heads_next;
        }
        Some(paragraph)
    })
}

/// What lies between two borders, headings still by themselves.
struct Block {
    start: usize,
    end: usize,
    by_lines: bool,
    /// Whether its last line is a heading.
    heads_next: bool,
}

struct Blocks<'a> {
    text: &'a str,
    position: usize,
    closings: Closings,
}

impl<'a> Blocks<'a> {
    /// The line that starts here, with its end; `None` at the end of the text.
    fn next_line(&self) -> Option<&'a str> {
        let rest = &self.text[self.position..];
        // Most lines are short: counting bytes beats a search made for long ones.
        let end = rest.bytes().position(|byte| byte == b'\n').map_or(rest.len(), |end| end + 1);
        (end > 0).then(|| &rest[..end])
    }
}

impl Iterator for Blocks<'_> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let mut line = self.next_line()?;
        while is_blank(line) {
            self.position += line.len();
            line = self.next_line()?;
        }
        let start = self.position;
        let mut block = Block { start, end: start, by_lines: false, heads_next: false };
        for index in 0.. {
            self.position += line.len();
            block.end = self.position;
            block.heads_next = is_heading(line, index);
            block.by_lines |= index == 1 && is_table_rule(line);
            if let Some(length) = self.code_after(line) {
                self.position += length;
                block.end = self.position;
                block.by_lines = true;
            }
            match self.next_line() {
                Some(next) if !is_blank(next) => line = next,
                _ => break,
            }
        }
        block.end = start + self.text[start..block.end].trim_end().len();
        Some(block)
    }
}

impl Blocks<'_> {
    /// The length of the code that a line opens and some later line closes.
    fn code_after(&mut self, line: &str) -> Option<usize> {
        let fence = Fence::opened_by(line)?;
        self.closings.find(fence, &self.text[self.position..])
    }
}

fn is_blank(line: &str) -> bool {
    line.chars().all(char::is_whitespace)
}

/// `## Title`, or the line under an underlined title.
fn is_heading(line: &str, index: usize) -> bool {
    let line = line.trim_start();
    if !line.starts_with(['#', '=', '-']) {
        return false;
    }
    let line = line.trim_end();
    let underline = |mark: u8| line.len() > 1 && line.bytes().all(|byte| byte == mark);
    if index > 0 && (underline(b'=') || underline(b'-')) {
        return true;
    }
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    (1..=6).contains(&level) && (title.is_empty() || title.starts_with([' ', '\t']))
}

/// `|---|:--:|`, the second line of a table.
fn is_table_rule(line: &str) -> bool {
    let line = line.trim();
    let allowed = |byte: u8| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t');
    line.contains('|') && line.contains('-') && line.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        paragraphs(text).map(|p| &text[p.start..p.end]).collect()
    }

    #[test]
    fn blank_lines_are_borders() {
        assert_eq!(cut("a\nb\n\n \t\nc  \r\n\r\n  d\n"), ["a\nb", "c", "  d"]);
        assert_eq!(cut(" \n\u{a0}\n"), [""; 0]);
    }

    #[test]
    fn headings_stay_with_what_they_head() {
        assert_eq!(cut("# T\n\n## S\n\na\n\nb"), ["# T\n\n## S\n\na", "b"]);
        assert_eq!(cut("Title\n=====\n\na\n\nb"), ["Title\n=====\n\na", "b"]);
        assert_eq!(cut("a\n## S\n\nb\n\n#tag\n\nc"), ["a\n## S\n\nb", "#tag", "c"]);
        assert_eq!(cut("a\n\n# alone"), ["a", "# alone"]);
    }

    #[test]
    fn code_is_one_paragraph_if_its_fence_closes() {
        assert_eq!(cut("```\na\n\nb\n```\n\nc"), ["```\na\n\nb\n```", "c"]);
        assert_eq!(cut("say:\n```\na\n\nb\n```\nend\n\nc"), ["say:\n```\na\n\nb\n```\nend", "c"]);
        assert_eq!(cut("```\na\n\nb"), ["```\na", "b"]);
        assert_eq!(cut("```\n# a\n```\n\nb"), ["```\n# a\n```", "b"]);
    }

    #[test]
    fn code_and_tables_go_by_lines() {
        let by_lines = |text: &str| paragraphs(text).next().unwrap().by_lines;
        assert!(by_lines("| a | b |\n|---|:-:|\n| 1 | 2 |"));
        assert!(by_lines("## T\n\n```\nx\n```"));
        assert!(!by_lines("a | b\nc - d"));
    }
}
