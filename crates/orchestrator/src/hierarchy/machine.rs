//! The transitions of nodes that are there. (How nodes are added is told in [`split`](super::split).)
//!
//! There are three - a node starts, a node ends, many nodes end at once - and all ends, whoever
//! causes them, pass through one function. So what follows from an end cannot depend on its
//! cause, nor - unless workers are grouped as they end - the final state on the order of ends.

use super::{
    Effects, End, IllegalTransition, NodeId, NodeState, Shape, ShapeError,
    inputs::Inputs,
    layout::Layout,
    places::Places,
    ready::{Rank, Ready},
    splits::Splits,
};

/// A pyramid of workers, synthesizers and an executive, and how far each of them is.
///
/// See the [module](super) for its rules. Two hierarchies are equal if they have the same shape,
/// the same nodes were added over the same inputs, the workers hold the same positions, and every
/// node is in the same state; everything else follows from these.
///
/// # Replay
///
/// The state is a fold over the recorded ends, splits and stops, in order: give a fresh hierarchy of
/// the same shape what the first was given. Starts need not be told, and neither must the ends that
/// were [`Effects`] of others. One thing ends alone cannot say: which nodes were running when
/// [`stop_workers`](Self::stop_workers) or [`halt`](Self::halt) cancelled them. Recording the
/// `Cancelled` ones of their effects just before them makes the replay equal; without that they
/// are `Skipped`, and inputs and summit are the same.
///
/// # Example
///
/// ```
/// use ziggurat::hierarchy::{End, Hierarchy, NodeId, Shape};
///
/// const COMPLETED: End = End::Completed { tokens: 250 };
///
/// // Five workers and a synthesizer; nothing above.
/// let mut run = Hierarchy::new(5, Shape::default())?;
/// assert_eq!(run.next_ready(), Some(NodeId(0)));
/// assert_eq!(run.next_ready(), Some(NodeId(1)));
/// run.record(NodeId(0), COMPLETED)?;
///
/// // Time is up. One result needs no synthesis, so it is the summit.
/// let effects = run.stop_workers();
/// assert_eq!(effects.ended[0], (NodeId(1), End::Cancelled));
/// assert_eq!(effects.ended[4], (NodeId(5), End::PassedUp));
/// assert!(run.finished());
/// assert_eq!(run.summit(), [NodeId(0)]);
///
/// let mut replay = Hierarchy::new(5, Shape::default())?;
/// replay.record(NodeId(0), COMPLETED)?;
/// replay.record(NodeId(1), End::Cancelled)?;
/// replay.stop_workers();
/// assert_eq!(replay, run);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Hierarchy {
    pub(super) shape: Shape,
    pub(super) layout: Layout,
    pub(super) states: Vec<NodeState>,
    pub(super) inputs: Inputs,
    pub(super) places: Places,
    pub(super) splits: Splits,
    /// How many of the nodes that each merge waits for have not ended; merges follow the workers.
    pub(super) pending: Vec<u32>,
    pub(super) ready: Ready,
    /// How many nodes have not ended.
    pub(super) open: u32,
}

impl Hierarchy {
    /// Lays out a pyramid over so many workers, all of them ready.
    pub fn new(workers: u32, shape: Shape) -> Result<Self, ShapeError> {
        let layout = Layout::new(workers, &shape)?;
        let inputs = Inputs::new(&layout);
        let merges = (workers..layout.len()).map(NodeId);
        let mut states = vec![NodeState::Waiting; layout.len() as usize];
        states[..workers as usize].fill(NodeState::Ready);
        Ok(Self {
            shape,
            states,
            pending: merges.map(|merge| inputs.of(merge).len() as u32).collect(),
            ready: Ready::new(workers, shape.merge_backlog),
            places: Places::new(workers, shape.grouping),
            splits: Splits::new(layout.len()),
            open: layout.len(),
            inputs,
            layout,
        })
    }

