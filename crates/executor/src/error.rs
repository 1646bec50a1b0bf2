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
    /// One of the job's clocks ran out. Its future was dropped, if there was one.
    #[error("{} within {after:?}", .clock.missed())]
    TimedOut {
        /// Which clock.
        clock: Clock,
        /// What it had been set to.
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

/// The clocks that can end a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// From the push to the start: [`Job::queue_timeout`](crate::Job::queue_timeout). The job never
    /// started.
    Queue,
    /// One attempt: [`Job::timeout`](crate::Job::timeout). The only one after which a
    /// [`Retry`](crate::Retry) is asked.
    Attempt,
    /// All attempts of a job with the pauses between them:
    /// [`Job::total_timeout`](crate::Job::total_timeout).
    Job,
    /// The whole batch: [`Executor::run_timeout`](crate::Executor::run_timeout). The job may have
    /// started or not.
    Run,
}

/// A [`JobError`] without what it carries: enough to count ends by, whatever `E` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobErrorKind {
    /// [`JobError::Failed`].
    Failed,
    /// [`JobError::TimedOut`], by this clock.
    TimedOut(Clock),
    /// [`JobError::Cancelled`].
    Cancelled,
    /// [`JobError::Panicked`].
    Panicked,
}

impl<E> JobError<E> {
    /// Which of the four it is.
    #[must_use]
    pub fn kind(&self) -> JobErrorKind {
        match self {
            Self::Failed(_) => JobErrorKind::Failed,
            Self::TimedOut { clock, .. } => JobErrorKind::TimedOut(*clock),
            Self::Cancelled => JobErrorKind::Cancelled,
            Self::Panicked { .. } => JobErrorKind::Panicked,
        }
    }
}

impl Clock {
    /// What did not happen in time.
    fn missed(self) -> &'static str {
        match self {
            Self::Queue => "the job did not start",
            Self::Attempt => "the job did not finish",
            Self::Job => "the job did not finish, all attempts together,",
            Self::Run => "the batch did not finish",
        }
    }
}
