//! One timer for whatever a set must notice while nothing else wakes it: the next job that has
//! waited too long, the end of the run.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is made when it is first needed, and moved from then on.
#[derive(Default)]
pub(crate) struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Ready when it is `time`. Without a time it never is, and wakes nobody.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, time: Option<Instant>) -> Poll<()> {
        let Some(time) = time else {
            self.0 = None;
            return Poll::Pending;
        };
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(time)));
        if sleep.deadline() != time {
            sleep.as_mut().reset(time);
        }
        ready!(Pin::new(&mut unconstrained(sleep.as_mut())).poll(cx));
        self.0 = None;
        Poll::Ready(())
    }
}
