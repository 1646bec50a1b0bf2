//! What may start, and which of it goes first.
//!
//! All nodes of a step are equally far from the summit and ids ascend with the steps, so "longest
//! remaining path first, then plan order" is simply "lowest id first". Workers are ready from the
//! beginning and are taken in that order: for them a cursor is the whole queue. Only merges, which
//! become ready in any order, are kept in a set.

use std::collections::BTreeSet;

use super::{NodeId, NodeState};

/// The ready nodes, and how many results wait for a merge.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    workers: u32,
    /// No worker below it is ready.
    cursor: u32,
    merges: BTreeSet<NodeId>,
    waiting: u32,
    backlog: u32,
}

impl Ready {
    pub(super) fn new(workers: u32, backlog: u32) -> Self {
        Self { workers, cursor: 0, merges: BTreeSet::new(), waiting: 0, backlog }
    }

    /// The node to start next; it stays ready until its state says otherwise.
    pub(super) fn first(&mut self, states: &[NodeState]) -> Option<NodeId> {
        let queued = &states[self.cursor as usize..self.workers as usize];
        let started = queued.iter().take_while(|&&state| state != NodeState::Ready).count();
        self.cursor += started as u32;
        let worker = (self.cursor < self.workers).then_some(NodeId(self.cursor));
        let merge = self.merges.first().copied();
        if self.waiting > self.backlog { merge.or(worker) } else { worker.or(merge) }
    }

    /// A merge may start.
    pub(super) fn insert(&mut self, merge: NodeId) {
        self.merges.insert(merge);
    }

    /// A node is no longer ready. (Workers are looked up in the states.)
    pub(super) fn remove(&mut self, node: NodeId) {
        if node.0 >= self.workers {
            self.merges.remove(&node);
        }
    }

    /// So many results have come to wait for a merge.
    pub(super) fn wait(&mut self, results: usize) {
        self.waiting += results as u32;
    }

    /// So many results wait no longer: a merge took them, or nothing is above them.
    pub(super) fn take(&mut self, results: usize) {
        self.waiting -= results as u32;
    }

    /// How many results wait for a merge.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> u32 {
        self.waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_need_no_queue_and_started_ones_are_passed_by() {
        let mut states = vec![NodeState::Ready; 4];
        let mut ready = Ready::new(4, 80);
        states[0] = NodeState::Running;
        states[1] = NodeState::Running;
        assert_eq!(ready.first(&states), Some(NodeId(2)));
        assert_eq!(ready.first(&states), Some(NodeId(2)), "asking twice changes nothing");
        states.fill(NodeState::Running);
        assert_eq!(ready.first(&states), None);
        assert_eq!(ready.cursor, 4);
    }

    #[test]
    fn merges_go_first_only_above_the_backlog() {
        let states = [NodeState::Ready; 3];
        let mut ready = Ready::new(2, 5);
        ready.insert(NodeId(2));
        ready.wait(5);
        assert_eq!(ready.first(&states), Some(NodeId(0)));
        ready.wait(1);
        assert_eq!(ready.first(&states), Some(NodeId(2)));
        ready.take(1);
        assert_eq!(ready.first(&states), Some(NodeId(0)));
    }

    #[test]
    fn a_backlog_without_a_ready_merge_does_not_hold_workers_back() {
        let mut ready = Ready::new(1, 0);
        ready.wait(3);
        assert_eq!(ready.first(&[NodeState::Ready]), Some(NodeId(0)));
    }
}
