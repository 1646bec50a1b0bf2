//! Which position among the workers each of them holds.
//!
//! The layout groups positions. In plan order a worker's position is its id, and nothing is
//! stored. Where workers are grouped as they end, each end swaps a worker into the next position,
//! so that at any time every worker holds one and the positions taken for good are the first ones.

use super::{Grouping, NodeId};

/// The positions of the workers.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// The position of each worker, as the id that the layout has for it; empty for plan order.
    of: Vec<NodeId>,
    /// How many positions are taken for good.
    taken: usize,
}

impl Places {
    pub(super) fn new(workers: u32, grouping: Grouping) -> Self {
        let of = match grouping {
            Grouping::PlanOrder => Vec::new(),
            Grouping::AsCompleted => (0..workers).map(NodeId).collect(),
        };
        Self { of, taken: 0 }
    }

    /// What the layout calls a node: a worker's position, and of a merge its id.
    pub(super) fn of(&self, node: NodeId) -> NodeId {
        self.of.get(node.at()).copied().unwrap_or(node)
    }

    /// A node has ended: if it is a worker, and they are grouped as they end, it takes the next
    /// position. `order` has the workers in the order of their positions.
    pub(super) fn take(&mut self, node: NodeId, order: &mut [NodeId]) {
        let Some(&left) = self.of.get(node.at()) else { return };
        let moved = order[self.taken];
        self.of[moved.at()] = left;
        self.of[node.at()] = NodeId(self.taken as u32);
        order.swap(left.at(), self.taken);
        self.taken += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_fill_the_positions_in_order_and_nobody_loses_one() {
        let mut places = Places::new(4, Grouping::AsCompleted);
        let mut order = [0, 1, 2, 3].map(NodeId);
        for (taken, worker) in [2, 3, 0, 1].map(NodeId).into_iter().enumerate() {
            places.take(worker, &mut order);
            assert_eq!((order[taken], places.of(worker)), (worker, NodeId(taken as u32)));
            for (position, &holder) in order.iter().enumerate() {
                assert_eq!(places.of(holder), NodeId(position as u32));
            }
        }
        assert_eq!(order, [2, 3, 0, 1].map(NodeId));
        assert_eq!(places.of(NodeId(4)), NodeId(4), "a merge is where it is");
    }

    #[test]
    fn plan_order_stores_nothing() {
        let mut places = Places::new(4, Grouping::PlanOrder);
        let mut order = [0, 1, 2, 3].map(NodeId);
        places.take(NodeId(2), &mut order);
        assert_eq!((places.of.capacity(), places.of(NodeId(2))), (0, NodeId(2)));
        assert_eq!(order, [0, 1, 2, 3].map(NodeId));
    }
}
