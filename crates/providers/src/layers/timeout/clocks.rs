//! The clocks of one attempt: which of them runs out first, and what to say then.

use std::time::Duration;

use futures::stream::{self, StreamExt};
use tokio::time::{Instant, timeout_at};
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
        let step = |open: Option<(Self, ChatStream)>| async move {
            let Some((clocks, mut stream)) = open else { return Ok(None) };
            let next = async { stream.next().await.transpose() };
            let Some(delta) = clocks.watch(next).await? else { return Ok(None) };
            let is_last = matches!(delta, ChatDelta::End(_));
            Ok(Some((delta, (!is_last).then_some((clocks, stream)))))
        };
        stream::try_unfold(Some((self, stream)), step).boxed()
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

/// The time without what is less than a millisecond, which nobody reads.
fn in_millis(time: Duration) -> Duration {
    Duration::new(time.as_secs(), time.subsec_millis() * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
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