    /// The node to start now; it is running from here on. `None` if nothing is ready, which does
    /// not mean that nothing will be.
    ///
    /// Lower steps go first, then lower ids, until more than
    /// [`merge_backlog`](Shape::merge_backlog) results wait to be merged; then ready merges go
    /// first. A result waits from its completion until a merge over it starts.
    pub fn next_ready(&mut self) -> Option<NodeId> {
        let node = self.ready.first(&self.states)?;
        self.ready.remove(self.rank(node));
        self.ready.take(self.inputs.of(node).len());
        self.states[node.at()] = NodeState::Running;
        Some(node)
    }

    /// Whether a node may start now.
    pub(crate) fn has_ready(&mut self) -> bool {
        self.ready.first(&self.states).is_some()
    }

    /// Says how a node ended.
    ///
    /// Ready nodes are accepted as well as running ones; [`NodeState::admits`] is the table of
    /// what may be recorded.
    ///
    /// # Errors
    ///
    /// [`IllegalTransition`] for a node that is waiting, has ended, or does not exist, and for
    /// an end its state does not admit. Nothing is changed then.
    pub fn record(&mut self, node: NodeId, end: End) -> Result<Effects, IllegalTransition> {
        let from = self.states.get(node.at()).copied();
        if !from.is_some_and(|state| state.admits(self.kind(node), end)) {
            return Err(IllegalTransition { node, from, end });
        }
        let mut effects = Effects::default();
        if end.is_completed() {
            effects.released = self.inputs.of(node).to_vec();
        }
        self.end(node, end, &mut effects.ended);
        Ok(effects)
    }

    /// Ends every worker that has not: first the running ones, which are cancelled, then the
    /// others, which are skipped, both in order of their ids. What they leave to merge is merged.
    /// Stopping again does nothing.
    pub fn stop_workers(&mut self) -> Effects {
        let mut effects = Effects::default();
        // The running ones first, as in a replay: see there.
        for (from, end) in [(NodeState::Running, End::Cancelled), (NodeState::Ready, End::Skipped)]
        {
            for worker in (0..self.layout.workers()).map(NodeId) {
                if self.states[worker.at()] == from {
                    effects.ended.push((worker, end));
                    self.end(worker, end, &mut effects.ended);
                }
            }
        }
        effects
    }

    /// Ends every node that has not: the running ones are cancelled, the others skipped, or
    /// passed up where a single input is left. [`summit`](Self::summit) then has everything that
    /// was merged so far. Halting again does nothing.
    pub fn halt(&mut self) -> Effects {
        let mut effects = self.stop_workers();
        // What is below a merge ends before it. Ids ascend with the steps, but an added node has a
        // higher one than the node it is under.
        let added = self.layout.len()..self.states.len() as u32;
        let laid_out = self.layout.workers()..self.layout.len();
        for node in added.rev().chain(laid_out).map(NodeId) {
            let end = match self.states[node.at()] {
                NodeState::Ended(_) => continue,
                NodeState::Running => End::Cancelled,
                NodeState::Waiting | NodeState::Ready => End::Skipped,
            };
            effects.ended.push((node, end));
            self.end(node, end, &mut effects.ended);
        }
        effects
    }

    /// Ends a node and, as far up as that decides them, the merges above it, which are listed.
    fn end(&mut self, node: NodeId, end: End, ended: &mut Vec<(NodeId, End)>) {
        let (mut node, mut end) = (node, end);
        self.places.take(node, self.inputs.workers_mut());
        loop {
            let parent = self.above(node);
            self.close(node, end, parent.is_some());
            let Some(merge) = parent else { return };
            let pending = &mut self.pending[(merge.0 - self.layout.workers()) as usize];
            *pending -= 1;
            if *pending > 0 {
                return;
            }
            let Some(decided) = self.open_merge(merge) else { return };
            ended.push((merge, decided));
            (node, end) = (merge, decided);
        }
    }

