//! One attempt: the future, its clock, and what contains its panics.

use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::catch::catch;
use crate::job::JobFuture;
use crate::timer::Timer;
use crate::{Clock, JobError};

/// A future that has started.
pub(crate) struct Attempt<'a, T, E> {
    /// `None` only while it is dropped.
    future: Option<JobFuture<'a, T, E>>,
    /// There is a timer only if there is a timeout.
    timer: Option<Timer>,
}

impl<'a, T, E> Attempt<'a, T, E> {
    /// The clock starts here.
    pub(crate) fn new(future: JobFuture<'a, T, E>, timeout: Option<Duration>) -> Self {
        let timer = timeout.map(|after| Timer::start(Clock::Attempt, after));
        Self { future: Some(future), timer }
    }

    /// Polls the future before its timer, so a result that is there is never thrown away for being
    /// late. `held` is asked in between, since the future may have changed it.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        held: impl FnOnce() -> bool,
    ) -> Poll<Result<T, JobError<E>>> {
        let Some(future) = self.future.as_mut() else {
            return Poll::Pending;
        };
        match catch(|| future.as_mut().poll(cx)) {
            Ok(Poll::Ready(outcome)) => return Poll::Ready(outcome.map_err(JobError::Failed)),
            Err(message) => return Poll::Ready(Err(JobError::Panicked { message })),
            Ok(Poll::Pending) => {}
        }
        let Some(timer) = self.timer.as_mut() else {
            return Poll::Pending;
        };
        ready!(timer.poll(cx, held()));
        Poll::Ready(Err(timer.error()))
    }
}

/// A future may panic while it is dropped, too. Its outcome is known by then, so the panic (already
/// reported by the panic hook) ends here instead of in the siblings.
impl<T, E> Drop for Attempt<'_, T, E> {
    fn drop(&mut self) {
        let future = self.future.take();
        let _ = catch(|| drop(future));
    }
}
