//! What a node is called and what it does.
//!
//! Ids are 32 bits wide because a hierarchy stores one per node: at a million nodes every byte
//! of an id is a megabyte.

use std::fmt;

/// A node of one hierarchy: its position in the order workers, synthesizers step by step,
/// executive, and then whatever [`split`](super::Hierarchy::split) added.
///
/// Ids stay the same for the life of a run and across replays, so journals may hold them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The position in vectors that hold one entry per node.
    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// Works on one subtask; has no inputs.
    Worker,
    /// Merges the results of a group of the step below.
    Synthesizer,
    /// Merges everything below it into the report. At most one, at the summit.
    Executive,
}
