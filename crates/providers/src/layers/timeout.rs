//! Clocks over one attempt. They stand within the retries, so that each attempt has its own, and within the
//! limits, so that waiting for one's turn does not count.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};
use ziggurat_core::chat::{ChatRequest, ChatResponse, ChatStream};
use ziggurat_core::{CallContext, ErrorKind, Layer, ModelInfo, Provider, ProviderError};

/// The longest one attempt may take, as in the vendors' clients.
const ATTEMPT: Duration = Duration::from_secs(600);

/// The longest a stream may be silent. Models that think do so for a minute and more before their first
/// word.
const IDLE: Duration = Duration::from_secs(120);

/// Ends an attempt that takes too long with [`ErrorKind::Timeout`], and drops it, which closes its
/// connection.
///
/// | clock | default | over what |
/// |---|---|---|
/// | attempt | 600 s | one call of any method; of `stream`, from asking to the last piece |
/// | idle | 120 s | the time to the first piece of a stream, and from piece to piece |
/// | the context's deadline | none | as the attempt's; whichever ends first |
///
/// Clocks start when the attempt is polled for the first time, and run in tokio's time.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Layer, Message, Provider};
/// use ziggurat_providers::layers::TimeoutLayer;
/// use ziggurat_testkit::{ScriptedProvider, Turn};
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
///
/// let layer = TimeoutLayer::new().with_attempt(Duration::from_secs(30));
/// let provider = layer.layer(Arc::new(ScriptedProvider::new().turn(Turn::hang())));
/// let request = ChatRequest::new("m", [Message::user("Are you there?")]);
/// let error = provider.chat(&CallContext::default(), &request).await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Timeout);
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeoutLayer {
    attempt: Option<Duration>,
    idle: Option<Duration>,
}

impl TimeoutLayer {
    /// The default clocks.
    pub fn new() -> Self {
        Self { attempt: Some(ATTEMPT), idle: Some(IDLE) }
    }

    /// The same layer with this bound on an attempt; `None` for none.
    pub fn with_attempt(mut self, attempt: impl Into<Option<Duration>>) -> Self {
        self.attempt = attempt.into();
        self
    }

    /// The same layer with this bound on a stream's silence; `None` for none.
    pub fn with_idle(mut self, idle: impl Into<Option<Duration>>) -> Self {
        self.idle = idle.into();
        self
    }
}

impl Default for TimeoutLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl Layer for TimeoutLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Timed { inner, clocks: *self })
    }
}

struct Timed {
    inner: Arc<dyn Provider>,
    clocks: TimeoutLayer,
}

/// A moment at which something must have happened, and what to say if it has not. Far-away moments are
/// none.
#[derive(Clone)]
struct Limit {
    at: Option<Instant>,
    what: Clock,
}

#[derive(Clone, Copy)]
enum Clock {
    Attempt(Duration),
    Idle(Duration),
    Deadline,
}

impl Limit {
    fn within(bound: Option<Duration>, clock: fn(Duration) -> Clock) -> Self {
        let bound = bound.unwrap_or(Duration::MAX);
        Self { at: Instant::now().checked_add(bound), what: clock(bound) }
    }

    fn sooner(self, other: Self) -> Self {
        match (self.at, other.at) {
            (Some(a), Some(b)) if b < a => other,
            (None, Some(_)) => other,
            _ => self,
        }
    }

    async fn over<T>(
        &self,
        provider: &str,
        wait: impl Future<Output = T>,
    ) -> Result<T, ProviderError> {
        match self.at {
            Some(at) => timeout_at(at, wait).await.map_err(|_| self.what.ran_out(provider)),
            None => Ok(wait.await),
        }
    }
}

impl Clock {
    fn ran_out(self, provider: &str) -> ProviderError {
        let message = match self {
            Self::Attempt(bound) => format!("no whole answer within {} s", bound.as_secs_f64()),
            Self::Idle(bound) => format!("nothing came for {} s", bound.as_secs_f64()),
            Self::Deadline => "the deadline passed before the answer was whole".to_owned(),
        };
        ProviderError::new(provider, ErrorKind::Timeout, message)
    }
}

impl Timed {
    /// The bound on an attempt that begins now.
    fn attempt(&self, cx: &CallContext) -> Limit {
        let attempt = Limit::within(self.clocks.attempt, Clock::Attempt);
        let deadline = cx.deadline().map(Instant::from_std);
        attempt.sooner(Limit { at: deadline, what: Clock::Deadline })
    }

    async fn timed<T>(
        &self,
        cx: &CallContext,
        call: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        self.attempt(cx).over(self.inner.name(), pin!(call)).await?
    }

    /// The same stream under both clocks. What runs out is its last item, and drops it.
    fn pieces(&self, stream: ChatStream, attempt: Limit) -> ChatStream {
        let (idle, provider) = (self.clocks.idle, self.inner.name().to_owned());
        stream::unfold(Some(stream), move |stream| {
            let limit = attempt.clone().sooner(Limit::within(idle, Clock::Idle));
            let provider = provider.clone();
            async move {
                let mut stream = stream?;
                match limit.over(&provider, stream.next()).await {
                    Ok(item) => Some((item?, Some(stream))),
                    Err(late) => Some((Err(late), None)),
                }
            }
        })
        .boxed()
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for Timed {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.inner.known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        self.timed(cx, self.inner.model(cx, model)).await
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        self.timed(cx, self.inner.models(cx)).await
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        self.timed(cx, self.inner.count_tokens(cx, request)).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        self.timed(cx, self.inner.chat(cx, request)).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let attempt = self.attempt(cx);
        let first = attempt.clone().sooner(Limit::within(self.clocks.idle, Clock::Idle));
        let stream = first.over(self.inner.name(), self.inner.stream(cx, request)).await??;
        Ok(self.pieces(stream, attempt))
    }
}
