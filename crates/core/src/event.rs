//! The events of a run: its whole history, in order. Everything that shows a run (terminal, JSON,
//! later server and journal) is a fold over these.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Coverage, NodeInfo, Outcome, PlanList, Reason, Usage, Usd};

/// The id of a run; a UUID v7 unless somebody chose another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(Arc<str>);

impl RunId {
    /// This id.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A state event of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// 1, 2, 3 … without gaps.
    pub seq: u64,
    /// The run.
    pub run_id: RunId,
    /// When it happened (RFC 3339, UTC).
    pub time: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// A subtask as the plan's event shows it: without the text of its documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedSubtask {
    /// What the worker is asked.
    pub instruction: String,
    /// Its specialization, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specialization: Option<String>,
    /// The names of the documents it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
}

/// The tokens of a run; `None` (null) when unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCount {
    /// Tokens read.
    pub input_tokens: Option<u64>,
    /// Tokens written.
    pub output_tokens: Option<u64>,
}

impl From<Usage> for TokenCount {
    fn from(usage: Usage) -> Self {
        Self { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens }
    }
}

/// What happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// The run began. Always the first event.
    RunStarted {
        /// The task.
        task: String,
        /// How many documents came with it.
        documents: usize,
        /// The model of each tier, `provider/model`, as far as a tier has one.
        models: Vec<String>,
    },
    /// The plan is made.
    PlanReady {
        /// What made it.
        method: String,
        /// One subtask per worker.
        subtasks: PlanList<PlannedSubtask>,
        /// Every node of the pyramid, workers first.
        nodes: PlanList<NodeInfo>,
        /// What the user should know about the plan.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notes: Vec<String>,
    },
    /// An agent began.
    NodeStarted {
        /// The node; its inputs are those it really merges.
        node: NodeInfo,
    },
    /// A call of the agent waits for room: under a rate limit, a bound on calls, or a budget.
    NodeQueued {
        /// The node.
        node: NodeInfo,
    },
    /// A call of the agent takes longer than most, so the same is asked a second time. The first answer is
    /// taken; both attempts are charged.
    NodeHedged {
        /// The node.
        node: NodeInfo,
        /// How long the first attempt had taken by then, in milliseconds.
        after_ms: u64,
    },
    /// The inputs of a merge are too large for its model's context, so that others are merged below it
    /// first.
    NodeSplit {
        /// The node, which waits again.
        node: NodeInfo,
        /// The nodes that were added below it, each with its inputs.
        added: Vec<NodeInfo>,
        /// Why.
        reason: Reason,
    },
    /// An attempt failed and the agent tries again.
    NodeRetrying {
        /// The node.
        node: NodeInfo,
        /// The attempt that begins, from 2.
        attempt: u32,
        /// Why the last one failed.
        reason: Reason,
    },
    /// An agent has a result.
    NodeCompleted {
        /// The node.
        node: NodeInfo,
        /// Its tokens, all its calls together.
        usage: TokenCount,
        /// Its cost; null when unknown.
        cost_usd: Option<Usd>,
        /// The model that wrote it; null when none did.
        model: Option<String>,
        /// From its start, in milliseconds.
        elapsed_ms: u64,
        /// Whether the text was cut at the bound on tokens.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        truncated: bool,
    },
    /// An agent has failed for good.
    NodeFailed {
        /// The node.
        node: NodeInfo,
        /// Why.
        reason: Reason,
        /// Its tokens, all its calls together: failures cost as well.
        usage: TokenCount,
        /// Its cost; null when unknown.
        cost_usd: Option<Usd>,
        /// From its start, in milliseconds.
        elapsed_ms: u64,
    },
    /// A node was not needed.
    NodeSkipped {
        /// The node.
        node: NodeInfo,
        /// Why.
        reason: Reason,
    },
    /// A node was stopped while at work.
    NodeCancelled {
        /// The node.
        node: NodeInfo,
        /// Why.
        reason: Reason,
        /// Its tokens, all its calls together; null when a call was cut off.
        usage: TokenCount,
        /// Its cost; null when unknown.
        cost_usd: Option<Usd>,
        /// From its start, in milliseconds.
        elapsed_ms: u64,
    },
    /// The run ended. Always the last event, exactly once.
    RunFinished {
        /// How.
        outcome: Outcome,
        /// Why it is not complete; null if it is.
        reason: Option<Reason>,
        /// How many of the workers gave a result.
        coverage: Coverage,
        /// Tokens of all calls, failed ones included.
        usage: TokenCount,
        /// Cost of all calls; null when any call's is unknown.
        cost_usd: Option<Usd>,
        /// From the run's start, in milliseconds.
        elapsed_ms: u64,
        /// The report; null if there is none.
        report: Option<String>,
    },
}

impl EventKind {
    /// The node an event is about, if it is about one.
    pub fn node(&self) -> Option<&NodeInfo> {
        match self {
            Self::NodeStarted { node }
            | Self::NodeQueued { node }
            | Self::NodeHedged { node, .. }
            | Self::NodeSplit { node, .. }
            | Self::NodeRetrying { node, .. }
            | Self::NodeCompleted { node, .. }
            | Self::NodeFailed { node, .. }
            | Self::NodeSkipped { node, .. }
            | Self::NodeCancelled { node, .. } => Some(node),
            Self::RunStarted { .. } | Self::PlanReady { .. } | Self::RunFinished { .. } => None,
        }
    }
}

/// A piece of an agent's answer as it arrives. Not a state event: it has no `seq`, and may be dropped
/// for a slow reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "text_delta")]
pub struct TextDelta {
    /// The run.
    pub run_id: RunId,
    /// The id of the node that writes.
    pub node: String,
    /// What it wrote.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, Tier};

    fn failed() -> Event {
        let node =
            NodeInfo { id: "W3".into(), tier: Tier::Worker, step: 0, index: 2, inputs: vec![] };
        Event {
            seq: 7,
            run_id: RunId::new("r"),
            time: "2026-11-22T10:00:00Z".parse().unwrap(),
            kind: EventKind::NodeFailed {
                node,
                reason: Reason::new(ErrorKind::Timeout, "no answer in 180 s"),
                usage: Usage::UNKNOWN.into(),
                cost_usd: None,
                elapsed_ms: 180_000,
            },
        }
    }

    #[test]
    fn an_event_is_one_flat_object() {
        let expected = serde_json::json!({
            "seq": 7, "run_id": "r", "time": "2026-11-22T10:00:00Z", "type": "node_failed",
            "node": {"id": "W3", "tier": "worker", "step": 0, "index": 2, "inputs": []},
            "reason": {"kind": "timeout", "message": "no answer in 180 s"},
            "usage": {"input_tokens": null, "output_tokens": null}, "cost_usd": null,
            "elapsed_ms": 180_000,
        });
        assert_eq!(serde_json::to_value(failed()).unwrap(), expected);
    }

    #[test]
    fn an_event_survives_its_json() {
        let json = serde_json::to_string(&failed()).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), failed());
    }
}
