//! What each merge really gets, once failures below it are known.
//!
//! Almost always that is the group it was laid out over, and groups are contiguous. So all lists
//! are ranges of one vector that starts as all ids in order. A range that was thinned out, or that
//! takes in inputs of a failed merge, is written once at the end of the vector - unless its parts
//! already lie side by side, which they do whenever a whole subtree is passed up. The group that a
//! split puts under an added node is a range of an earlier list, and needs no list of its own.
//!
//! The vector begins with the workers in the order of their positions, so that grouping them
//! differently is to reorder that part.

use std::ops::Range;

use super::{NodeId, NodeState, layout::Layout};

/// A range of [`Inputs::ids`], in half the bytes of a `Range<usize>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// Both, if the other continues this one.
    fn join(self, other: Self) -> Option<Self> {
        match (self.len, other.len) {
            (0, _) => Some(other),
            (_, 0) => Some(self),
            _ if self.start + self.len == other.start => {
                Some(Self { start: self.start, len: self.len + other.len })
            }
            _ => None,
        }
    }

    /// The place of one id.
    fn single(at: usize) -> Self {
        Self { start: at as u32, len: 1 }
    }

    fn range(self) -> Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// The inputs of every merge.
#[derive(Clone, Debug)]
pub(super) struct Inputs {
    ids: Vec<NodeId>,
    /// One per merge, added ones included; merges follow the workers. Before a merge is gathered,
    /// what it waits for.
    spans: Vec<Span>,
    workers: u32,
}

impl Inputs {
    /// Before anything ended, the inputs are the children.
    pub(super) fn new(layout: &Layout) -> Self {
        let merges = layout.workers()..layout.len();
        let children = merges.map(|id| {
            let children = layout.children(NodeId(id));
            Span { start: children.start, len: children.end - children.start }
        });
        Self {
            ids: (0..layout.len()).map(NodeId).collect(),
            spans: children.collect(),
            workers: layout.workers(),
        }
    }

    /// The inputs of a node; empty for a worker.
    pub(super) fn of(&self, node: NodeId) -> &[NodeId] {
        &self.ids[self.span(node).range()]
    }

    /// Where the inputs of a merge are listed.
    pub(super) fn range(&self, merge: NodeId) -> Range<u32> {
        let span = self.span(merge);
        span.start..span.start + span.len
    }

    /// What is listed there.
    pub(super) fn slice(&self, range: Range<u32>) -> &[NodeId] {
        &self.ids[range.start as usize..range.end as usize]
    }

    /// The workers in the order of their positions.
    pub(super) fn workers(&self) -> &[NodeId] {
        &self.ids[..self.workers as usize]
    }

    /// The same, to be reordered where nothing was gathered yet.
    pub(super) fn workers_mut(&mut self) -> &mut [NodeId] {
        &mut self.ids[..self.workers as usize]
    }

    /// Fixes the inputs of a merge now that all it waits for has ended.
    pub(super) fn gather(&mut self, merge: NodeId, states: &[NodeState]) {
        let parts = self.span(merge);
        let joined = parts
            .range()
            .try_fold(Span::default(), |whole, part| whole.join(self.contribution(part, states)));
        let span = joined.unwrap_or_else(|| {
            let start = self.ids.len();
            for part in parts.range() {
                self.ids.extend_from_within(self.contribution(part, states).range());
            }
            self.since(start)
        });
        self.set(merge, span);
    }

    /// Adds a merge for each group of these inputs, with ids from `added` on. The split merge now
    /// waits for them and for the inputs in no group.
    pub(super) fn split(&mut self, merge: NodeId, groups: &[Range<u32>], added: NodeId) {
        let inputs = self.span(merge);
        let start = self.ids.len();
        let mut next = inputs.start;
        for (group, id) in groups.iter().zip(added.0..) {
            let from = inputs.start + group.start;
            self.ids.extend_from_within(next as usize..from as usize);
            self.ids.push(NodeId(id));
            self.spans.push(Span { start: from, len: group.end - group.start });
            next = inputs.start + group.end;
        }
        self.ids.extend_from_within(next as usize..inputs.range().end);
        self.set(merge, self.since(start));
    }

