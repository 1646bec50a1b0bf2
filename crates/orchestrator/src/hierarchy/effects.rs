//! What a call changed besides what it was told, and what it refuses.

use std::fmt;

use thiserror::Error;

use super::{End, NodeId, NodeState};

/// What followed from a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "nodes that ended as a consequence are told nowhere else"]
pub struct Effects {
    /// The nodes that ended, in the order they did, a node after everything below it. The node
    /// given to [`record`](super::Hierarchy::record) is not among them.
    pub ended: Vec<(NodeId, End)>,
    /// The nodes that a [`split`](super::Hierarchy::split) added, one for each group, in order.
    pub added: Vec<NodeId>,
    /// The nodes whose results nothing needs any more, as the node that merged them completed.
    pub released: Vec<NodeId>,
}

/// A node cannot end like this. The hierarchy is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("node {node} cannot end as {end:?}: {}", Reason(*.from))]
pub struct IllegalTransition {
    /// The node.
    pub node: NodeId,
    /// The state it is in; `None` if the hierarchy has no such node.
    pub from: Option<NodeState>,
    /// The end that was to be recorded.
    pub end: End,
}

struct Reason(Option<NodeState>);

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("there is no such node"),
            Some(NodeState::Ended(end)) => write!(f, "it has ended as {end:?}"),
            Some(state) => write!(f, "it is {state:?}"),
        }
    }
}
