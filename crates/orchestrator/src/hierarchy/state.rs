//! Where a node stands, and which ends may follow.
//!
//! The ends carry a token count and the states carry the ends, yet both are eight bytes: a
//! hierarchy is mostly a vector of these.

use super::NodeKind;

/// How a node ended. Final: no node ends twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// It has a result.
    Completed {
        /// The size of the result, for whoever must fit it into a context above.
        tokens: u32,
    },
    /// It was called and gave no result.
    Failed,
    /// It was called off.
    Cancelled,
    /// It was never called.
    Skipped,
    /// A merge that was never called because its inputs can stand for themselves.
    PassedUp,
}

impl End {
    /// Whether the node has a result of its own.
    pub fn is_completed(self) -> bool {
        matches!(self, Self::Completed { .. })
    }
}

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeState {
    /// Some of its children have not ended, or of the nodes that a split put below it.
    Waiting,
    /// It may start.
    Ready,
    /// [`Hierarchy::next_ready`](super::Hierarchy::next_ready) handed it out.
    Running,
    /// It ended.
    Ended(End),
}

impl NodeState {
    /// Whether the node has ended.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Ended(_))
    }

    /// Whether the node has a result of its own.
    pub fn is_completed(self) -> bool {
        matches!(self, Self::Ended(end) if end.is_completed())
    }

    /// Whether a node of this kind in this state may be recorded as ended so.
    ///
    /// | end | from | nodes |
    /// |---|---|---|
    /// | `Completed`, `Failed`, `Cancelled` | `Ready` or `Running` | all |
    /// | `Skipped` | `Ready` | all |
    /// | `PassedUp` | `Ready` | merges |
    ///
    /// Ready nodes are accepted because a replay knows the ends, not the starts. `Skipped` and
    /// `PassedUp` say that no call was made, which of a running node is not true; and a worker
    /// has nothing to pass up.
    pub fn admits(self, kind: NodeKind, end: End) -> bool {
        match (self, end) {
            (Self::Ready | Self::Running, End::Completed { .. } | End::Failed | End::Cancelled) => {
                true
            }
            (Self::Ready, End::Skipped) => true,
            (Self::Ready, End::PassedUp) => kind != NodeKind::Worker,
            (Self::Running, End::Skipped | End::PassedUp) => false,
            (Self::Waiting | Self::Ended(_), _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_takes_eight_bytes() {
        assert_eq!(size_of::<NodeState>(), 8);
    }

    #[test]
    fn the_table_of_legal_ends() {
        const COMPLETED: End = End::Completed { tokens: 1 };
        let ends = [COMPLETED, End::Failed, End::Cancelled, End::Skipped, End::PassedUp];
        let row = |state: NodeState, kind| ends.map(|end| state.admits(kind, end));

        for kind in [NodeKind::Synthesizer, NodeKind::Executive] {
            assert_eq!(row(NodeState::Ready, kind), [true; 5]);
        }
        assert_eq!(row(NodeState::Ready, NodeKind::Worker), [true, true, true, true, false]);
        for kind in [NodeKind::Worker, NodeKind::Synthesizer, NodeKind::Executive] {
            assert_eq!(row(NodeState::Running, kind), [true, true, true, false, false]);
            assert_eq!(row(NodeState::Waiting, kind), [false; 5]);
            for end in ends {
                assert_eq!(row(NodeState::Ended(end), kind), [false; 5]);
            }
        }
    }
}
