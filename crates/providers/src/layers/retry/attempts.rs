//! The attempts of one call, and why there is not another one.

use std::fmt;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tokio::time::Instant;
use tracing::{Instrument, Span};
use ziggurat_core::{CallContext, ChatStream, ErrorKind, ProviderError, Signal};

use super::RetryLayer;
use super::delays::LONGEST_HINT;
use super::quota::Loan;

/// Why an error is final.
#[derive(Debug, Clone, Copy)]
enum Final {
    Hopeless,
    Exhausted,
    TooLong(Duration),
    Deadline,
    Quota,
}

impl RetryLayer {
    /// What comes of the call, made as often as it may be.
    pub(super) async fn attempts<T, A>(
        &self,
        cx: &CallContext,
        attempt: impl Fn() -> A,
    ) -> Result<T, ProviderError>
    where
        A: Future<Output = Result<T, ProviderError>>,
    {
        let mut made = 0;
        let mut drawn = None;
        loop {
            let span = tracing::info_span!(
                target: "ziggurat",
                "attempt",
                http.request.resend_count = made,
            );
            let result = attempt().instrument(span).await;
            made += 1;
            let error = match result {
                Ok(answer) => {
                    if let Some(quota) = &self.quota {
                        quota.succeeded(drawn);
                    }
                    return Ok(answer);
                }
                Err(error) => error,
            };
            let (delay, loan) = match self.again(cx, made, &error) {
                Ok(again) => again,
                Err(why) => return Err(why.end(error, made)),
            };
            cx.signal(Signal::Retrying { attempt: made + 1, reason: error.reason() });
            self.delays.wait(delay).await;
            drawn = Some(loan.map_or(0, Loan::spend));
        }
    }

    /// How long to wait for another attempt, and what it takes from the quota.
    fn again(
        &self,
        cx: &CallContext,
        made: u32,
        error: &ProviderError,
    ) -> Result<(Duration, Option<Loan<'_>>), Final> {
        if !error.is_retryable() && !self.also.contains(&error.kind()) {
            return Err(Final::Hopeless);
        }
        if made >= self.attempts {
            return Err(Final::Exhausted);
        }
        let delay = self.delays.before(made - 1, error.retry_after()).map_err(Final::TooLong)?;
        let deadline = cx.deadline().map(Instant::from_std);
        if deadline.is_some_and(|deadline| Instant::now() + delay >= deadline) {
            return Err(Final::Deadline);
        }
        Ok((delay, self.borrow(error.kind())?))
    }

    /// What another attempt takes from the quota. A server that says "later" is alive.
    fn borrow(&self, kind: ErrorKind) -> Result<Option<Loan<'_>>, Final> {
        match &self.quota {
            Some(quota) if kind != ErrorKind::RateLimit => {
                quota.draw().ok_or(Final::Quota).map(Some)
            }
            _ => Ok(None),
        }
    }
}

impl Final {
    /// The error of the last of so many attempts.
    fn end(self, error: ProviderError, made: u32) -> ProviderError {
        if matches!(self, Self::Hopeless) && made == 1 {
            return error;
        }
        let attempts = if made == 1 { "attempt" } else { "attempts" };
        let message = format!("{} ({made} {attempts}{self})", error.message());
        error.with_message(message).with_should_retry(false)
    }
}

impl fmt::Display for Final {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hopeless | Self::Exhausted => Ok(()),
            Self::TooLong(hint) => write!(
                f,
                "; the server asks for a wait of {hint:?}, and {LONGEST_HINT:?} is the longest"
            ),
            Self::Deadline => f.write_str("; the deadline leaves no time for another"),
            Self::Quota => f.write_str("; too many calls fail for more, until some succeed again"),
        }
    }
}

/// The stream, read within the span of its attempt, which lasts as long as it does.
pub(super) fn within(span: Span, mut stream: ChatStream) -> ChatStream {
    let read = move |cx: &mut std::task::Context<'_>| {
        let _entered = span.enter();
        stream.poll_next_unpin(cx)
    };
    stream::poll_fn(read).boxed()
}
