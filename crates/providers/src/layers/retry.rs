//! Tries again what may succeed a moment later. The one place where transport is retried: three steps above
//! a failing server then make three calls, and not twenty-seven.

mod delay;
mod quota;
mod verdict;

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use fastrand::Rng;
use futures::future::BoxFuture;
use tokio::time::{Instant, sleep};
use tracing::Instrument;
use ziggurat_core::chat::{ChatRequest, ChatResponse, ChatStream};
use ziggurat_core::{CallContext, ErrorKind, Layer, Meter, ModelInfo, Provider, ProviderError};
use ziggurat_core::{Reason, Signal};

use delay::Delays;
use quota::Quota;
use verdict::{Final, Verdict};

/// Attempts in all: the vendors' clients retry twice.
const ATTEMPTS: u32 = 3;

/// Repeats calls that failed and may succeed a moment later: refused for their rate, failed at the server,
/// timed out, or cut off. Which those are, [`ProviderError::is_retryable`] says, and a server's own word
/// (`x-should-retry`) goes over it.
///
/// - **Attempts**: three in all.
/// - **Pauses**: what the server asks for (`retry-after-ms` before `retry-after`); else min(0.5·2ⁿ, 8) s
///   times a random number of [0.75, 1], as the vendors' clients do. A server that asks for more than 120 s
///   is not waited for, nor is anything that ends after the context's deadline: the error is final at once.
/// - **Quota**: every retry takes 14 of 500 tokens; one that succeeds gives them back, and a call that
///   succeeds at once gives one. A dead server thus costs 35 retries, however many call it. A call that was
///   refused for its rate takes none: a server that says "later" is not dead, and the
///   [`RateLimitLayer`](super::RateLimitLayer) is what protects it. All providers within one layer share it.
/// - **Streams**: an error before the first piece is retried, a later one never: half an answer was shown,
///   and another would not go on from there.
///
/// The error of the last attempt says how many there were, and is no longer retryable, so that retries
/// within retries do not multiply. Each attempt is metered ([`Meter`]), and each retry is told with
/// [`Signal::Retrying`]. Dropping a call during a pause ends it; nothing was sent.
///
/// ```
/// use std::sync::Arc;
/// use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Layer, Message, Provider};
/// use ziggurat_providers::layers::RetryLayer;
/// use ziggurat_testkit::{ScriptedProvider, Turn};
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), ziggurat_core::ProviderError> {
///
/// let script = ScriptedProvider::new()
///     .turns([Turn::error(ErrorKind::Server, "overloaded"), Turn::text("At 09:14.")]);
/// let provider = RetryLayer::new().layer(Arc::new(script.clone()));
/// let request = ChatRequest::new("m", [Message::user("When did the pool run out?")]);
/// let answer = provider.chat(&CallContext::default(), &request).await?;
/// assert_eq!((answer.text().as_str(), script.calls().len()), ("At 09:14.", 2));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct RetryLayer {
    policy: Arc<Policy>,
    quota: Option<Arc<Quota>>,
    rng: Arc<Mutex<Rng>>,
}

/// What does not change from call to call.
#[derive(Debug, Clone)]
struct Policy {
    attempts: u32,
    delays: Delays,
    also: Vec<ErrorKind>,
}

impl RetryLayer {
    /// Three attempts, with pauses and a quota.
    pub fn new() -> Self {
        let policy = Policy { attempts: ATTEMPTS, delays: Delays::default(), also: Vec::new() };
        Self {
            policy: Arc::new(policy),
            quota: Some(Arc::default()),
            rng: Arc::new(Mutex::new(Rng::new())),
        }
    }

    /// The same layer with so many attempts in all; 0 counts as 1.
    pub fn with_attempts(self, attempts: u32) -> Self {
        self.set(|policy| policy.attempts = attempts.max(1))
    }

    /// The same layer, which also retries failures of this kind: [`ErrorKind::Protocol`] for a server that
    /// now and then answers with broken JSON, though such an answer may have been paid for.
    pub fn also_on(self, kind: ErrorKind) -> Self {
        self.set(|policy| policy.also.push(kind))
    }

