//! The end of one job.

use std::time::Duration;

use crate::JobError;

/// How one job ended: its value or the reason there is none, beside what the attempt took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished<K, T, E> {
    /// The key the job was pushed with; its index in the input for the batches of
    /// [`Executor`](crate::Executor).
    pub key: K,
    /// The value, or why there is none.
    pub outcome: Result<T, JobError<E>>,
    /// Time from the start of the first attempt to the end, pauses between attempts included and
    /// time in the queue not. Zero for a job that never started. Measured with tokio's clock.
    pub elapsed: Duration,
    /// How often the job was started: 0 if it ended in the queue, more than 1 only under a
    /// [`Retry`](crate::Retry).
    pub attempts: u32,
}

impl<K, T, E> Finished<K, T, E> {
    /// Whether there is a value.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.outcome.is_ok()
    }
}
