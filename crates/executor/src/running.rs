//! A job that holds one of the places under the limit: its attempts and the pauses between them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt as _;
use tokio::task::coop::has_budget_remaining;
use tokio::time::{Instant, Sleep, sleep};

use crate::attempt::Attempt;
use crate::catch::catch;
use crate::job::{Again, Repeat, Work};
use crate::queue::Queued;
use crate::{Finished, JobError};

/// Completes with the job's end. Everything the job owns is dropped before it does.
pub(crate) struct Running<'a, K, T, E> {
    /// `None` only after the end.
    key: Option<K>,
    ticket: u64,
    timeout: Option<Duration>,
    stage: Stage<'a, T, E>,
    attempts: u32,
    started: Option<Instant>,
}

enum Stage<'a, T, E> {
    /// Begins at the next poll. Not before, so that a driver that is slow to poll does not use up a
    /// timeout.
    Ready(Work<'a, T, E>),
    Trying(Attempt<'a, T, E>, Repeat<'a, T, E>),
    Resting(Pin<Box<Sleep>>, Box<Again<'a, T, E>>),
    Over,
}

/// Only boxed parts are ever pinned, so keys and values may be of any type.
impl<K, T, E> Unpin for Running<'_, K, T, E> {}

impl<'a, K, T, E> Running<'a, K, T, E> {
    pub(crate) fn new(queued: Queued<'a, K, T, E>) -> Self {
        Self {
            key: Some(queued.key),
            ticket: queued.ticket,
            timeout: queued.job.timeout,
            stage: Stage::Ready(queued.job.work),
            attempts: 0,
            started: None,
        }
    }

    pub(crate) fn ticket(&self) -> u64 {
        self.ticket
    }

    pub(crate) fn key(&self) -> Option<&K> {
        self.key.as_ref()
    }

    /// Drops the job's future now.
    pub(crate) fn cancel(mut self) -> Option<Finished<K, T, E>> {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        let _ = catch(|| drop(stage));
        self.finish(Err(JobError::Cancelled))
    }

    fn finish(&mut self, outcome: Result<T, JobError<E>>) -> Option<Finished<K, T, E>> {
        Some(Finished {
            key: self.key.take()?,
            outcome,
            elapsed: self.started.map(|at| at.elapsed()).unwrap_or_default(),
            attempts: self.attempts,
        })
    }

    fn begin(&mut self, work: Work<'a, T, E>) -> Stage<'a, T, E> {
        self.started.get_or_insert_with(Instant::now);
        self.attempts = self.attempts.saturating_add(1);
        let (future, again) = work.begin();
        Stage::Trying(Attempt::new(future, self.timeout), again)
    }

    /// The pause before another attempt, if there is to be one.
    fn pause(&self, again: &Again<'a, T, E>, error: &JobError<E>) -> Option<Duration> {
        catch(|| again.retry.pause(self.attempts, self.ticket, error)).unwrap_or(None)
    }
}

impl<K, T, E> Future for Running<'_, K, T, E> {
    /// Always `Some`; the option spares an assertion that the key is still there.
    type Output = Option<Finished<K, T, E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // With the task's budget spent no resource of tokio would answer. Waking itself instead of
        // asking in vain tells `FuturesUnordered` to yield; else each turn would poll all jobs that
        // are ready to have 128 of them advance, quadratic when thousands run.
        if !has_budget_remaining() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            self.stage = match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Ready(work) => self.begin(work),
                Stage::Trying(mut attempt, again) => {
                    let Poll::Ready(outcome) = attempt.poll_unpin(cx) else {
                        self.stage = Stage::Trying(attempt, again);
                        return Poll::Pending;
                    };
                    drop(attempt);
                    let pause = match (&outcome, &again) {
                        (Err(error), Some(again)) => self.pause(again, error),
                        _ => None,
                    };
                    match (pause, again) {
                        (Some(pause), Some(again)) => Stage::Resting(Box::pin(sleep(pause)), again),
                        _ => return Poll::Ready(self.finish(outcome)),
                    }
                }
                Stage::Resting(mut clock, again) => {
                    if clock.poll_unpin(cx).is_pending() {
                        self.stage = Stage::Resting(clock, again);
                        return Poll::Pending;
                    }
                    Stage::Ready(Work::Again(again))
                }
                Stage::Over => return Poll::Pending,
            };
        }
    }
}
