//! Fenced code blocks, whose blank lines are not paragraph borders. A fence that is never closed is
//! taken for text: one stray line of tildes must not turn the rest of a document into code.

/// Longer runs are ornament. The bound also keeps the search for closing fences linear: it can fail
/// only once for each length.
const LONGEST: usize = 16;

/// An opening fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fence {
    mark: u8,
    length: usize,
}

impl Fence {
    /// The fence that a line opens, at any indentation (fences stand in lists too).
    pub(super) fn opened_by(line: &str) -> Option<Self> {
        let line = line.trim_start();
        let mark = *line.as_bytes().first().filter(|mark| matches!(mark, b'`' | b'~'))?;
        let length = line.bytes().take_while(|byte| *byte == mark).count();
        // "```code```" in one line opens nothing.
        let inline = mark == b'`' && line[length..].contains('`');
        ((3..=LONGEST).contains(&length) && !inline).then_some(Self { mark, length })
    }

    fn closed_by(self, line: &str) -> bool {
        let line = line.trim();
        line.len() >= self.length && line.bytes().all(|byte| byte == self.mark)
    }
}

/// Finds closing fences, and remembers what was searched for in vain.
#[derive(Debug, Default)]
pub(super) struct Closings {
    /// Per mark, the shortest fence known not to be closed in the rest of the text.
    unclosed: [Option<usize>; 2],
}

impl Closings {
    /// The length of what `rest` holds up to and with the line that closes `fence`.
    pub(super) fn find(&mut self, fence: Fence, rest: &str) -> Option<usize> {
        let unclosed = &mut self.unclosed[usize::from(fence.mark == b'~')];
        if unclosed.is_some_and(|length| fence.length >= length) {
            return None;
        }
        let mut end = 0;
        for line in rest.split_inclusive('\n') {
            end += line.len();
            if fence.closed_by(line) {
                return Some(end);
            }
        }
        *unclosed = Some(fence.length);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Option<&str> {
        let (first, rest) = text.split_once('\n').unwrap();
        let length = Closings::default().find(Fence::opened_by(first)?, rest)?;
        Some(&rest[..length])
    }

    #[test]
    fn a_fence_is_closed_by_its_own_mark_at_its_own_length() {
        assert_eq!(find("```rust\na\n\n~~~\nb\n```\nc"), Some("a\n\n~~~\nb\n```\n"));
        assert_eq!(find("~~~~\na\n~~~\n  ~~~~~  "), Some("a\n~~~\n  ~~~~~  "));
    }

    #[test]
    fn what_never_closes_or_never_opens_is_no_fence() {
        assert_eq!(find("```\na\n``` b"), None);
        assert_eq!(find("```a```\n```"), None);
        assert_eq!(find("``\n``"), None);
        assert_eq!(find("~~~~~~~~~~~~~~~~~~~~\n~~~~~~~~~~~~~~~~~~~~"), None);
    }
}
