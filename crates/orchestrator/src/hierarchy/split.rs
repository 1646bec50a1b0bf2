//! How a merge gets another step below it.
//!
//! What a merge reads is known only when all of it is there, and then it may be more than its model
//! takes. So a merge that may start, or was started and turned out to be too large, can be split:
//! the only transition that adds nodes. It lets the merge wait once more, and all that follows is
//! what follows for any merge.

use std::ops::Range;

use thiserror::Error;

use super::splits::{Added, MAX_LISTED};
use super::{Effects, Hierarchy, MAX_NODES, NodeId, NodeState, ready::Rank};

/// A merge cannot be split like this. The hierarchy is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SplitError {
    /// A worker, or no node of the hierarchy.
    #[error("node {node} is not a merge")]
    NotAMerge {
        /// The node.
        node: NodeId,
    },
    /// Its inputs are not known yet, or it has ended.
    #[error("node {node} cannot be split: it is {state:?}, not Ready or Running")]
    State {
        /// The node.
        node: NodeId,
        /// The state it is in.
        state: NodeState,
    },
    /// There is nothing to add.
    #[error("a split needs at least one group")]
    NoGroup,
    /// A group is empty, begins before the end of the one before it, or goes beyond the inputs.
    #[error(
        "{group:?} is no group of {inputs} inputs: groups are ascending, disjoint and not empty"
    )]
    Group {
        /// The first such group.
        group: Range<u32>,
        /// How many inputs the node has.
        inputs: u32,
    },
    /// More than [`MAX_NODES`].
    #[error("{nodes} nodes are more than the {MAX_NODES} a hierarchy may have")]
    TooManyNodes {
        /// How many it would take, added ones included.
        nodes: u64,
    },
    /// The inputs of all splits together are more than 2³⁰: so many can only be reached by splitting
    /// wide merges again and again without narrowing them.
    #[error("merges of too many inputs were split too often")]
    TooManyInputs,
}

impl Hierarchy {
    /// Puts more merges under a merge that is ready or running, each over a group of its inputs.
    ///
    /// `groups` are positions in the [`inputs`](Self::inputs) of the node. For each group a
    /// synthesizer is added, with ids from [`len`](Self::len) on, and is ready at once; so
    /// [`next_ready`](Self::next_ready) hands it out in its turn, as far from the summit as a node
    /// one step below `node`. Inputs in no group stay with the node, which now waits. When all
    /// the added nodes have ended, its inputs are gathered anew: an added node that completed
    /// in place of its group, any other's inputs as they are.
    ///
    /// A group of one is allowed, and is called: condensing one result may be what it takes. The
    /// node and the added ones may be split again. A driver that splits must itself see to it that
    /// this ends. Of a running node, the driver drops the call.
    ///
    /// # Errors
    ///
    /// [`SplitError`] if there is nothing to split, the groups are not groups of its inputs, or
    /// the hierarchy would become too large. Nothing is changed then.
    ///
    /// # Example
    ///
    /// ```
    /// use ziggurat::hierarchy::{End, Hierarchy, NodeId, NodeState, Shape};
    ///
    /// const COMPLETED: End = End::Completed { tokens: 900 };
    ///
    /// let mut run = Hierarchy::new(5, Shape::default())?;
    /// for worker in 0..5 {
    ///     run.record(NodeId(worker), COMPLETED)?;
    /// }
    /// // The synthesizer can read three such results, not five.
    /// let synthesizer = NodeId(5);
    /// let effects = run.split(synthesizer, &[0..3])?;
    /// assert_eq!(effects.added, [NodeId(6)]);
    /// assert_eq!(run.inputs(NodeId(6)), [0, 1, 2].map(NodeId));
    /// assert_eq!(run.state(synthesizer), NodeState::Waiting);
    ///
    /// assert_eq!(run.next_ready(), Some(NodeId(6)));
    /// run.record(NodeId(6), COMPLETED)?;
    /// assert_eq!(run.inputs(synthesizer), [6, 3, 4].map(NodeId));
    /// assert_eq!(run.next_ready(), Some(synthesizer));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn split(&mut self, node: NodeId, groups: &[Range<u32>]) -> Result<Effects, SplitError> {
        self.check_split(node, groups)?;
        let inputs = self.inputs.of(node).len();
        if self.states[node.at()] == NodeState::Running {
            self.ready.wait(inputs);
        }
        self.ready.remove(self.rank(node));
        self.states[node.at()] = NodeState::Waiting;
        self.pending[(node.0 - self.layout.workers()) as usize] = groups.len() as u32;
        self.splits.list(inputs);
        let added = self.add(node, groups);
        Ok(Effects { added, ..Effects::default() })
    }

    fn check_split(&self, node: NodeId, groups: &[Range<u32>]) -> Result<(), SplitError> {
        let state = self.states.get(node.at()).filter(|_| node.0 >= self.layout.workers());
        match state.copied() {
            None => return Err(SplitError::NotAMerge { node }),
            Some(NodeState::Ready | NodeState::Running) => {}
            Some(state) => return Err(SplitError::State { node, state }),
        }
        if groups.is_empty() {
            return Err(SplitError::NoGroup);
        }
        let inputs = self.inputs.of(node).len();
        check_groups(groups, inputs as u32)?;
        let nodes = self.states.len() as u64 + groups.len() as u64;
        check_size(nodes, self.splits.listed_after(inputs))
    }

    /// Adds a node for each group, all of them ready.
    fn add(&mut self, parent: NodeId, groups: &[Range<u32>]) -> Vec<NodeId> {
        let first = self.states.len() as u32;
        let listed = self.inputs.range(parent).start;
        let step = self.step(parent);
        let level = self.splits.get(parent).map_or(step as i32, |added| added.level) - 1;
        let index = self.splits.next_index(step).unwrap_or_else(|| self.layout.width(step));
        let added: Vec<NodeId> = (first..).map(NodeId).take(groups.len()).collect();
        for ((&node, group), index) in added.iter().zip(groups).zip(index..) {
            let group = listed + group.start..listed + group.end;
            let inputs = self.inputs.slice(group.clone());
            let rank = Rank::added(node, level, &self.layout);
            self.splits.add(Added { parent, step, index, level, rank, group }, inputs);
            self.states.push(NodeState::Ready);
            self.pending.push(0);
            self.open += 1;
            self.ready.insert(rank);
        }
        self.inputs.split(parent, groups, NodeId(first));
        added
    }
}

