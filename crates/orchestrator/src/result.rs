//! What a run leaves behind: the report, how it came about, and every tier's responses.

use std::sync::Arc;
use std::time::Duration;

use ziggurat_core::{
    AgentState, Cost, Coverage, NodeInfo, Outcome, Plan, Reason, RunId, Tier, Usage,
};

/// What became of one node.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NodeResult {
    /// The node; its inputs are those it really merged.
    pub node: NodeInfo,
    /// Its final state.
    pub state: AgentState,
    /// What it wrote, if it completed.
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

impl NodeResult {
    pub(crate) fn planned(node: NodeInfo) -> Self {
        Self {
            node,
            state: AgentState::Pending,
            output: None,
            truncated: false,
            model: None,
            reason: None,
            usage: Usage::ZERO,
            cost: Cost::ZERO,
            elapsed: Duration::ZERO,
        }
    }
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq)]
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
    pub plan: Option<Plan>,
    /// Every node: the decomposer, the workers, the synthesizers step by step, the executive.
    pub nodes: Vec<NodeResult>,
}

impl RunResult {
    /// The nodes of one tier, in plan order.
    pub fn tier(&self, tier: Tier) -> impl Iterator<Item = &NodeResult> {
        self.nodes.iter().filter(move |result| result.node.tier == tier)
    }

    /// The workers, in plan order.
    pub fn workers(&self) -> impl Iterator<Item = &NodeResult> {
        self.tier(Tier::Worker)
    }

    /// The synthesizers, step by step.
    pub fn synthesizers(&self) -> impl Iterator<Item = &NodeResult> {
        self.tier(Tier::Synthesizer)
    }

    /// The executive, if the pyramid has one.
    pub fn executive(&self) -> Option<&NodeResult> {
        self.tier(Tier::Executive).next()
    }
}
