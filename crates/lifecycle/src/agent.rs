//! One agent of a run as its events tell it.

use ziggurat_core::{
    AgentState, EventKind, IllegalTransition, NodeInfo, Reason, TokenCount, Transition, Usd,
};

/// Where one agent stands.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AgentView {
    /// The node; its inputs are the planned ones until it starts, then those it merges.
    pub node: NodeInfo,
    /// Its state.
    pub state: AgentState,
    /// The attempt it is on, from 1; 0 before it starts.
    pub attempt: u32,
    /// Why its last attempt failed, or why it ended without a result.
    pub reason: Option<Reason>,
    /// Its tokens, once it ended.
    pub usage: Option<TokenCount>,
    /// Its cost, once it ended and if known.
    pub cost_usd: Option<Usd>,
    /// The model that wrote its result.
    pub model: Option<String>,
    /// How long it took, in milliseconds, once it ended.
    pub elapsed_ms: Option<u64>,
    /// Whether its result was cut at the bound on tokens.
    pub truncated: bool,
}

impl AgentView {
    pub(crate) fn planned(node: NodeInfo) -> Self {
        Self {
            node,
            state: AgentState::Pending,
            attempt: 0,
            reason: None,
            usage: None,
            cost_usd: None,
            model: None,
            elapsed_ms: None,
            truncated: false,
        }
    }

    /// Takes an event about this agent; nothing changes if the table does not have it.
    pub(crate) fn apply(&mut self, kind: &EventKind) -> Result<(), IllegalTransition> {
        let Some(transition) = transition(kind) else { return Ok(()) };
        self.state = self.state.after(transition)?;
        match kind {
            EventKind::NodeStarted { node } => {
                self.node = node.clone();
                self.attempt = 1;
            }
            EventKind::NodeRetrying { attempt, reason, .. } => {
                self.attempt = *attempt;
                self.reason = Some(reason.clone());
            }
            EventKind::NodeCompleted { usage, cost_usd, model, elapsed_ms, truncated, .. } => {
                self.reason = None;
                self.usage = Some(*usage);
                self.cost_usd = *cost_usd;
                self.model.clone_from(model);
                self.elapsed_ms = Some(*elapsed_ms);
                self.truncated = *truncated;
            }
            EventKind::NodeFailed { reason, usage, cost_usd, elapsed_ms, .. }
            | EventKind::NodeCancelled { reason, usage, cost_usd, elapsed_ms, .. } => {
                self.reason = Some(reason.clone());
                self.usage = Some(*usage);
                self.cost_usd = *cost_usd;
                self.elapsed_ms = Some(*elapsed_ms);
            }
            EventKind::NodeSkipped { reason, .. } => self.reason = Some(reason.clone()),
            _ => {}
        }
        Ok(())
    }
}

fn transition(kind: &EventKind) -> Option<Transition> {
    match kind {
        EventKind::NodeStarted { .. } => Some(Transition::Start),
        EventKind::NodeRetrying { .. } => Some(Transition::Retry),
        EventKind::NodeCompleted { .. } => Some(Transition::Complete),
        EventKind::NodeFailed { .. } => Some(Transition::Fail),
        EventKind::NodeCancelled { .. } => Some(Transition::Cancel),
        EventKind::NodeSkipped { .. } => Some(Transition::Skip),
        _ => None,
    }
}
