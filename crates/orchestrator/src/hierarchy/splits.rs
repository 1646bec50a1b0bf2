//! The nodes that were added, beside a layout that knows nothing of them.
//!
//! The pyramid is arithmetic on ids because it is large and regular. What splits add is neither: a
//! few nodes in odd places. They have a table, and whoever never splits does not pay for it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{NodeId, ready::Rank};

/// The most entries that splits may cause in the lists of inputs, 2³¹.
///
/// With those of the layout (see `MAX_NODES`) that is below 2³², so 32-bit ranges are enough.
pub(super) const MAX_LISTED: u64 = 1 << 31;

/// A node that a split added.
#[derive(Clone, Debug)]
pub(super) struct Added {
    /// The node it is under, which waits for it.
    pub(super) parent: NodeId,
    pub(super) step: u32,
    pub(super) index: u32,
    /// How far from the summit it is, as the step of the pyramid that is as far away.
    pub(super) level: i32,
    pub(super) rank: Rank,
    /// Where the inputs it was added for are listed.
    pub(super) group: Range<u32>,
}

/// All of them.
#[derive(Clone, Debug)]
pub(super) struct Splits {
    /// The first added id.
    first: u32,
    added: Vec<Added>,
    /// The added node to which each regrouped result goes.
    regrouped: BTreeMap<NodeId, NodeId>,
    listed: u64,
}

impl Splits {
    pub(super) fn new(first: u32) -> Self {
        Self { first, added: Vec::new(), regrouped: BTreeMap::new(), listed: 0 }
    }

    /// What is known of a node if it was added.
    pub(super) fn get(&self, node: NodeId) -> Option<&Added> {
        self.added.get(node.0.checked_sub(self.first)? as usize)
    }

    /// The added node to which a result goes, if a split put it into a group.
    pub(super) fn regrouped(&self, node: NodeId) -> Option<NodeId> {
        self.regrouped.get(&node).copied()
    }

    /// The index after those of the nodes that were added to a step, if there are any.
    pub(super) fn next_index(&self, step: u32) -> Option<u32> {
        let last = self.added.iter().rfind(|added| added.step == step)?;
        Some(last.index + 1)
    }

    /// How many entries would be listed after a split of so many inputs: what is waited for, and
    /// once more what comes of it. Neither is longer than the inputs.
    pub(super) fn listed_after(&self, inputs: usize) -> u64 {
        self.listed + 2 * inputs as u64
    }

    /// Adds a node over these inputs.
    pub(super) fn add(&mut self, added: Added, inputs: &[NodeId]) {
        let node = NodeId(self.first + self.added.len() as u32);
        self.regrouped.extend(inputs.iter().map(|&input| (input, node)));
        self.added.push(added);
    }

    /// Accounts for a split of so many inputs.
    pub(super) fn list(&mut self, inputs: usize) {
        self.listed = self.listed_after(inputs);
    }
}
