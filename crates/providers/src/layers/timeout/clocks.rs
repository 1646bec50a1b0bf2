//! The clocks of one attempt: which of them runs out first, and what to say then.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::stream::{Stream, StreamExt};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use ziggurat_core::chat::{ChatDelta, ChatStream};
use ziggurat_core::{CallContext, ErrorKind, ProviderError};

use super::TimeoutLayer;

/// What ran out, and the time it was set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clock {
    Attempt(Duration),
    Idle(Duration),
    Deadline,
}

/// The clocks of an attempt that has begun.
#[derive(Debug)]
pub(super) struct Clocks {
    provider: String,
    begun: Instant,
    set: TimeoutLayer,
    deadline: Option<Instant>,
}

impl Clocks {
    /// Starts them, unless it is too late to begin.
    pub(super) fn start(
        provider: &str,
        cx: &CallContext,
        set: TimeoutLayer,
    ) -> Result<Self, ProviderError> {
        let begun = Instant::now();
        let deadline = cx.deadline().map(Instant::from_std);
        if deadline.is_some_and(|deadline| deadline <= begun) {
            let message = "the call's deadline had passed; nothing was sent";
            return Err(ProviderError::new(provider, ErrorKind::Timeout, message).unsent());
        }
        Ok(Self { provider: provider.to_owned(), begun, set, deadline })
    }

    /// What comes of it before a clock runs out. The idle clock starts now.
    pub(super) async fn watch<T>(
        &self,
        work: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let Some((end, clock)) = self.first(Instant::now()) else { return work.await };
        timeout_at(end, work).await.unwrap_or_else(|_| Err(self.ran_out(clock)))
    }

    /// The stream under these clocks. It is dropped with its last item, which may be theirs.
    pub(super) fn over(self, stream: ChatStream) -> ChatStream {
        Watched { clocks: self, stream: Some(stream), asked: None, alarm: None }.boxed()
    }

    /// The clock that runs out first, and when; the idle clock starts `now`.
    fn first(&self, now: Instant) -> Option<(Instant, Clock)> {
        let end = |from: Instant, time, clock| Some((from.checked_add(time)?, clock));
        let attempt = self.set.attempt.and_then(|time| end(self.begun, time, Clock::Attempt(time)));
        let idle = self.set.idle.and_then(|time| end(now, time, Clock::Idle(time)));
        let deadline = self.deadline.map(|deadline| (deadline, Clock::Deadline));
        [deadline, attempt, idle].into_iter().flatten().min_by_key(|(end, _)| *end)
    }

    fn ran_out(&self, clock: Clock) -> ProviderError {
        let message = match clock {
            Clock::Attempt(time) => format!(
                "the answer was not complete after {time:?}, the longest that an attempt may take; \
                 allow more time, or ask for less"
            ),
            Clock::Idle(time) => format!(
                "nothing came for {time:?}, the longest that a stream may be silent; allow a longer \
                 silence if the model thinks for long"
            ),
            Clock::Deadline => format!(
                "the call's deadline passed after {:?}; give the call more time, or ask for less",
                in_millis(self.begun.elapsed())
            ),
        };
        ProviderError::new(&self.provider, ErrorKind::Timeout, message)
    }
}

/// A stream under clocks. Its alarm is moved only when it goes off: with most pieces, the end of the silence
/// that is allowed moves away, and a timer for each would cost more than the piece.
struct Watched {
    clocks: Clocks,
    stream: Option<ChatStream>,
    /// Since when the next item is waited for.
    asked: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Stream for Watched {
    type Item = Result<ChatDelta, ProviderError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let watched = self.get_mut();
        let Some(stream) = &mut watched.stream else { return Poll::Ready(None) };
        let asked = *watched.asked.get_or_insert_with(Instant::now);
        let polled = stream.poll_next_unpin(cx);
        if let Poll::Ready(item) = &polled {
            watched.asked = None;
            if !matches!(item, Some(Ok(delta)) if !matches!(delta, ChatDelta::End(_))) {
                watched.stream = None;
            }
            return polled;
        }
        let Some((end, clock)) = watched.clocks.first(asked) else { return Poll::Pending };
        ready!(watched.poll_alarm(end, cx));
        watched.stream = None;
        Poll::Ready(Some(Err(watched.clocks.ran_out(clock))))
    }
}

impl Watched {
    /// Ready when it is `end`, which never comes nearer.
    fn poll_alarm(&mut self, end: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(end)));
        loop {
            ready!(alarm.as_mut().poll(cx));
            if alarm.deadline() >= end {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(end);
        }
    }
}

/// The time without what is less than a millisecond, which nobody reads.
fn in_millis(time: Duration) -> Duration {
    Duration::new(time.as_secs(), time.subsec_millis() * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use proptest::prelude::*;
    use ziggurat_core::chat::{ChatEnd, FinishReason};

    #[tokio::test(start_paused = true)]
    async fn silence_after_the_last_item_is_not_waited_for() {
        let end = || ChatDelta::End(ChatEnd::new("m", FinishReason::Stop));
        let broken = || ProviderError::new("p", ErrorKind::Server, "overloaded");
        for last in [Ok(end()), Err(broken())] {
            let stream = stream::iter([last]).chain(stream::pending()).boxed();
            let clocks = Clocks::start("p", &CallContext::default(), TimeoutLayer::new()).unwrap();
            let begun = Instant::now();
            assert_eq!(clocks.over(stream).count().await, 1);
            assert_eq!(begun.elapsed(), Duration::ZERO);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_counted_from_when_the_next_piece_is_asked_for() {
        let pieces = stream::iter((0..9).map(|_| Ok(ChatDelta::Text("t".into()))));
        let slow = pieces.then(|piece| async {
            tokio::time::sleep(Duration::from_secs(8)).await;
            piece
        });
        let set = TimeoutLayer::new().with_idle(Duration::from_secs(10));
        let clocks = Clocks::start("p", &CallContext::default(), set).unwrap();
        let mut watched = clocks.over(slow.chain(stream::pending()).boxed());
        for _ in 0..9 {
            assert!(watched.next().await.unwrap().is_ok());
            // A reader that is slow is no silence of the server's.
            tokio::time::sleep(Duration::from_secs(7)).await;
        }
        let asked = Instant::now();
        let error = watched.next().await.unwrap().unwrap_err();
        assert_eq!((error.kind(), asked.elapsed()), (ErrorKind::Timeout, Duration::from_secs(10)));
        assert!(watched.next().await.is_none());
    }

    proptest! {
        #[test]
        fn the_first_clock_ends_an_attempt(
            attempt: Option<Duration>,
            idle: Option<Duration>,
            deadline in proptest::option::of(1..1_000_000_u64),
            waited in 0..1_000_000_u64,
        ) {
            let begun = Instant::now();
            let now = begun + Duration::from_millis(waited);
            let deadline = deadline.map(|ms| begun + Duration::from_millis(ms));
            let set = TimeoutLayer { attempt, idle };
            let clocks = Clocks { provider: "p".to_owned(), begun, set, deadline };
            let ends = [
                attempt.and_then(|time| begun.checked_add(time)),
                idle.and_then(|time| now.checked_add(time)),
                deadline,
            ];
            let first = clocks.first(now);
            prop_assert_eq!(first.map(|(end, _)| end), ends.into_iter().flatten().min());
            match first {
                Some((end, Clock::Attempt(time))) => prop_assert_eq!(end, begun + time),
                Some((end, Clock::Idle(time))) => prop_assert_eq!(end, now + time),
                Some((end, Clock::Deadline)) => prop_assert_eq!(Some(end), deadline),
                None => {}
            }
        }
    }
}
