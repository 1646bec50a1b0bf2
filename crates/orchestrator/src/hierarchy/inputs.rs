//! What each merge really gets, once failures below it are known.
//!
//! Almost always that is the group it was laid out over, and groups are contiguous. So all lists
//! are ranges of one vector that starts as all ids in order. A range that was thinned out, or that
//! takes in inputs of a failed merge, is written once at the end of the vector - unless its parts
//! already lie side by side, which they do whenever a whole subtree is passed up.

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

    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// The inputs of every merge.
#[derive(Clone, Debug)]
pub(super) struct Inputs {
    ids: Vec<NodeId>,
    /// One per merge; merges follow the workers.
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

    /// These ids as a slice.
    pub(super) fn slice(&self, ids: std::ops::Range<u32>) -> &[NodeId] {
        &self.ids[ids.start as usize..ids.end as usize]
    }

    /// Fixes the inputs of a merge whose children have all ended.
    pub(super) fn gather(&mut self, node: NodeId, layout: &Layout, states: &[NodeState]) {
        let parts = || layout.children(node).map(NodeId);
        let joined = parts().try_fold(Span::default(), |whole, child| {
            whole.join(self.contribution(child, states[child.at()]))
        });
        let span = joined.unwrap_or_else(|| {
            let start = self.ids.len();
            for child in parts() {
                let part = self.contribution(child, states[child.at()]);
                self.ids.extend_from_within(part.range());
            }
            // Within 32 bits: see `MAX_NODES`.
            Span { start: start as u32, len: (self.ids.len() - start) as u32 }
        });
        self.spans[(node.0 - self.workers) as usize] = span;
    }

    /// What an ended node gives to its parent: its result or, without one, its inputs.
    fn contribution(&self, node: NodeId, state: NodeState) -> Span {
        if state.is_completed() { Span { start: node.0, len: 1 } } else { self.span(node) }
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
            inputs.gather(NodeId(node), &layout, &states);
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
    fn a_worker_has_no_inputs() {
        let (inputs, _) = gathered([FAILED; 13]);
        assert!(inputs.of(NodeId(3)).is_empty());
        assert!(inputs.of(NodeId(12)).is_empty());
    }
}
