//! A future that is polled so often and no more. Between two polls it stands at its await points, all of
//! its parts at once: a run that is stopped after every number of polls is stopped at every await point.

use std::future::{Future, poll_fn};
use std::task::Poll;

/// Polls it, whenever it is woken, as often as this; its value, if it was ready by then.
pub(crate) async fn poll_times<F: Future + Unpin>(
    future: &mut F,
    times: usize,
) -> Option<F::Output> {
    let mut left = times;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match std::pin::pin!(&mut *future).poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// How often it is polled until it is ready.
pub(crate) async fn count_polls<F: Future + Unpin>(future: &mut F) -> (usize, F::Output) {
    let mut polls = 0;
    let value = poll_fn(|cx| {
        polls += 1;
        std::pin::pin!(&mut *future).poll(cx)
    });
    let value = value.await;
    (polls, value)
}