fn check_groups(groups: &[Range<u32>], inputs: u32) -> Result<(), SplitError> {
    let mut free = 0;
    for group in groups {
        if group.start < free || group.is_empty() || group.end > inputs {
            return Err(SplitError::Group { group: group.clone(), inputs });
        }
        free = group.end;
    }
    Ok(())
}

fn check_size(nodes: u64, listed: u64) -> Result<(), SplitError> {
    if nodes > u64::from(MAX_NODES) {
        return Err(SplitError::TooManyNodes { nodes });
    }
    if listed > MAX_LISTED {
        return Err(SplitError::TooManyInputs);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hierarchy::{End, Shape};

    const COMPLETED: End = End::Completed { tokens: 1 };

    /// Ten workers that completed, two synthesizers (10, 11), the executive (12).
    fn merging() -> Hierarchy {
        let mut run = Hierarchy::new(10, Shape::default()).unwrap();
        for worker in 0..10 {
            let _ = run.record(NodeId(worker), COMPLETED).unwrap();
        }
        run
    }

    #[test]
    fn results_wait_again_when_a_running_merge_is_split_and_go_on_waiting_if_it_was_ready() {
        let mut run = merging();
        assert_eq!(run.next_ready(), Some(NodeId(10)));
        assert_eq!(run.ready.waiting(), 5);
        let _ = run.split(NodeId(10), &[0..2, 3..5]).unwrap();
        assert_eq!(run.ready.waiting(), 10);
        let _ = run.split(NodeId(11), std::slice::from_ref(&(0..4))).unwrap();
        assert_eq!(run.ready.waiting(), 10);

        assert_eq!(run.next_ready(), Some(NodeId(13)));
        assert_eq!(run.ready.waiting(), 8, "it took two");
        let _ = run.record(NodeId(13), COMPLETED).unwrap();
        assert_eq!(run.ready.waiting(), 9, "and gave one");
        let _ = run.record(NodeId(14), End::Failed).unwrap();
        assert_eq!(run.ready.waiting(), 9, "its two wait above");
        let _ = run.halt();
        assert_eq!(run.ready.waiting(), 0, "nothing is above the summit");
    }

    #[test]
    fn the_limit_counts_added_nodes_too() {
        let most = u64::from(MAX_NODES);
        assert_eq!(check_size(most, MAX_LISTED), Ok(()));
        let nodes = most + 1;
        assert_eq!(check_size(nodes, 0), Err(SplitError::TooManyNodes { nodes }));
        assert_eq!(check_size(most, MAX_LISTED + 1), Err(SplitError::TooManyInputs));
    }

    #[test]
    fn a_refused_split_changes_nothing() {
        let mut run = merging();
        run.splits.list((MAX_LISTED / 2 - 5) as usize);
        let _ = run.split(NodeId(10), std::slice::from_ref(&(0..2))).unwrap();
        let before = run.clone();
        let refused = run.split(NodeId(11), std::slice::from_ref(&(0..2)));
        assert_eq!(refused, Err(SplitError::TooManyInputs));
        assert_eq!(run, before);
        assert_eq!((run.open, run.ready.waiting()), (before.open, before.ready.waiting()));
    }
}
