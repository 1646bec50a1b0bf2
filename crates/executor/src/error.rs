//! Why a job has no value.
//!
//! Four reasons, and only the first is the job's own. They are kept apart because callers treat
//! them differently: a failure is classified by its `E`, a timeout may be tried again, a
//! cancellation was wanted, a panic is a bug.

use std::time::Duration;

/// Why a job ended without a value.
///
/// The enum is exhaustive on purpose: a driver that matches all four handles every way a job can
/// end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError<E> {
    /// The job's future returned this error.
    #[error("the job failed")]
    Failed(#[source] E),
    /// The job ran for longer than its timeout and its future was dropped.
    #[error("the job did not finish within {after:?}")]
    TimedOut {
        /// The timeout that was exceeded, of one attempt.
        after: Duration,
    },
    /// The job was cancelled, while it ran or before it started.
    #[error("the job was cancelled")]
    Cancelled,
    /// The job's closure or future panicked; its siblings did not notice.
    #[error("the job panicked: {message}")]
    Panicked {
        /// What the panic said.
        message: String,
    },
}
