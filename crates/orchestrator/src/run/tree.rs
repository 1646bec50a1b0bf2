//! The pyramid of one run: the hierarchy, which knows only sizes, and beside it what each node is asked
//! and wrote.

use std::sync::Arc;

use ziggurat_core::{Contribution, ErrorKind, Merge, Missing, Plan, Subtask, Task};

use crate::hierarchy::{End, Hierarchy, NodeId, NodeKind};
use crate::record::{Book, Scribe};

/// The nodes of a run.
pub(crate) struct Tree {
    pub(crate) hierarchy: Hierarchy,
    pub(crate) plan: Arc<Plan>,
    pub(crate) scribe: Arc<Scribe>,
    task: Arc<Task>,
    /// How many workers completed.
    pub(crate) workers_ok: u32,
    /// How many workers ended without a result.
    pub(crate) workers_lost: u32,
}

impl Tree {
    /// The pyramid over a plan. Writes that it is ready.
    pub(crate) fn new(
        plan: Plan,
        hierarchy: Hierarchy,
        task: &Arc<Task>,
        scribe: &Arc<Scribe>,
    ) -> Self {
        let plan = Arc::new(plan);
        scribe.plan(Arc::clone(&plan), &hierarchy);
        let (scribe, task) = (Arc::clone(scribe), Arc::clone(task));
        Self { hierarchy, plan, scribe, task, workers_ok: 0, workers_lost: 0 }
    }

    /// What a worker is asked.
    pub(crate) fn subtask(&self, node: NodeId) -> &Subtask {
        &self.plan.subtasks[node.0 as usize]
    }

    /// The workers, in plan order.
    pub(crate) fn workers(&self) -> impl Iterator<Item = NodeId> + Clone + use<> {
        (0..self.hierarchy.workers()).map(NodeId)
    }

    /// The merges, those that were added last.
    pub(crate) fn merges(&self) -> impl Iterator<Item = NodeId> + Clone + use<> {
        (self.hierarchy.workers()..self.hierarchy.len() as u32).map(NodeId)
    }

    /// Whether a node was added while the run went on.
    pub(crate) fn is_added(&self, node: NodeId) -> bool {
        node.0 >= self.hierarchy.layout().len()
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
    pub(crate) fn merge(&self, node: NodeId) -> Merge {
        let book = self.scribe.read();
        let inputs = self.hierarchy.inputs(node).iter();
        let inputs = inputs.filter_map(|&input| self.contribution(&book, input));
        let mut missing = Vec::new();
        self.collect_missing(&book, node, &mut missing);
        Merge::new(Arc::clone(&self.task), inputs).with_missing(missing)
    }

    fn contribution(&self, book: &Book, node: NodeId) -> Option<Contribution> {
        let text = Arc::clone(book.row(node).output.as_ref()?);
        Some(Contribution { id: book.id(node), title: self.title(book, node), text })
    }

    /// What a node's text is about, in a line.
    pub(crate) fn title(&self, book: &Book, node: NodeId) -> String {
        match self.hierarchy.kind(node) {
            NodeKind::Worker => {
                let instruction = &self.subtask(node).instruction;
                // Workers that share the task itself differ in what they read.
                let own = (*instruction != self.task.text()).then(|| instruction.clone());
                own.or_else(|| self.material(node)).unwrap_or_else(|| instruction.clone())
            }
            _ => {
                let inputs = self.hierarchy.inputs(node).iter().map(|&input| book.id(input));
                format!("synthesis of {}", inputs.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The titles of the documents that a worker reads.
    pub(crate) fn material(&self, node: NodeId) -> Option<String> {
        let documents = &self.plan.subtasks.get(node.0 as usize)?.documents;
        let titles: Vec<_> = documents.iter().map(|document| document.title.as_str()).collect();
        (!titles.is_empty()).then(|| titles.join(", "))
    }

    /// The workers below a node that left nothing, however deep. A merge is told of all of them, for a
    /// merge between may not have passed the news on.
    fn collect_missing(&self, book: &Book, node: NodeId, missing: &mut Vec<Missing>) {
        for &child in self.hierarchy.children(node) {
            if self.hierarchy.kind(child) != NodeKind::Worker {
                self.collect_missing(book, child, missing);
            } else if self.hierarchy.state(child).is_terminal()
                && !self.hierarchy.state(child).is_completed()
            {
                let reason = book.row(child).reason.as_ref();
                let kind = reason.map_or(ErrorKind::Stopped, |reason| reason.kind);
                missing.push(Missing { id: book.id(child), kind });
            }
        }
    }
}
