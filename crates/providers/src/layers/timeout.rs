//! Clocks over an attempt. A model that says nothing holds a place under every limit, and only a clock
//! tells one that thinks from one that is lost.

mod clocks;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ChatStream, Layer, ModelInfo, Provider, ProviderError,
};

use clocks::Clocks;

/// The longest that an attempt may take, unless set otherwise: the default of OpenAI's and Anthropic's own
/// libraries, 10 minutes.
pub const DEFAULT_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(600);

/// The longest that a stream may be silent, unless set otherwise. Ours: the vendors' libraries let a silent
/// stream live until the attempt's clock runs out, and some models think for more than a minute before
/// their first word.
pub const DEFAULT_IDLE_TIMEOUT: Duration = Duration::from_secs(120);

/// Ends an attempt that takes too long.
///
/// - The **attempt's** clock runs over one call, or over the opening of a stream and all of it. It runs for
///   questions about models and counts of tokens as well.
/// - The **idle** clock runs while a stream opens, and anew while each of its items is waited for. A reader
///   who takes his time is no silence.
/// - The context's [deadline](CallContext::with_deadline) is kept as well; it is passed down as it is. After
///   it nothing is sent.
///
/// Whichever runs out first ends the attempt: what it waited for is dropped at once, which closes the
/// connection, and the error says which clock it was. The clocks start when the call is first polled, so
/// waiting in a queue outside costs no time. What has arrived by then is passed on.
///
/// # Errors
/// [`ErrorKind::Timeout`](ziggurat_core::ErrorKind::Timeout), which may be tried again; of a stream it is the last item.
///
/// # Order
/// Around the adapter, inside limits and retries: each attempt has its own clocks, and none of them runs
/// while the attempt waits for room.
///
/// ```
/// use std::time::Duration;
/// use ziggurat_core::{ErrorKind, Layer};
/// use ziggurat_providers::layers::TimeoutLayer;
/// use ziggurat_testkit::{ScriptedProvider, Turn};
/// # use std::sync::Arc;
/// # use ziggurat_core::{CallContext, ChatRequest, Message, Provider};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let lost = Arc::new(ScriptedProvider::new().turn(Turn::hang()));
/// let provider = TimeoutLayer::new().with_attempt(Duration::from_millis(5)).layer(lost);
///
/// let request = ChatRequest::new("any", [Message::user("How is a ziggurat built?")]);
/// let error = provider.chat(&CallContext::default(), &request).await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Timeout);
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TimeoutLayer {
    attempt: Option<Duration>,
    idle: Option<Duration>,
}

impl Default for TimeoutLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl TimeoutLayer {
    /// Both clocks, set to [`DEFAULT_ATTEMPT_TIMEOUT`] and [`DEFAULT_IDLE_TIMEOUT`].
    pub fn new() -> Self {
        Self { attempt: Some(DEFAULT_ATTEMPT_TIMEOUT), idle: Some(DEFAULT_IDLE_TIMEOUT) }
    }

    /// The same layer with this as the longest that an attempt may take; `None`: as long as it will.
    pub fn with_attempt(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.attempt = timeout.into();
        self
    }

    /// The same layer with this as the longest that a stream may be silent; `None`: as long as the attempt may
    /// take.
    pub fn with_idle(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.idle = timeout.into();
        self
    }
}

impl Layer for TimeoutLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Timed { inner, layer: *self })
    }
}

struct Timed {
    inner: Arc<dyn Provider>,
    layer: TimeoutLayer,
}

impl Timed {
    /// The clocks of an attempt that does not stream.
    fn clocks(&self, cx: &CallContext) -> Result<Clocks, ProviderError> {
        Clocks::start(self.inner.name(), cx, self.layer.with_idle(None))
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
        self.clocks(cx)?.watch(self.inner.model(cx, model)).await
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        self.clocks(cx)?.watch(self.inner.models(cx)).await
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        self.clocks(cx)?.watch(self.inner.count_tokens(cx, request)).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        self.clocks(cx)?.watch(self.inner.chat(cx, request)).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let clocks = Clocks::start(self.inner.name(), cx, self.layer)?;
        let stream = clocks.watch(self.inner.stream(cx, request)).await?;
        Ok(clocks.over(stream))
    }
}
