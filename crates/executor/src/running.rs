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
use crate::clocks::Clocks;
use crate::job::{Again, Repeat, Work};
use crate::progress::Watcher;
use crate::queue::Queued;
use crate::timer::Timer;
use crate::{Clock, Finished, Hold, JobError, Permit};

/// Completes with the job's end. Everything the job owns is dropped before it does.
pub(crate) struct Running<'a, K, T, E> {
    /// `None` only after the end.
    key: Option<K>,
    ticket: u64,
    limits: Limits,
    stage: Stage<'a, T, E>,
    attempts: u32,
    started: Option<Instant>,
    /// The job's clock, from the first attempt on.
    timer: Option<Timer>,
    permit: Option<Permit>,
    watcher: Watcher<'a, K>,
}

/// What applies to the job: its own settings before the defaults.
struct Limits {
    attempt: Option<Duration>,
    job: Option<Duration>,
    hold: Option<Hold>,
}

enum Stage<'a, T, E> {
    /// Begins at the next poll. Not before, so that a driver that is slow to poll does not use up a
    /// timeout.
    Ready(Work<'a, T, E>),
    Trying(Attempt<'a, T, E>, Repeat<'a, T, E>),
    Resting(Pin<Box<Sleep>>, Box<Again<'a, T, E>>),
    Over,
}

/// What one poll of a stage leads to.
enum Step<'a, T, E> {
    Next(Stage<'a, T, E>),
    /// Nothing to do until the job is woken.
    Wait(Stage<'a, T, E>),
    End(Result<T, JobError<E>>),
}

/// Only boxed parts are ever pinned, so keys and values may be of any type.
impl<K, T, E> Unpin for Running<'_, K, T, E> {}

impl<'a, K, T, E> Running<'a, K, T, E> {
    pub(crate) fn new(
        queued: Queued<'a, K, T, E>,
        clocks: &Clocks,
        permit: Option<Permit>,
        watcher: Watcher<'a, K>,
    ) -> Self {
        let Queued { key, job, ticket } = queued;
        let own = job.settings().cloned().unwrap_or_default();
        let limits = Limits {
            attempt: own.timeout.or(clocks.attempt),
            job: own.total_timeout.or(clocks.job),
            hold: own.hold,
        };
        Self {
            key: Some(key),
            ticket,
            limits,
            stage: Stage::Ready(job.work),
            attempts: 0,
            started: None,
            timer: None,
            permit,
            watcher,
        }
    }

    pub(crate) fn ticket(&self) -> u64 {
        self.ticket
    }

    pub(crate) fn key(&self) -> Option<&K> {
        self.key.as_ref()
    }

    /// From now on `watcher` is told.
    pub(crate) fn watch(&mut self, watcher: Watcher<'a, K>) {
        self.watcher = watcher;
    }

    /// Drops the job's future now.
    pub(crate) fn end(mut self, error: JobError<E>) -> Option<Finished<K, T, E>> {
        self.drop_stage();
        self.finish(Err(error))
    }

    /// The future is gone by now; its permit goes here.
    fn finish(&mut self, outcome: Result<T, JobError<E>>) -> Option<Finished<K, T, E>> {
        self.permit = None;
        let finished = Finished {
            key: self.key.take()?,
            outcome,
            elapsed: self.started.map(|at| at.elapsed()).unwrap_or_default(),
            attempts: self.attempts,
        };
        self.watcher.finished(&finished, true);
        Some(finished)
    }

    fn begin(&mut self, work: Work<'a, T, E>) -> Stage<'a, T, E> {
        if self.started.is_none() {
            self.started = Some(Instant::now());
            self.timer = self.limits.job.map(|after| Timer::start(Clock::Job, after));
        }
        self.attempts = self.attempts.saturating_add(1);
        if let Some(key) = &self.key {
            self.watcher.started(key, self.attempts);
        }
        let (future, again) = work.begin();
        Stage::Trying(Attempt::new(future, self.limits.attempt), again)
    }

    fn try_on(
        &mut self,
        cx: &mut Context<'_>,
        mut attempt: Attempt<'a, T, E>,
        again: Repeat<'a, T, E>,
    ) -> Step<'a, T, E> {
        let Poll::Ready(outcome) = attempt.poll(cx, || self.limits.is_held()) else {
            return Step::Wait(Stage::Trying(attempt, again));
        };
        drop(attempt);
        let pause = match (&outcome, &again) {
            (Err(error), Some(again)) => self.pause(again, error),
            _ => None,
        };
        match (pause, again) {
            (Some(pause), Some(again)) => Step::Next(Stage::Resting(Box::pin(sleep(pause)), again)),
            (_, again) => {
                let _ = catch(|| drop(again));
                Step::End(outcome)
            }
        }
    }

    /// The pause before another attempt, if there is to be one.
    fn pause(&self, again: &Again<'a, T, E>, error: &JobError<E>) -> Option<Duration> {
        let judged = catch(|| again.retry.pause(self.attempts, self.ticket, error));
        let pause = judged.unwrap_or(None)?;
        let in_vain = |timer: &Timer| !self.limits.is_held() && timer.left() <= pause;
        if self.timer.as_ref().is_some_and(in_vain) {
            return None;
        }
        if let Some(key) = &self.key {
            self.watcher.retrying(key, self.attempts, error.kind(), pause);
        }
        Some(pause)
    }

    /// The error if the job's clock has run out.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<JobError<E>> {
        let held = self.limits.is_held();
        match &mut self.timer {
            Some(timer) => timer.poll(cx, held).map(|()| timer.error()),
            None => Poll::Pending,
        }
    }

    /// Dropping a closure or a future runs code of the job, which may panic. It must not unwind
    /// through the set, where others are being dropped too.
    fn drop_stage(&mut self) {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        let _ = catch(|| drop(stage));
    }
}

impl Limits {
    fn is_held(&self) -> bool {
        self.hold.as_ref().is_some_and(Hold::is_held)
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
            let step = match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Ready(work) => Step::Next(self.begin(work)),
                Stage::Trying(attempt, again) => self.try_on(cx, attempt, again),
                Stage::Resting(mut sleep, again) => match sleep.poll_unpin(cx) {
                    Poll::Ready(()) => Step::Next(Stage::Ready(Work::Again(again))),
                    Poll::Pending => Step::Wait(Stage::Resting(sleep, again)),
                },
                Stage::Over => return Poll::Pending,
            };
            match step {
                Step::Next(stage) => self.stage = stage,
                Step::End(outcome) => return Poll::Ready(self.finish(outcome)),
                Step::Wait(stage) => {
                    self.stage = stage;
                    let Poll::Ready(error) = self.poll_timer(cx) else { return Poll::Pending };
                    self.drop_stage();
                    return Poll::Ready(self.finish(Err(error)));
                }
            }
        }
    }
}

impl<K, T, E> Drop for Running<'_, K, T, E> {
    fn drop(&mut self) {
        self.drop_stage();
    }
}
