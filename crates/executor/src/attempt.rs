//! One attempt: the future, its clock, and what contains its panics.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Timeout, timeout};

use crate::JobError;
use crate::catch::catch;
use crate::job::JobFuture;

/// A future that has started.
pub(crate) struct Attempt<'a, T, E>(Option<Clock<'a, T, E>>); // `None` only while it is dropped

/// There is a timer only if there is a timeout.
enum Clock<'a, T, E> {
    Without(JobFuture<'a, T, E>),
    // Tokio's polls the future before its timer, so a result that is there is never thrown away
    // for being late, and fires even if the future uses up the task's budget at every poll.
    With(Pin<Box<Timeout<JobFuture<'a, T, E>>>>, Duration),
}

impl<'a, T, E> Attempt<'a, T, E> {
    /// The clock starts here.
    pub(crate) fn new(future: JobFuture<'a, T, E>, limit: Option<Duration>) -> Self {
        Self(Some(match limit {
            None => Clock::Without(future),
            Some(after) => Clock::With(Box::pin(timeout(after, future)), after),
        }))
    }
}

impl<T, E> Clock<'_, T, E> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, JobError<E>>> {
        match self {
            Self::Without(future) => {
                future.as_mut().poll(cx).map(|outcome| outcome.map_err(JobError::Failed))
            }
            Self::With(future, after) => future.as_mut().poll(cx).map(|in_time| match in_time {
                Ok(outcome) => outcome.map_err(JobError::Failed),
                Err(_) => Err(JobError::TimedOut { after: *after }),
            }),
        }
    }
}

impl<T, E> Future for Attempt<'_, T, E> {
    type Output = Result<T, JobError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(clock) = self.0.as_mut() else {
            return Poll::Pending;
        };
        catch(|| clock.poll(cx))
            .unwrap_or_else(|message| Poll::Ready(Err(JobError::Panicked { message })))
    }
}

/// A future may panic while it is dropped, too. Its outcome is known by then, so the panic (already
/// reported by the panic hook) ends here instead of in the siblings.
impl<T, E> Drop for Attempt<'_, T, E> {
    fn drop(&mut self) {
        let clock = self.0.take();
        let _ = catch(|| drop(clock));
    }
}