    /// The same layer without pauses, a server's hints included: for replayed recordings and tests.
    pub fn without_delays(self) -> Self {
        self.set(|policy| policy.delays = Delays::NONE)
    }

    /// The same layer without a quota: every call may use all of its attempts.
    pub fn without_quota(mut self) -> Self {
        self.quota = None;
        self
    }

    /// The same layer with pauses that this seed decides.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.rng = Arc::new(Mutex::new(Rng::with_seed(seed)));
        self
    }

    fn set(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(Arc::make_mut(&mut self.policy));
        self
    }
}

impl Default for RetryLayer {
    fn default() -> Self {
        Self::new()
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

impl Retrying {
    /// Makes attempts until one succeeds or there should be no other.
    async fn attempt<'a, T>(
        &self,
        cx: &CallContext,
        make: impl Fn() -> BoxFuture<'a, Result<T, ProviderError>> + Send,
    ) -> Result<T, ProviderError> {
        let (mut taken, mut attempt) = (None, 1);
        loop {
            let span = tracing::debug_span!("attempt", http.request.resend_count = attempt - 1);
            let error = match make().instrument(span).await {
                Ok(done) => {
                    self.succeeded(taken);
                    return Ok(done);
                }
                Err(error) => error,
            };
            let pause = match self.verdict(cx, &error, attempt, &mut taken) {
                Verdict::Again(pause) => pause,
                Verdict::Final(why) => return Err(why.end(error, attempt)),
            };
            tracing::debug!(%error, ?pause, attempt, "the call is tried again");
            cx.signal(Signal::Retrying { attempt: attempt + 1, reason: reason(&error) });
            if !pause.is_zero() {
                sleep(pause).await;
            }
            attempt += 1;
        }
    }

    /// Whether there should be another attempt after this one failed.
    fn verdict(
        &self,
        cx: &CallContext,
        error: &ProviderError,
        attempt: u32,
        taken: &mut Option<u32>,
    ) -> Verdict {
        let policy = &self.layer.policy;
        if !error.is_retryable() && !policy.also.contains(&error.kind()) {
            return Verdict::Final(Final::Hopeless);
        }
        if attempt >= policy.attempts {
            return Verdict::Final(Final::Exhausted);
        }
        let mut rng = self.layer.rng.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(pause) = policy.delays.after(error.retry_after(), attempt - 1, &mut rng) else {
            return Verdict::Final(Final::TooLong(error.retry_after().unwrap_or_default()));
        };
        drop(rng);
        let again = Instant::now() + pause;
        if cx.deadline().is_some_and(|deadline| again >= Instant::from_std(deadline)) {
            return Verdict::Final(Final::Deadline);
        }
        if let Some(quota) = &self.layer.quota {
            match quota.take(error.kind()) {
                Some(tokens) => *taken = Some(tokens),
                None => return Verdict::Final(Final::Quota),
            }
        }
        Verdict::Again(pause)
    }

    fn succeeded(&self, taken: Option<u32>) {
        if let Some(quota) = &self.layer.quota {
            quota.succeeded(taken);
        }
    }
}

fn reason(error: &ProviderError) -> Reason {
    Reason::of(error.kind(), error)
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
        self.attempt(cx, || self.inner.model(cx, model)).await
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        self.attempt(cx, || self.inner.models(cx)).await
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        self.attempt(cx, || self.inner.count_tokens(cx, request)).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let info = cx.model_of(&*self.inner, &request.model);
        let attempt = || -> BoxFuture<'_, _> {
            let (meter, cx) = Meter::start(cx, Arc::clone(&info));
            Box::pin(async move { meter.ended(self.inner.chat(&cx, request).await) })
        };
        self.attempt(cx, attempt).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let info = cx.model_of(&*self.inner, &request.model);
        let attempt = || -> BoxFuture<'_, _> {
            let (meter, cx) = Meter::start(cx, Arc::clone(&info));
            Box::pin(async move { meter.opened(self.inner.stream(&cx, request).await) })
        };
        self.attempt(cx, attempt).await
    }
}
