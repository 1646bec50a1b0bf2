//! What all phases of a run share: its task and settings, its log, and what can halt it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use ziggurat_core::{CallRecord, ErrorKind, EventKind, Reason, Signal, Task, Transition};

use super::reasons::seconds;
use crate::NodeResult;
use crate::config::Config;
use crate::events::Scribe;

/// The ground a run stands on.
pub(crate) struct Stage {
    pub(crate) config: Arc<Config>,
    pub(crate) task: Arc<Task>,
    pub(crate) scribe: Arc<Scribe>,
    pub(crate) cancel: CancellationToken,
    pub(crate) started: Instant,
    pub(crate) timeout: Option<Duration>,
}

impl Stage {
    /// Waits until the run must be halted: for its user, or for its deadline. Cancel-safe.
    pub(crate) async fn halted(&self) -> Reason {
        let deadline = async {
            // A limit that the clock cannot express is none.
            let limit = self.timeout.and_then(|t| Some((t, self.started.checked_add(t)?)));
            match limit {
                Some((timeout, deadline)) => {
                    tokio::time::sleep_until(deadline).await;
                    timeout
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Reason::new(ErrorKind::Cancelled, "the run was cancelled"),
            timeout = deadline => {
                let message = format!("the run did not finish within {}", seconds(timeout));
                Reason::new(ErrorKind::Deadline, message)
            }
        }
    }

    pub(crate) fn write(&self, event: EventKind) {
        self.scribe.write(event);
    }

    /// Takes a signal of an agent: counts a call, shows text, tells of a wait or a retry.
    pub(crate) fn hear(&self, agent: &mut NodeResult, signal: Signal) {
        match signal {
            Signal::Text(text) => self.scribe.delta(&agent.node.id, text),
            Signal::Call(CallRecord { usage, cost, .. }) => {
                agent.usage += usage;
                agent.cost += cost;
            }
            Signal::Queued => self.queued(agent),
            Signal::Retrying { attempt, reason } => self.retry(agent, attempt, reason),
            _ => {}
        }
    }

    fn queued(&self, agent: &NodeResult) {
        if !agent.state.is_terminal() {
            self.write(EventKind::NodeQueued { node: agent.node.clone() });
        }
    }

    fn retry(&self, agent: &mut NodeResult, attempt: u32, reason: Reason) {
        if advance(agent, Transition::Retry) {
            let node = agent.node.clone();
            self.write(EventKind::NodeRetrying { node, attempt, reason });
        }
    }

    /// Begins an agent's work.
    pub(crate) fn start(&self, agent: &mut NodeResult) {
        if advance(agent, Transition::Start) {
            self.write(EventKind::NodeStarted { node: agent.node.clone() });
        }
    }

    /// Ends an agent that completed.
    pub(crate) fn complete(&self, agent: &mut NodeResult, elapsed: Duration) {
        if advance(agent, Transition::Complete) {
            agent.elapsed = elapsed;
            self.write(EventKind::NodeCompleted {
                node: agent.node.clone(),
                usage: agent.usage.into(),
                cost_usd: agent.cost.total(),
                model: agent.model.clone(),
                elapsed_ms: millis(elapsed),
                truncated: agent.truncated,
            });
        }
    }

    /// Ends an agent that failed.
    pub(crate) fn fail(&self, agent: &mut NodeResult, reason: Reason, elapsed: Duration) {
        if advance(agent, Transition::Fail) {
            agent.elapsed = elapsed;
            agent.reason = Some(reason.clone());
            self.write(EventKind::NodeFailed {
                node: agent.node.clone(),
                reason,
                usage: agent.usage.into(),
                cost_usd: agent.cost.total(),
                elapsed_ms: millis(elapsed),
            });
        }
    }

    /// Ends an agent that was stopped at work.
    pub(crate) fn cancelled(&self, agent: &mut NodeResult, reason: Reason, elapsed: Duration) {
        if advance(agent, Transition::Cancel) {
            agent.elapsed = elapsed;
            agent.reason = Some(reason.clone());
            self.write(EventKind::NodeCancelled {
                node: agent.node.clone(),
                reason,
                usage: agent.usage.into(),
                cost_usd: agent.cost.total(),
                elapsed_ms: millis(elapsed),
            });
        }
    }

    /// Ends an agent that never starts.
    pub(crate) fn skip(&self, agent: &mut NodeResult, reason: Reason) {
        if advance(agent, Transition::Skip) {
            agent.reason = Some(reason.clone());
            self.write(EventKind::NodeSkipped { node: agent.node.clone(), reason });
        }
    }
}

/// Moves an agent by the table. What the table does not have changes nothing and is told to nobody but
/// the log: a terminal state is final.
fn advance(agent: &mut NodeResult, transition: Transition) -> bool {
    match agent.state.after(transition) {
        Ok(state) => {
            agent.state = state;
            true
        }
        Err(illegal) => {
            tracing::debug!(target: "ziggurat", node = agent.node.id, %illegal, "ignored");
            false
        }
    }
}

/// Milliseconds, as events bear them.
pub(crate) fn millis(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
