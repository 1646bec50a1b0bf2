//! One attempt at one candidate: the request as that model takes it, in a context that knows the model,
//! under a meter with its prices.

use std::borrow::Cow;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt};
use ziggurat_core::{
    CallContext, ChatDelta, ChatRequest, ChatResponse, ChatStream, Meter, Provider, ProviderError,
};

use super::candidate::Candidate;

/// What is done with an attempt.
pub(super) type Call<T> = for<'a> fn(Attempt<'a>) -> BoxFuture<'a, Result<T, ProviderError>>;

/// An attempt that is about to be made.
pub(super) struct Attempt<'a> {
    provider: Arc<dyn Provider>,
    cx: CallContext,
    request: Cow<'a, ChatRequest>,
    meter: Meter,
    /// The candidate's name, unless it is the one that was asked.
    other: Option<String>,
}

impl<'a> Attempt<'a> {
    /// Asks this candidate what was asked of the primary.
    pub(super) fn new(
        cx: &CallContext,
        request: &'a ChatRequest,
        primary: &Candidate,
        candidate: &Candidate,
    ) -> Self {
        let info = Arc::clone(candidate.info());
        let cx = cx.clone().with_model(Arc::clone(&info));
        let (meter, cx) = Meter::start(&cx, info);
        let request = match candidate.is_primary() {
            true => Cow::Borrowed(request),
            false => Cow::Owned(addressed(request, primary, candidate)),
        };
        let other = (!candidate.is_primary()).then(|| candidate.name());
        Self { provider: Arc::clone(candidate.provider()), cx, request, meter, other }
    }
}

/// The request as the alternative takes it.
fn addressed(request: &ChatRequest, primary: &Candidate, candidate: &Candidate) -> ChatRequest {
    let mut request = request.clone();
    let info = candidate.info();
    request.model.clone_from(&info.id);
    if info.temperature == Some(false) {
        request.temperature = None;
    }
    if info.provider != primary.info().provider {
        request.extra.clear();
    }
    request
}

/// A whole answer.
pub(super) fn chat(attempt: Attempt<'_>) -> BoxFuture<'_, Result<ChatResponse, ProviderError>> {
    let Attempt { provider, cx, request, meter, other } = attempt;
    async move {
        let answer = meter.ended(provider.chat(&cx, &request).await)?;
        Ok(match other {
            Some(_) if answer.answered_by.is_none() => answer.with_answered_by(other),
            _ => answer,
        })
    }
    .boxed()
}

/// An answer as it arrives.
pub(super) fn stream(attempt: Attempt<'_>) -> BoxFuture<'_, Result<ChatStream, ProviderError>> {
    let Attempt { provider, cx, request, meter, other } = attempt;
    async move {
        let stream = meter.opened(provider.stream(&cx, &request).await)?;
        Ok(match other {
            Some(name) => signed(stream, name),
            None => stream,
        })
    }
    .boxed()
}

/// The stream, whose end says who answered.
fn signed(stream: ChatStream, name: String) -> ChatStream {
    stream
        .map_ok(move |piece| match piece {
            ChatDelta::End(mut end) => {
                end.answered_by.get_or_insert_with(|| name.clone());
                ChatDelta::End(end)
            }
            piece => piece,
        })
        .boxed()
}
