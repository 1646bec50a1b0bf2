//! From the ways a job can end to the reasons that people read.

use std::time::Duration;

use ziggurat_core::{AgentError, DecomposeError, ErrorKind, Reason};
use ziggurat_executor::JobError;

/// An error that can say its reason.
pub(crate) trait Explain {
    fn reason(&self) -> Reason;
}

impl Explain for AgentError {
    fn reason(&self) -> Reason {
        Self::reason(self)
    }
}

impl Explain for DecomposeError {
    fn reason(&self) -> Reason {
        Self::reason(self)
    }
}

/// Why a job has no value.
pub(crate) fn of_job<E: Explain>(error: &JobError<E>) -> Reason {
    match error {
        JobError::Failed(error) => error.reason(),
        JobError::TimedOut { after, .. } => {
            Reason::new(ErrorKind::Timeout, format!("no result within {}", seconds(*after)))
        }
        JobError::Cancelled => Reason::new(ErrorKind::Cancelled, "it was cancelled"),
        JobError::Panicked { message } => {
            Reason::new(ErrorKind::Panic, format!("its code panicked: {message}"))
        }
    }
}

/// Why a worker was cut at the soft deadline.
pub(crate) fn soft_deadline(after: Duration) -> Reason {
    let after = Duration::from_millis(u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
    let message =
        format!("not done after {}; the rest of the run's time is for merging", seconds(after));
    Reason::new(ErrorKind::Deadline, message)
}

/// Why a merge has less time than its tier, and did not do with it.
pub(crate) fn no_time_left(took: Duration) -> Reason {
    let took = Duration::from_millis(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    let message = format!("not done in {}, its share of the run's time", seconds(took));
    Reason::new(ErrorKind::Deadline, message)
}

/// The code that sizes a merge is the user's own, and panicked.
pub(crate) fn sizing_panicked() -> Reason {
    Reason::new(ErrorKind::Panic, "the code that says how large it is panicked")
}

/// Why a node was not done although the run goes on to its end.
pub(crate) fn out_of_time() -> Reason {
    Reason::new(ErrorKind::Deadline, "not done when the run's time was over")
}

/// Why a merge waits for others.
pub(crate) fn too_large() -> Reason {
    let message = "its inputs are too large for one call, so some of them are merged first";
    Reason::new(ErrorKind::ContextLength, message)
}

/// Why a merge was not called although it has inputs.
pub(crate) fn too_large_for_good() -> Reason {
    let message = "its inputs are too large for one call and cannot be made smaller";
    Reason::new(ErrorKind::ContextLength, message)
}

/// Why nothing was left for a merge.
pub(crate) fn no_input() -> Reason {
    Reason::new(ErrorKind::NoInput, "none of its inputs has a result")
}

/// Why a merge was not called for one input.
pub(crate) fn passed_up() -> Reason {
    Reason::new(ErrorKind::PassedUp, "its one surviving input is passed up without a call")
}

/// Why a run without a report has failed.
pub(crate) fn no_report() -> Reason {
    Reason::new(ErrorKind::NoReport, "nothing was left to report")
}

/// The orchestration itself is wrong; the run ends rather than wait for ever.
pub(crate) fn internal(what: impl std::fmt::Display) -> Reason {
    Reason::new(ErrorKind::Internal, format!("a bug in the run loop: {what}"))
}

/// Why a node never started when the run, or its tier, was stopped for `stop`.
pub(crate) fn not_started(stop: &Reason) -> Reason {
    let kind = if stop.kind == ErrorKind::Deadline { stop.kind } else { ErrorKind::Stopped };
    Reason::new(kind, format!("not started: {}", stop.message))
}

/// A length of time in words: `180 s`, `1.5 s`.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}
