//! Whether a merge fits its model's context, and what was done about those that did not.
//!
//! Three rules make an end of it, whatever the models answer: a split leaves less to do (see
//! [`fit`](super::fit)), a merge is split again only if all that were added below it have a result, and a
//! model's refusal of what was thought to fit halves its inputs once.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ziggurat_core::{Merge, Reason, Synthesizer};

use super::fit::{Fit, Input, fit};
use super::reasons;
use crate::hierarchy::{Hierarchy, NodeId};

/// What a run knows of its splits.
#[derive(Debug, Default)]
pub(crate) struct Fitting {
    /// The nodes that were last added below a merge.
    added: HashMap<NodeId, Vec<NodeId>>,
    /// Nodes that condense a single input.
    condensed: HashSet<NodeId>,
    /// Merges that a model has refused as too large.
    refused: HashSet<NodeId>,
}

impl Fitting {
    /// Whether a merge fits, by what its synthesizer says of it.
    pub(crate) fn before(
        &self,
        hierarchy: &Hierarchy,
        node: NodeId,
        merge: &Merge,
        synthesizer: &dyn Synthesizer,
    ) -> Result<Fit, Reason> {
        if merge.inputs.len() < 2 {
            return Ok(Fit::Fits);
        }
        if self.was_refused(node) && self.nothing_came_of_it(hierarchy, node) {
            return Ok(Fit::TooLarge);
        }
        let sized = sizing(|| {
            let capacity = synthesizer.capacity(&merge.task)?;
            Some((self.sizes(hierarchy, node, merge, synthesizer), capacity))
        })?;
        Ok(sized.map_or(Fit::Fits, |(sizes, capacity)| self.fit(hierarchy, node, &sizes, capacity)))
    }

    /// What to do about a merge that its model refused as too large.
    pub(crate) fn after(
        &mut self,
        hierarchy: &Hierarchy,
        node: NodeId,
        merge: &Merge,
        synthesizer: &dyn Synthesizer,
    ) -> Option<Vec<Range<u32>>> {
        if !self.refused.insert(node) {
            return None;
        }
        let sizes = sizing(|| self.sizes(hierarchy, node, merge, synthesizer)).ok()?;
        let whole: u64 = sizes.iter().map(|input| input.size).sum();
        match self.fit(hierarchy, node, &sizes, whole / 2) {
            Fit::Split(groups) => Some(groups),
            Fit::Fits | Fit::TooLarge => None,
        }
    }

    /// Whether none of the merges that were added below this one has a result.
    fn nothing_came_of_it(&self, hierarchy: &Hierarchy, node: NodeId) -> bool {
        let added = self.added.get(&node);
        added.is_some_and(|added| !added.iter().any(|&node| hierarchy.state(node).is_completed()))
    }

    /// Whether a model refused this merge, so that it is tried again.
    pub(crate) fn was_refused(&self, node: NodeId) -> bool {
        self.refused.contains(&node)
    }

    /// Remembers that these nodes were added below a merge.
    pub(crate) fn split(&mut self, hierarchy: &Hierarchy, node: NodeId, added: Vec<NodeId>) {
        let alone = added.iter().filter(|&&added| hierarchy.inputs(added).len() == 1);
        self.condensed.extend(alone);
        self.added.insert(node, added);
    }

    fn fit(&self, hierarchy: &Hierarchy, node: NodeId, inputs: &[Input], capacity: u64) -> Fit {
        let completed = |added: &NodeId| hierarchy.state(*added).is_completed();
        let failed = self.added.get(&node).is_some_and(|added| !added.iter().all(completed));
        match fit(inputs, capacity) {
            Fit::Split(_) if failed => Fit::TooLarge,
            fit => fit,
        }
    }

    fn sizes(
        &self,
        hierarchy: &Hierarchy,
        node: NodeId,
        merge: &Merge,
        synthesizer: &dyn Synthesizer,
    ) -> Vec<Input> {
        let nodes = hierarchy.inputs(node).iter();
        let sized = nodes.zip(&merge.inputs).map(|(node, contribution)| Input {
            size: synthesizer.size(contribution),
            condensed: self.condensed.contains(node),
        });
        sized.collect()
    }
}

/// What code that may be the user's says of sizes. It runs in the loop itself, so that its panic must end
/// here: it would take the whole run with it.
pub(super) fn sizing<T>(ask: impl FnOnce() -> T) -> Result<T, Reason> {
    catch_unwind(AssertUnwindSafe(ask)).map_err(|_| reasons::sizing_panicked())
}
