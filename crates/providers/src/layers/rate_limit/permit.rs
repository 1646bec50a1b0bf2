//! What a call holds while it is under way. However it ends, and if it is dropped, the limiter learns what
//! it took.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use futures::StreamExt;
use futures::stream::poll_fn;
use ziggurat_core::chat::{AnswerSource, ChatDelta};
use ziggurat_core::{CallContext, ChatResponse, ChatStream, ErrorKind, ProviderError};
use ziggurat_core::{RateLimits, Signal, Usage};

use super::limiter::Limiter;
use super::state::{End, Ticket};

pub(super) struct Permit {
    limiter: Arc<Limiter>,
    ticket: Ticket,
    told: Arc<Mutex<RateLimits>>,
    end: End,
}

impl Permit {
    /// A permit, and the context with which the call is to be made.
    pub(super) fn new(
        limiter: Arc<Limiter>,
        ticket: Ticket,
        cx: &CallContext,
    ) -> (Self, CallContext) {
        let told = Arc::new(Mutex::new(RateLimits::default()));
        let cx = cx.tapped({
            let (limiter, told) = (Arc::clone(&limiter), Arc::clone(&told));
            move |signal| {
                if let Signal::RateLimits(limits) = signal {
                    *told.lock().unwrap_or_else(PoisonError::into_inner) = *limits;
                    limiter.update(|state, now| state.hear(now, &ticket, *limits));
                }
            }
        });
        (Self { limiter, ticket, told, end: End::Unknown }, cx)
    }

    /// The call ended like this.
    pub(super) fn ended(
        mut self,
        result: Result<ChatResponse, ProviderError>,
    ) -> Result<ChatResponse, ProviderError> {
        self.end = match &result {
            Ok(answer) => of_answer(answer.usage, answer.source),
            Err(error) => of_error(error),
        };
        result
    }

    /// The call opened this stream, or failed before. The permit goes with the stream.
    pub(super) fn opened(
        mut self,
        result: Result<ChatStream, ProviderError>,
    ) -> Result<ChatStream, ProviderError> {
        let mut stream = result.inspect_err(|error| self.end = of_error(error))?;
        let mut permit = Some(self);
        let limited = poll_fn(move |cx| {
            let item = stream.poll_next_unpin(cx);
            match &item {
                Poll::Ready(Some(Ok(ChatDelta::End(end)))) => {
                    if let Some(mut permit) = permit.take() {
                        permit.end = of_answer(end.usage, end.source);
                    }
                }
                // What was written until then is unknown.
                Poll::Ready(Some(Err(_))) => drop(permit.take()),
                _ => {}
            }
            item
        });
        Ok(limited.boxed())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let told = *self.told.lock().unwrap_or_else(PoisonError::into_inner);
        self.limiter.update(|state, now| state.settle(now, &self.ticket, self.end, told));
    }
}

fn of_answer(usage: Usage, source: AnswerSource) -> End {
    if source.is_free() {
        return End::Unsent;
    }
    let tokens = usage.input_tokens.zip(usage.output_tokens);
    tokens.map_or(End::Unmetered, |(input, output)| End::Used(input.saturating_add(output)))
}

fn of_error(error: &ProviderError) -> End {
    match error.kind() {
        _ if error.is_unsent() => End::Unsent,
        ErrorKind::RateLimit => End::Refused(error.retry_after()),
        kind if !kind.is_unbilled() => End::Unknown,
        // Servers count the requests that they turn down.
        _ if error.status().is_some() => End::Unbilled,
        _ => End::Unsent,
    }
}
