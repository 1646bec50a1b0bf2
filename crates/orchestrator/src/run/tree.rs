//! The pyramid of one run: the hierarchy, which knows only sizes, and beside it what each node is
//! called, reads and wrote. Every change of a node's state passes here and is written to the log.

use std::sync::Arc;

use ziggurat_core::{Contribution, ErrorKind, Merge, Missing, NodeInfo, Plan, Subtask, Task, Tier};

use crate::NodeResult;
use crate::hierarchy::{End, Hierarchy, NodeId, NodeKind, Shape, ShapeError};

/// The nodes of a run.
pub(crate) struct Tree {
    pub(crate) hierarchy: Hierarchy,
    pub(crate) nodes: Vec<NodeResult>,
    subtasks: Vec<Arc<Subtask>>,
    task: String,
    /// How many workers completed.
    pub(crate) workers_ok: u32,
    /// How many workers ended without a result.
    pub(crate) workers_lost: u32,
}

impl Tree {
    pub(crate) fn new(plan: &Plan, shape: Shape, task: &Task) -> Result<Self, ShapeError> {
        let workers = u32::try_from(plan.subtasks.len()).unwrap_or(u32::MAX);
        let hierarchy = Hierarchy::new(workers, shape)?;
        let mut tree = Self {
            nodes: Vec::with_capacity(hierarchy.len()),
            subtasks: plan.subtasks.iter().cloned().map(Arc::new).collect(),
            task: task.text().to_owned(),
            workers_ok: 0,
            workers_lost: 0,
            hierarchy,
        };
        for node in tree.hierarchy.nodes() {
            let info = tree.info(node, tree.hierarchy.children(node));
            tree.nodes.push(NodeResult::planned(info));
        }
        Ok(tree)
    }

    pub(crate) fn node(&self, node: NodeId) -> &NodeResult {
        &self.nodes[node.0 as usize]
    }

    pub(crate) fn node_mut(&mut self, node: NodeId) -> &mut NodeResult {
        &mut self.nodes[node.0 as usize]
    }

    /// What a worker is asked.
    pub(crate) fn subtask(&self, node: NodeId) -> &Arc<Subtask> {
        &self.subtasks[node.0 as usize]
    }

    /// From now on a node's inputs are those it really merges.
    pub(crate) fn fix_inputs(&mut self, node: NodeId) -> &mut NodeResult {
        let info = self.info(node, self.hierarchy.inputs(node));
        let result = self.node_mut(node);
        result.node = info;
        result
    }

    /// Counts the end of a node.
    pub(crate) fn count(&mut self, node: NodeId, end: End) {
        if self.hierarchy.kind(node) == NodeKind::Worker {
            let counter =
                if end.is_completed() { &mut self.workers_ok } else { &mut self.workers_lost };
            *counter += 1;
        }
    }

    /// What a synthesizer or the executive is asked.
    pub(crate) fn merge(&self, node: NodeId, task: &Arc<Task>) -> Merge {
        let inputs = self.hierarchy.inputs(node).iter();
        let inputs = inputs.filter_map(|&input| self.contribution(input));
        let mut missing = Vec::new();
        self.collect_missing(node, &mut missing);
        Merge::new(Arc::clone(task), inputs).with_missing(missing)
    }

    pub(crate) fn workers(&self) -> impl Iterator<Item = &NodeResult> {
        self.nodes.iter().take(self.hierarchy.workers() as usize)
    }

    fn contribution(&self, node: NodeId) -> Option<Contribution> {
        let result = self.node(node);
        let text = Arc::clone(result.output.as_ref()?);
        Some(Contribution { id: result.node.id.clone(), title: self.title(node), text })
    }

    /// What a node's text is about, in a line.
    pub(crate) fn title(&self, node: NodeId) -> String {
        match self.hierarchy.kind(node) {
            NodeKind::Worker => {
                let instruction = &self.subtask(node).instruction;
                // Workers that share the task itself differ in what they read.
                let own = (*instruction != self.task).then(|| instruction.clone());
                own.or_else(|| self.material(node)).unwrap_or_else(|| instruction.clone())
            }
            _ => format!("synthesis of {}", self.node(node).node.inputs.join(", ")),
        }
    }

    /// The titles of the documents that a worker reads.
    pub(crate) fn material(&self, node: NodeId) -> Option<String> {
        let documents = &self.subtasks.get(node.0 as usize)?.documents;
        let titles: Vec<_> = documents.iter().map(|document| document.title.as_str()).collect();
        (!titles.is_empty()).then(|| titles.join(", "))
    }

    /// The workers below a node that left nothing, however deep. A merge is told of all of them, for a
    /// merge between may not have passed the news on.
    fn collect_missing(&self, node: NodeId, missing: &mut Vec<Missing>) {
        for &child in self.hierarchy.children(node) {
            if self.hierarchy.kind(child) != NodeKind::Worker {
                self.collect_missing(child, missing);
            } else if self.hierarchy.state(child).is_terminal()
                && !self.hierarchy.state(child).is_completed()
            {
                let result = self.node(child);
                let kind = result.reason.as_ref().map_or(ErrorKind::Stopped, |reason| reason.kind);
                missing.push(Missing { id: result.node.id.clone(), kind });
            }
        }
    }

    fn info(&self, node: NodeId, inputs: &[NodeId]) -> NodeInfo {
        let tier = tier_of(self.hierarchy.kind(node));
        NodeInfo {
            id: self.id(node),
            tier,
            step: self.hierarchy.step(node),
            index: self.hierarchy.index(node),
            inputs: inputs.iter().map(|&input| self.id(input)).collect(),
        }
    }

    /// `W3`, `S2`, `E1`: the tier's letter and a number from 1 in the order of ids.
    fn id(&self, node: NodeId) -> String {
        let number = match self.hierarchy.kind(node) {
            NodeKind::Worker => node.0 + 1,
            NodeKind::Synthesizer => node.0 - self.hierarchy.workers() + 1,
            NodeKind::Executive => 1,
        };
        format!("{}{number}", tier_of(self.hierarchy.kind(node)).letter())
    }
}

fn tier_of(kind: NodeKind) -> Tier {
    match kind {
        NodeKind::Worker => Tier::Worker,
        NodeKind::Synthesizer => Tier::Synthesizer,
        NodeKind::Executive => Tier::Executive,
    }
}