    /// Makes an end final and accounts for the results that wait because of it.
    fn close(&mut self, node: NodeId, end: End, has_parent: bool) {
        let inputs = self.inputs.of(node).len();
        if self.states[node.at()] != NodeState::Running {
            self.ready.remove(self.rank(node));
            self.ready.take(inputs);
        }
        if has_parent {
            self.ready.wait(if end.is_completed() { 1 } else { inputs });
        }
        self.states[node.at()] = NodeState::Ended(end);
        self.open -= 1;
    }

    /// Fixes the inputs of a merge that has nothing to wait for any more, and makes it ready - or
    /// says how it ends, if it has nothing to merge.
    fn open_merge(&mut self, merge: NodeId) -> Option<End> {
        let waited_for = self.inputs.of(merge).len();
        self.inputs.gather(merge, &self.states);
        match self.inputs.of(merge).len() {
            0 => Some(End::Skipped),
            1 if waited_for > 1 => Some(End::PassedUp),
            _ => {
                self.states[merge.at()] = NodeState::Ready;
                self.ready.insert(self.rank(merge));
                None
            }
        }
    }

    /// The node that waits for this one.
    pub(super) fn above(&self, node: NodeId) -> Option<NodeId> {
        match self.splits.get(node) {
            Some(added) => Some(added.parent),
            None => self.layout.parent(self.places.of(node)),
        }
    }

    /// Where a node is in the queue.
    pub(super) fn rank(&self, node: NodeId) -> Rank {
        self.splits.get(node).map_or_else(|| Rank::laid_out(node), |added| added.rank)
    }
}

impl PartialEq for Hierarchy {
    fn eq(&self, other: &Self) -> bool {
        let alike = |node| {
            self.above(node) == other.above(node) && self.children(node) == other.children(node)
        };
        self.shape == other.shape
            && self.layout == other.layout
            && self.states == other.states
            && self.inputs.workers() == other.inputs.workers()
            && self.nodes().skip(self.layout.len() as usize).all(alike)
    }
}

impl Eq for Hierarchy {}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;
    use crate::hierarchy::ExecutiveMode;

    const COMPLETED: End = End::Completed { tokens: 1 };

    fn hierarchy(workers: u32) -> Hierarchy {
        Hierarchy::new(workers, Shape::default()).unwrap()
    }

    fn record(hierarchy: &mut Hierarchy, nodes: Range<u32>, end: End) {
        for node in nodes.map(NodeId) {
            let _ = hierarchy.record(node, end).unwrap();
        }
    }

    #[test]
    fn results_wait_from_completion_until_a_merge_starts() {
        let mut run = hierarchy(10);
        record(&mut run, 0..10, COMPLETED);
        assert_eq!(run.ready.waiting(), 10);
        assert_eq!(run.next_ready(), Some(NodeId(10)));
        assert_eq!(run.ready.waiting(), 5);
        record(&mut run, 10..11, COMPLETED);
        assert_eq!(run.ready.waiting(), 6);
    }

    #[test]
    fn the_inputs_of_a_failed_merge_wait_again() {
        let mut run = hierarchy(10);
        record(&mut run, 0..10, COMPLETED);
        let _ = run.next_ready();
        record(&mut run, 10..12, End::Failed);
        assert_eq!(run.ready.waiting(), 10);
        record(&mut run, 12..13, End::Failed);
        assert_eq!(run.ready.waiting(), 0, "nothing is above the summit");
    }

    #[test]
    fn nothing_waits_where_nothing_is_above() {
        let shape = Shape { executive: ExecutiveMode::Never, ..Shape::default() };
        let mut run = Hierarchy::new(4, shape).unwrap();
        record(&mut run, 0..4, COMPLETED);
        assert_eq!(run.ready.waiting(), 0);
    }

    #[test]
    fn a_refused_end_changes_nothing() {
        let mut run = hierarchy(10);
        record(&mut run, 0..3, COMPLETED);
        let before = run.clone();
        for node in [NodeId(0), NodeId(10), NodeId(12), NodeId(13), NodeId(u32::MAX)] {
            assert!(run.record(node, End::Failed).is_err());
        }
        assert_eq!(run, before);
        assert_eq!((run.open, run.ready.waiting()), (before.open, before.ready.waiting()));
    }
}
