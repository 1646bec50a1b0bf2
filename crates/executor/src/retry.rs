//! When a failed attempt is worth another.
//!
//! The policy asks the caller what is transient, since only the caller knows what `E` means:
//! retrying everything repeats requests that can never succeed, and a default guess would do just
//! that. Retries run as part of the job that failed, in parallel with all others, and not as rounds
//! after the batch.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use crate::JobError;
use crate::backoff::Backoff;

/// What to do about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Another attempt would fail alike: this error is the outcome.
    Final,
    /// Transient: try again after the next pause of the policy.
    Backoff,
    /// Transient, and the other side said how long to wait (`Retry-After`): try again after exactly
    /// this.
    After(Duration),
}

/// How often, and after which pauses, a job is tried again.
///
/// The pause before retry *n* (from 1) is `base` × 2ⁿ⁻¹ × a random factor from 0.5 to 1.5, at most
/// `cap`. The factor differs between jobs even under one policy, so that jobs that failed together
/// do not come back together.
///
/// ```
/// use std::time::Duration;
/// use ziggurat_executor::{Executor, Job, JobError, Retry, Verdict};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let retry = Retry::new(2, |error: &JobError<u16>| match error {
///     JobError::Failed(429 | 503) | JobError::TimedOut { .. } => Verdict::Backoff,
///     _ => Verdict::Final,
/// });
/// let job = Job::retrying(retry, || async { Err::<(), u16>(503) })
///     .timeout(Duration::from_secs(5));
///
/// let finished = Executor::default().run([job]).await;
/// assert_eq!(finished[0].outcome, Err(JobError::Failed(503)));
/// assert_eq!(finished[0].attempts, 3);
/// # }
/// ```
pub struct Retry<E> {
    retries: u32,
    backoff: Backoff,
    judge: Arc<Judge<E>>,
}

type Judge<E> = dyn Fn(&JobError<E>) -> Verdict + Send + Sync;

impl<E> Retry<E> {
    /// At most `retries` attempts after the first, where `judge` finds that the error is transient.
    /// `judge` sees failures, timeouts and panics; a cancelled job is not tried again. If `judge`
    /// itself panics, the error is final.
    ///
    /// Pauses start at 1 s and are capped at 60 s, with a random seed.
    pub fn new<F>(retries: u32, judge: F) -> Self
    where
        F: Fn(&JobError<E>) -> Verdict + Send + Sync + 'static,
    {
        let backoff = Backoff {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(60),
            seed: RandomState::new().hash_one(0_u8),
        };
        Self { retries, backoff, judge: Arc::new(judge) }
    }

    /// The pause before the first retry, before its random factor. The default is 1 s.
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.backoff.base = base;
        self
    }

    /// The longest pause the policy itself chooses. The default is 60 s. [`Verdict::After`] is not
    /// capped.
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> Self {
        self.backoff.cap = cap;
        self
    }

    /// Makes the random factors repeatable: the same seed and the same order of pushes give the
    /// same pauses.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.backoff.seed = seed;
        self
    }

    /// How long to pause after attempt `attempts` (from 1) ended with `error`; `None` if it is
    /// final. `salt` tells jobs under one policy apart.
    pub(crate) fn pause(&self, attempts: u32, salt: u64, error: &JobError<E>) -> Option<Duration> {
        if attempts > self.retries {
            return None;
        }
        match (self.judge)(error) {
            Verdict::Final => None,
            Verdict::Backoff => Some(self.backoff.pause(attempts, salt)),
            Verdict::After(pause) => Some(pause),
        }
    }
}

impl<E> Clone for Retry<E> {
    fn clone(&self) -> Self {
        Self { retries: self.retries, backoff: self.backoff, judge: Arc::clone(&self.judge) }
    }
}

impl<E> fmt::Debug for Retry<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry")
            .field("retries", &self.retries)
            .field("backoff", &self.backoff)
            .finish_non_exhaustive()
    }
}