    /// What the ended node that is listed there gives: its result or, without one, its inputs.
    fn contribution(&self, at: usize, states: &[NodeState]) -> Span {
        let node = self.ids[at];
        if states[node.at()].is_completed() { Span::single(at) } else { self.span(node) }
    }

    /// All that was written from there on. Within 32 bits: see `MAX_NODES` and `MAX_LISTED`.
    fn since(&self, start: usize) -> Span {
        Span { start: start as u32, len: (self.ids.len() - start) as u32 }
    }

    fn set(&mut self, merge: NodeId, span: Span) {
        self.spans[(merge.0 - self.workers) as usize] = span;
    }

    fn span(&self, node: NodeId) -> Span {
        match node.0.checked_sub(self.workers) {
            Some(merge) => self.spans[merge as usize],
            None => Span::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hierarchy::{End, Shape};

    const COMPLETED: NodeState = NodeState::Ended(End::Completed { tokens: 1 });
    const FAILED: NodeState = NodeState::Ended(End::Failed);

    /// Ten workers, two synthesizers (10, 11), the executive (12).
    fn gathered(states: [NodeState; 13]) -> (Inputs, usize) {
        let layout = Layout::new(10, &Shape::default()).unwrap();
        let mut inputs = Inputs::new(&layout);
        for node in 10..13 {
            inputs.gather(NodeId(node), &states);
        }
        let written = inputs.ids.len() - 13;
        (inputs, written)
    }

    #[test]
    fn nothing_is_written_when_everything_completes() {
        let (inputs, written) = gathered([COMPLETED; 13]);
        assert_eq!(inputs.of(NodeId(12)), [NodeId(10), NodeId(11)]);
        assert_eq!(written, 0);
    }

    #[test]
    fn a_whole_level_is_passed_up_without_writing() {
        let mut states = [COMPLETED; 13];
        states[10..].fill(FAILED);
        let (inputs, written) = gathered(states);
        assert_eq!(inputs.of(NodeId(12)), (0..10).map(NodeId).collect::<Vec<_>>());
        assert_eq!(written, 0);
    }

    #[test]
    fn a_gap_is_written_once() {
        let mut states = [COMPLETED; 13];
        states[1] = FAILED;
        states[10] = FAILED;
        let (inputs, written) = gathered(states);
        assert_eq!(inputs.of(NodeId(10)), [0, 2, 3, 4].map(NodeId));
        assert_eq!(inputs.of(NodeId(12)), [0, 2, 3, 4, 11].map(NodeId));
        assert_eq!(written, 4 + 5);
    }

    #[test]
    fn a_split_writes_what_is_waited_for_and_groups_write_nothing() {
        let (mut inputs, _) = gathered([COMPLETED; 13]);
        inputs.split(NodeId(10), &[1..3, 4..5], NodeId(13));
        assert_eq!(inputs.of(NodeId(10)), [0, 13, 3, 14].map(NodeId));
        assert_eq!(inputs.of(NodeId(13)), [1, 2].map(NodeId));
        assert_eq!(inputs.of(NodeId(14)), [4].map(NodeId));
        assert_eq!(inputs.ids.len(), 13 + 4);

        let mut states = vec![COMPLETED; 15];
        inputs.gather(NodeId(10), &states);
        assert_eq!(inputs.of(NodeId(10)), [0, 13, 3, 14].map(NodeId));
        assert_eq!(inputs.ids.len(), 13 + 4, "that is what was waited for");
        states[13] = FAILED;
        inputs.gather(NodeId(10), &states);
        assert_eq!(inputs.of(NodeId(10)), [0, 1, 2, 3, 14].map(NodeId));
    }

    #[test]
    fn a_worker_has_no_inputs() {
        let (inputs, _) = gathered([FAILED; 13]);
        assert!(inputs.of(NodeId(3)).is_empty());
        assert!(inputs.of(NodeId(12)).is_empty());
    }
}
