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

    /// All nodes, children before their parents.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeId> + ExactSizeIterator + use<> {
        (0..self.layout.len()).map(NodeId)
    }

    /// What a node does.
    ///
    /// # Panics
    ///
    /// If there is no such node, as do all questions about one node.
    pub fn kind(&self, node: NodeId) -> NodeKind {
        self.layout.kind(node)
    }

    /// The step a node stands on: 0 for workers, then one for each step of synthesizers, and the
    /// executive last.
    pub fn step(&self, node: NodeId) -> u32 {
        self.layout.locate(node).0 as u32
    }

    /// The position of a node within its step, from 0, in plan order.
    pub fn index(&self, node: NodeId) -> u32 {
        self.layout.locate(node).1
    }

    /// The node that merges this one's result; `None` on the topmost step.
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.layout.parent(node)
    }

    /// The group a merge was laid out over, in plan order; empty for a worker. Its
    /// [`inputs`](Self::inputs) are what became of it.
    pub fn children(&self, node: NodeId) -> &[NodeId] {
        self.inputs.slice(self.layout.children(node))
    }

    /// The nodes whose results a merge gets, in plan order; empty for a worker.
    ///
    /// Final once the node is no longer waiting; before that, its children.
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

    /// The completed nodes that no completed node has merged, in plan order: the sections of the
    /// result as it stands.
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
                NodeState::Waiting => open.extend(self.children(node).iter().rev()),
                _ => sections.extend(self.inputs(node)),
            }
        }
        sections
    }
}
