//! What can be asked about a hierarchy. Nothing here changes it.
//!
//! Node ids come from the hierarchy itself, so asking about one it does not have is a bug in the
//! caller and panics, like a slice index. Ends come from journals and remote workers; they are
//! checked by [`Hierarchy::record`] instead.

use super::{Hierarchy, NodeId, NodeKind, NodeState, Shape};

impl Hierarchy {
    /// The shape it was laid out with.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Who is above whom by the plan.
    pub(crate) fn layout(&self) -> &super::Layout {
        &self.layout
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Never: there is at least one worker.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// How many of the nodes are workers: those with the ids below this.
    pub fn workers(&self) -> u32 {
        self.layout.workers()
    }

    /// All nodes in order of their ids: those that were laid out, children before their parents,
    /// and then those that were added, in the order they were.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeId> + ExactSizeIterator + use<> {
        (0..self.states.len() as u32).map(NodeId)
    }

    /// What a node does. Added nodes are synthesizers, under the executive too.
    ///
    /// # Panics
    ///
    /// If there is no such node, as do all questions about one node.
    pub fn kind(&self, node: NodeId) -> NodeKind {
        match self.splits.get(node) {
            Some(_) => NodeKind::Synthesizer,
            None => self.layout.kind(node),
        }
    }

    /// The step a node stands on: 0 for workers, then one for each step of synthesizers, and the
    /// executive last. An added node stands on that of the node it is under.
    pub fn step(&self, node: NodeId) -> u32 {
        match self.splits.get(node) {
            Some(added) => added.step,
            None => self.layout.locate(node).0 as u32,
        }
    }

    /// The position of a node within its step, from 0: in plan order, workers grouped as they end
    /// included, and then the added ones in the order they were.
    pub fn index(&self, node: NodeId) -> u32 {
        match self.splits.get(node) {
            Some(added) => added.index,
            None => self.layout.locate(node).1,
        }
    }

    /// The node to which this one's result goes first; `None` on the topmost step.
    ///
    /// That of an added node is the node it was added under; that of a result which a split put
    /// into a group is the node added for that group. With [`Grouping::AsCompleted`] that of a
    /// worker is provisional until the worker has ended.
    ///
    /// [`Grouping::AsCompleted`]: super::Grouping::AsCompleted
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.splits.regrouped(node).or_else(|| self.above(node))
    }

    /// The group a merge was laid out over, in order; empty for a worker. Its
    /// [`inputs`](Self::inputs) are what became of it.
    ///
    /// That of an added node is the inputs it was added for. A split changes the children of no
    /// node: following them from the topmost step down reaches every worker once, and those that
    /// left nothing with the others. With [`Grouping::AsCompleted`] a group is provisional until
    /// all of it has ended.
    ///
    /// [`Grouping::AsCompleted`]: super::Grouping::AsCompleted
    pub fn children(&self, node: NodeId) -> &[NodeId] {
        match self.splits.get(node) {
            Some(added) => self.inputs.slice(added.group.clone()),
            None => self.inputs.slice(self.layout.children(node)),
        }
    }

    /// The nodes whose results a merge gets, in order; empty for a worker.
    ///
    /// Final once the node is no longer waiting, unless it is [`split`](Self::split); while it is
    /// waiting, what it waits for: its children or, after a split, the added nodes and the inputs in
    /// no group.
    pub fn inputs(&self, node: NodeId) -> &[NodeId] {
        self.inputs.of(node)
    }

    /// Where a node stands.
    pub fn state(&self, node: NodeId) -> NodeState {
        self.states[node.at()]
    }

    /// Whether every node has ended. Takes no time, however many there are.
    pub fn finished(&self) -> bool {
        self.open == 0
    }

    /// The completed nodes that no completed node has merged, in order: the sections of the result
    /// as it stands. (Workers that nothing merges stand in plan order, whatever the grouping.)
    ///
    /// At the end of a smooth run that is the topmost step. After failures, or before the end,
    /// nodes of several steps stand side by side; together they cover every completed worker
    /// exactly once.
    pub fn summit(&self) -> Vec<NodeId> {
        let mut sections = Vec::new();
        let mut open: Vec<NodeId> = self.layout.summit().rev().map(NodeId).collect();
        while let Some(node) = open.pop() {
            match self.state(node) {
                state if state.is_completed() => sections.push(node),
                NodeState::Waiting => open.extend(self.inputs(node).iter().rev()),
                _ => sections.extend(self.inputs(node)),
            }
        }
        sections
    }
}
