//! The clock of one attempt, or of one job: it ticks while the job executes and stands still while
//! the job is held.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep};

use crate::{Clock, JobError};

pub(crate) struct Timer {
    clock: Clock,
    after: Duration,
    state: State,
}

enum State {
    Ticking(Pin<Box<Sleep>>),
    /// Held, with this much left.
    Standing(Duration),
}

impl Timer {
    /// Ticks from now on.
    pub(crate) fn start(clock: Clock, after: Duration) -> Self {
        Self { clock, after, state: State::Ticking(Box::pin(sleep(after))) }
    }

    /// Ready when the time is over. To be asked after each poll of the job, since that is when
    /// `held` may have changed.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, held: bool) -> Poll<()> {
        match (&self.state, held) {
            (State::Ticking(_), true) => self.state = State::Standing(self.left()),
            (State::Standing(left), false) => self.state = State::Ticking(Box::pin(sleep(*left))),
            _ => {}
        }
        match &mut self.state {
            // Asked even when the job has used up the task's budget at this poll; else a greedy
            // job would never be late.
            State::Ticking(sleep) => Pin::new(&mut unconstrained(sleep.as_mut())).poll(cx),
            State::Standing(_) => Poll::Pending,
        }
    }

    pub(crate) fn left(&self) -> Duration {
        match &self.state {
            State::Ticking(sleep) => sleep.deadline().saturating_duration_since(Instant::now()),
            State::Standing(left) => *left,
        }
    }

    pub(crate) fn error<E>(&self) -> JobError<E> {
        JobError::TimedOut { clock: self.clock, after: self.after }
    }
}
