//! Tries a failed call again where that may help. The only place that does: a second one would multiply
//! the calls, and a provider that is down would be asked the more, the more depend on it.

mod attempts;
mod delays;
mod quota;

use std::sync::Arc;

use async_trait::async_trait;
use tracing::Span;
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ChatStream, ErrorKind, Layer, Meter, ModelInfo,
    Provider, ProviderError,
};

use delays::Delays;
use quota::Quota;

/// How often a call is made at most, unless set otherwise: the two retries of OpenAI's and Anthropic's own
/// libraries.
pub const DEFAULT_RETRY_ATTEMPTS: u32 = 3;

/// Makes a call again if it [may succeed a moment later](ProviderError::is_retryable).
///
/// | | |
/// |---|---|
/// | what is retried | statuses 408, 409, 429 and from 500 on, no connection, a broken one, a timeout: the kinds `rate_limit`, `server`, `connect`, `interrupted`, `timeout`; where the server sends `x-should-retry`, its word alone |
/// | attempts | [`DEFAULT_RETRY_ATTEMPTS`] in all |
/// | the wait | as long as the server says (`retry-after-ms`, else `retry-after`), else min(0.5 s · 2ⁿ, 8 s) for retry n from 0, times a random factor from 0.75 to 1 |
/// | the longest wait | 120 s. If the server asks for more, or a wait would last until the context's deadline, the error is final at once |
/// | the quota | 500; a retry takes 14, and a retry that succeeds brings them back; a first attempt that succeeds brings 1 |
///
/// Which failures, the waits and 120 s are those of OpenAI's and Anthropic's libraries, the quota is that of
/// AWS's.
///
/// The **quota** is what protects a server that is down. It belongs to the layer: clones, and all that it is put
/// around, share it. While most calls succeed it stays full and nobody notices; when all fail, a full one is good
/// for 35 retries, and after that the first error of a call is final until some succeed again. A server
/// that says "too many requests" is alive and says when to come back, so `rate_limit` draws nothing; to ask less of it
/// is the business of its limits. Give each server a layer of its own.
///
/// A **stream** is tried again until it is open, never after its first piece: half an answer was shown, and
/// another one would not go on from there. Questions about models and counts of tokens are tried again as
/// well.
///
/// Every attempt at a chat or a stream has a [`Meter`], so that each is paid and reported, and every attempt is
/// in a span `attempt` with `http.request.resend_count`, from 0. A retry is told to the observer
/// ([`Signal::Retrying`](ziggurat_core::Signal::Retrying)) before its wait, so that whoever watches knows why nothing happens.
/// Dropping the call while it waits leaves nothing behind.
///
/// # Errors
/// The last attempt's. It is final ([`ProviderError::is_retryable`] is false) whatever its kind, and its
/// message says how many attempts were made. So retry layers within each other do not multiply: what the inner
/// one gives up, the outer one does not try again.
///
/// # Order
/// Outside timeouts, limits and budgets, which are for each attempt; inside fallbacks, hedges and caches.
///
/// ```
/// use ziggurat_core::{ErrorKind, Layer};
/// use ziggurat_providers::layers::RetryLayer;
/// use ziggurat_testkit::{ScriptedProvider, Turn};
/// # use std::sync::Arc;
/// # use ziggurat_core::{CallContext, ChatRequest, Message, Provider, ProviderError};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), ProviderError> {
/// let script = ScriptedProvider::new()
///     .turns([Turn::error(ErrorKind::Server, "overloaded"), Turn::text("In steps.")]);
/// let provider = RetryLayer::new().layer(Arc::new(script.clone()));
///
/// let request = ChatRequest::new("any", [Message::user("How is a ziggurat built?")]);
/// assert_eq!(provider.chat(&CallContext::default(), &request).await?.text(), "In steps.");
/// assert_eq!(script.calls().len(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct RetryLayer {
    attempts: u32,
    delays: Delays,
    also: Vec<ErrorKind>,
    quota: Option<Arc<Quota>>,
}

impl Default for RetryLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl RetryLayer {
    /// A layer with a full quota, [`DEFAULT_RETRY_ATTEMPTS`], and random waits.
    pub fn new() -> Self {
        let delays = Delays::new(fastrand::Rng::new());
        let quota = Some(Arc::default());
        Self { attempts: DEFAULT_RETRY_ATTEMPTS, delays, also: Vec::new(), quota }
    }

    /// The same layer with so many attempts in all; 1, or 0, is no retry.
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The same layer, which also tries failures of this kind again: [`ErrorKind::Protocol`] for a server that
    /// now and then answers with broken JSON, though such an answer may have been paid for.
    pub fn also_on(mut self, kind: ErrorKind) -> Self {
        self.also.push(kind);
        self
    }

    /// The same layer without a quota: every call may make all of its attempts.
    pub fn without_quota(mut self) -> Self {
        self.quota = None;
        self
    }

    /// The same layer with random factors that follow from this seed.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.delays = self.delays.seeded(seed);
        self
    }

    /// The same layer; it decides as ever and does not wait. For replays: a recorded server needs no rest.
    pub fn without_delays(mut self) -> Self {
        self.delays = self.delays.skipped();
        self
    }
}

impl Layer for RetryLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Retrying { inner, layer: self.clone() })
    }
}

struct Retrying {
    inner: Arc<dyn Provider>,
    layer: RetryLayer,
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for Retrying {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.inner.known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        self.layer.attempts(cx, || self.inner.model(cx, model)).await
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        self.layer.attempts(cx, || self.inner.models(cx)).await
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        self.layer.attempts(cx, || self.inner.count_tokens(cx, request)).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let info = cx.model_of(&*self.inner, &request.model);
        let attempt = || async {
            let (meter, cx) = Meter::start(cx, Arc::clone(&info));
            meter.ended(self.inner.chat(&cx, request).await)
        };
        self.layer.attempts(cx, attempt).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let info = cx.model_of(&*self.inner, &request.model);
        let attempt = || async {
            let (meter, cx) = Meter::start(cx, Arc::clone(&info));
            let stream = meter.opened(self.inner.stream(&cx, request).await)?;
            Ok(attempts::within(Span::current(), stream))
        };
        self.layer.attempts(cx, attempt).await
    }
}

#[cfg(test)]
mod tests;
