//! Histories that cannot have happened.

use ziggurat_core::{IllegalTransition, RunId};

/// Why an event does not fit the history before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// Events are missing, repeated or out of order.
    #[error("event {got} came where event {expected} was due")]
    Sequence {
        /// The `seq` that was due.
        expected: u64,
        /// The `seq` that came.
        got: u64,
    },
    /// An event of another run.
    #[error("the event is of run {0}, another one")]
    OtherRun(RunId),
    /// An event before `run_started`.
    #[error("the first event is not run_started")]
    NotStarted,
    /// A second `run_started` or `plan_ready`.
    #[error("{0} came twice")]
    Repeated(&'static str),
    /// An event after `run_finished`.
    #[error("an event came after run_finished")]
    AfterEnd,
    /// The run finished while agents were at work or waiting.
    #[error("the run finished before its node {0}")]
    OpenNode(String),
    /// An event about a node that the plan does not have.
    #[error("the plan has no node {0}")]
    UnknownNode(String),
    /// An agent did what its state does not allow.
    #[error("node {node}")]
    Illegal {
        /// The node.
        node: String,
        /// What it did.
        #[source]
        source: IllegalTransition,
    },
}
