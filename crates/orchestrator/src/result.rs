//! What a run leaves behind: the report, how it came about, and every tier's responses.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use ziggurat_core::{
    AgentState, Cost, Coverage, NodeInfo, Outcome, Plan, Reason, RunId, Tier, Usage,
};

use crate::hierarchy::NodeId;
use crate::record::{Book, DECOMPOSER, Record};

/// What became of one node.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NodeResult {
    /// The node; its inputs are those it really merged.
    pub node: NodeInfo,
    /// Its final state.
    pub state: AgentState,
    /// What it wrote, if it completed; `None` as well if the run was to
    /// [retain](crate::OrchestratorBuilder::retain) only what is not merged, and it was.
    pub output: Option<Arc<str>>,
    /// Whether that was cut at the bound on tokens.
    pub truncated: bool,
    /// The model that wrote it (`provider/model`).
    pub model: Option<String>,
    /// Why there is no output.
    pub reason: Option<Reason>,
    /// Tokens of all its calls, failed ones included.
    pub usage: Usage,
    /// Cost of all its calls, failed ones included.
    pub cost: Cost,
    /// From its start; zero if it never started.
    pub elapsed: Duration,
}

/// The end of a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunResult {
    /// The run.
    pub run_id: RunId,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it is not complete; `None` if it is.
    pub reason: Option<Reason>,
    /// How many of the workers gave a result.
    pub coverage: Coverage,
    /// Tokens of all calls, failed ones included.
    pub usage: Usage,
    /// Cost of all calls, failed ones included.
    pub cost: Cost,
    /// From start to end.
    pub elapsed: Duration,
    /// The report, markdown. A stopped or failed run has one as well, if anything was finished.
    pub report: Option<String>,
    /// The plan, if the run came so far.
    pub plan: Option<Arc<Plan>>,
    pub(crate) record: Arc<Record>,
}

impl RunResult {
    /// Every node: the decomposer, the workers, the synthesizers step by step, the executive, and merges
    /// that were added while the run went on. Each is written out when it is asked for; the run keeps them
    /// in less space.
    pub fn nodes(&self) -> impl Iterator<Item = NodeResult> {
        self.nodes_where(|_, _| true)
    }

    /// The nodes of one tier, in plan order.
    pub fn tier(&self, tier: Tier) -> impl Iterator<Item = NodeResult> {
        self.nodes_where(move |book, node| book.tier(node) == tier)
    }

    /// The workers, in plan order.
    pub fn workers(&self) -> impl Iterator<Item = NodeResult> {
        self.tier(Tier::Worker)
    }

    /// The synthesizers, step by step; those that were added last.
    pub fn synthesizers(&self) -> impl Iterator<Item = NodeResult> {
        self.tier(Tier::Synthesizer)
    }

    /// The executive, if the pyramid has one.
    pub fn executive(&self) -> Option<NodeResult> {
        self.tier(Tier::Executive).next()
    }

    /// The node of this name (`W3`).
    pub fn node(&self, id: &str) -> Option<NodeResult> {
        let book = self.book();
        let node =
            if id == "D1" { book.nodes().find(|&node| node == DECOMPOSER) } else { book.find(id) };
        node.map(|node| book.result(node))
    }

    fn nodes_where(
        &self,
        wanted: impl Fn(&Book, NodeId) -> bool,
    ) -> impl Iterator<Item = NodeResult> {
        let nodes = self.book().nodes();
        nodes.filter_map(move |node| {
            let book = self.book();
            wanted(&book, node).then(|| book.result(node))
        })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
