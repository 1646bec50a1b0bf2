//! What each node is called and where it stands. Almost all of it is arithmetic; only what a run has made
//! different from its plan is kept.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use ziggurat_core::{NodeInfo, Tier};

use super::DECOMPOSER;
use crate::hierarchy::{Grouping, Hierarchy, Layout, NodeId, NodeKind};

/// The names and places of a plan's nodes, and of those that are added later.
#[derive(Debug)]
pub(super) struct Names {
    layout: Layout,
    /// Whether a worker's group is known before it has ended.
    grouped: bool,
    executive: Option<NodeId>,
}

/// The names and places of a run's nodes.
#[derive(Debug)]
pub(super) struct Outline {
    names: Arc<Names>,
    /// Merges that were added while the run went on, in the order of their ids.
    added: Vec<Added>,
    /// The inputs of merges, where they are not those of the plan.
    inputs: HashMap<NodeId, Box<[NodeId]>>,
}

#[derive(Debug, Clone, Copy)]
struct Added {
    step: u32,
    index: u32,
}

impl Names {
    fn new(hierarchy: &Hierarchy) -> Self {
        let last = hierarchy.nodes().next_back();
        let is_executive = |node: &NodeId| hierarchy.kind(*node) == NodeKind::Executive;
        Self {
            layout: hierarchy.layout().clone(),
            grouped: hierarchy.shape().grouping == Grouping::PlanOrder,
            executive: last.filter(is_executive),
        }
    }

    /// How many nodes the plan has.
    pub(super) fn len(&self) -> u32 {
        self.layout.len()
    }

    /// A node as the plan had it.
    pub(super) fn planned(&self, node: NodeId) -> NodeInfo {
        let (step, index) = self.layout.locate(node);
        let inputs = self.inputs(node).map(|input| self.id(input)).collect();
        self.info(node, step as u32, index, inputs)
    }

    fn info(&self, node: NodeId, step: u32, index: u32, inputs: Vec<String>) -> NodeInfo {
        NodeInfo { id: self.id(node), tier: self.tier(node), step, index, inputs }
    }

    /// `W3`, `S2`, `E1`: the tier's letter and a number from 1 in the order of ids.
    fn id(&self, node: NodeId) -> String {
        let number = if node == DECOMPOSER || Some(node) == self.executive {
            1
        } else if node.0 < self.layout.workers() {
            node.0 + 1
        } else {
            let executives = u32::from(self.executive.is_some_and(|executive| executive < node));
            node.0 - self.layout.workers() + 1 - executives
        };
        // Long enough for the name of any node.
        let mut id = String::with_capacity(11);
        id.push(self.tier(node).letter());
        // Writing to a string cannot fail.
        write!(id, "{number}").ok();
        id
    }

    /// The node of this name, if there were so many.
    fn find(&self, id: &str) -> Option<NodeId> {
        let number: u32 = id.get(1..)?.parse().ok()?;
        let index = number.checked_sub(1)?;
        let node = match id.get(..1)? {
            "W" => NodeId(index),
            "S" => {
                let node = self.layout.workers().checked_add(index)?;
                let executives = u32::from(self.executive.is_some_and(|it| it.0 <= node));
                NodeId(node.checked_add(executives)?)
            }
            "E" => self.executive?,
            _ => return None,
        };
        (self.id(node) == id).then_some(node)
    }

    fn tier(&self, node: NodeId) -> Tier {
        if node == DECOMPOSER {
            Tier::Decomposer
        } else if node.0 < self.layout.workers() {
            Tier::Worker
        } else if Some(node) == self.executive {
            Tier::Executive
        } else {
            Tier::Synthesizer
        }
    }

    /// The inputs that the plan gave a node, as far as the plan knows.
    fn inputs(&self, node: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        let known = node.0 < self.len() && (self.grouped || self.layout.locate(node).0 != 1);
        let inputs = if known { self.layout.children(node) } else { 0..0 };
        inputs.map(NodeId)
    }
}

impl Outline {
    pub(super) fn new(hierarchy: &Hierarchy) -> Self {
        let names = Arc::new(Names::new(hierarchy));
        Self { names, added: Vec::new(), inputs: HashMap::new() }
    }

    /// The nodes of the plan.
    pub(super) fn names(&self) -> &Arc<Names> {
        &self.names
    }

    /// Takes in the nodes that were added to the hierarchy since.
    pub(super) fn extend(&mut self, hierarchy: &Hierarchy) {
        for id in self.len()..hierarchy.len() as u32 {
            let node = NodeId(id);
            self.added.push(Added { step: hierarchy.step(node), index: hierarchy.index(node) });
            self.set_inputs(node, hierarchy.inputs(node));
        }
    }

    /// What a merge really merges.
    pub(super) fn set_inputs(&mut self, node: NodeId, inputs: &[NodeId]) {
        if self.names.inputs(node).ne(inputs.iter().copied()) {
            self.inputs.insert(node, inputs.into());
        } else {
            self.inputs.remove(&node);
        }
    }

    /// A node as it is now.
    pub(super) fn info(&self, node: NodeId) -> NodeInfo {
        let Some(inputs) = self.inputs.get(&node) else { return self.names.planned(node) };
        let inputs = inputs.iter().map(|&input| self.id(input)).collect();
        let (step, index) = match self.added(node) {
            Some(Added { step, index }) => (step, index),
            None => {
                let (step, index) = self.names.layout.locate(node);
                (step as u32, index)
            }
        };
        self.names.info(node, step, index, inputs)
    }

    /// What a node is called.
    pub(super) fn id(&self, node: NodeId) -> String {
        self.names.id(node)
    }

    /// The node of this name.
    pub(super) fn find(&self, id: &str) -> Option<NodeId> {
        self.names.find(id).filter(|node| node.0 < self.len())
    }

    pub(super) fn tier(&self, node: NodeId) -> Tier {
        self.names.tier(node)
    }

    /// How many nodes there are.
    fn len(&self) -> u32 {
        self.names.len() + self.added.len() as u32
    }

    fn added(&self, node: NodeId) -> Option<Added> {
        let place = node.0.checked_sub(self.names.len())?;
        self.added.get(place as usize).copied()
    }
}
