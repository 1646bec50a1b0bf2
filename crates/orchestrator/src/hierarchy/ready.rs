//! What may start, and which of it goes first.
//!
//! All nodes of a step are equally far from the summit and ids ascend with the steps, so "longest
//! remaining path first, then plan order" is simply "lowest id first". A node that a split added is
//! one further away than the node it is under, and goes after the last of the step that is as far
//! away. Workers are ready from the beginning and are taken in order of their ids: for them a cursor
//! is the whole queue. Only merges, which become ready in any order, are kept in a set.

use std::collections::BTreeSet;

use super::{NodeId, NodeState, layout::Layout};

/// The place of a merge among those that are ready; the lowest goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// Its id, or that of the last node that is as far from the summit as an added one. Negative if
    /// it is further away than the workers.
    after: i32,
    pub(super) node: NodeId,
}

impl Rank {
    /// That of a merge which was laid out.
    pub(super) fn laid_out(node: NodeId) -> Self {
        // Ids fit: see `MAX_NODES`.
        Self { after: node.0 as i32, node }
    }

    /// That of an added node which is as far from the summit as that step, counted from the
    /// workers' and negative below them.
    pub(super) fn added(node: NodeId, level: i32, layout: &Layout) -> Self {
        let step = u32::try_from(level);
        Self { after: step.map_or(level, |step| layout.last(step).0 as i32), node }
    }
}

/// The ready nodes, and how many results wait for a merge.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    workers: u32,
    /// No worker below it is ready.
    cursor: u32,
    merges: BTreeSet<Rank>,
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
        let first = self.merges.first();
        let merge = first.map(|rank| rank.node);
        let is_further = first.is_some_and(|rank| rank.after < 0);
        if is_further || self.waiting > self.backlog { merge.or(worker) } else { worker.or(merge) }
    }

    /// A merge may start. (Workers are looked up in the states.)
    pub(super) fn insert(&mut self, merge: Rank) {
        self.merges.insert(merge);
    }

    /// A node is no longer ready.
    pub(super) fn remove(&mut self, node: Rank) {
        if node.node.0 >= self.workers {
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
    use crate::hierarchy::Shape;

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
        ready.insert(Rank::laid_out(NodeId(2)));
        ready.wait(5);
        assert_eq!(ready.first(&states), Some(NodeId(0)));
        ready.wait(1);
        assert_eq!(ready.first(&states), Some(NodeId(2)));
        ready.take(1);
        assert_eq!(ready.first(&states), Some(NodeId(0)));
    }

    #[test]
    fn a_merge_goes_before_workers_that_are_nearer_to_the_summit() {
        let states = [NodeState::Ready; 8];
        let layout = Layout::new(5, &Shape::default()).unwrap();
        let mut ready = Ready::new(5, 5);
        ready.insert(Rank::added(NodeId(6), 0, &layout));
        assert_eq!(ready.first(&states), Some(NodeId(0)), "as far away as the workers");
        ready.insert(Rank::added(NodeId(7), -1, &layout));
        assert_eq!(ready.first(&states), Some(NodeId(7)));
    }

    #[test]
    fn added_merges_go_after_the_step_that_is_as_far_away_and_before_the_next() {
        // Two synthesizers (10, 11) and the executive (12).
        let layout = Layout::new(10, &Shape::default()).unwrap();
        let mut ranks: Vec<Rank> = (10..13).map(|node| Rank::laid_out(NodeId(node))).collect();
        for (node, level) in (13..).zip([1, 0, -1, 1, -2]) {
            ranks.push(Rank::added(NodeId(node), level, &layout));
        }
        ranks.sort();
        let order: Vec<u32> = ranks.iter().map(|rank| rank.node.0).collect();
        assert_eq!(order, [17, 15, 14, 10, 11, 13, 16, 12]);
    }

    #[test]
    fn a_backlog_without_a_ready_merge_does_not_hold_workers_back() {
        let mut ready = Ready::new(1, 0);
        ready.wait(3);
        assert_eq!(ready.first(&[NodeState::Ready]), Some(NodeId(0)));
    }
}
