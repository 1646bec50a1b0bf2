//! Spans of calls, by the conventions of OpenTelemetry, so that any tracing back end shows them as
//! what they are without having heard of this project.

mod call;
mod content;
mod heard;
mod names;
mod span;
mod stream;

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use tracing::Instrument;
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ChatStream, Layer, ModelInfo, Provider, ProviderError,
};

use self::call::Call;
pub use self::names::TELEMETRY_SCHEMA_URL;
use self::stream::Traced;

/// Opens a `tracing` span around each call, named and filled as OpenTelemetry's conventions for
/// generative AI say (as of [`TELEMETRY_SCHEMA_URL`]). With `tracing-opentelemetry` it is exported
/// as a span `chat {model}` of the kind `client`.
///
/// - The span (level `INFO`, target `ziggurat`) lasts from the call to its end; that of a stream to
///   the stream's end, or until it is dropped. Everything below happens inside: retries and
///   connections are its children.
/// - It bears `gen_ai.*` fields of the request, the answer and the tokens, and `error.type`, which
///   is the name of the [`ErrorKind`](ziggurat_core::ErrorKind). Lists are JSON, since a field has
///   one value. Counts that nobody reported are left out.
/// - What has no convention is under `ziggurat.*`: `answer.source` (`model`, `cache`, `recording`),
///   `cost.usd` (exact, so a text; left out unless known in full, abandoned attempts included),
///   `queue.duration` (seconds waited for room under limits), `node.id` and `node.tier`, and
///   `dropped`, if the caller did not wait for the end.
/// - The tokens of a cached or recorded answer are those it once took; its cost is 0.
/// - No prompt and no answer is recorded unless [asked for](Self::with_content). An error's words
///   never are, since they may repeat what was asked; nor is a key, as the layer has none.
/// - If nobody listens at that level, a call costs one look at whether somebody does.
///
/// Asking about models and counting tokens open no span: they are no model's work, and rare.
///
/// # Order
/// Outermost, so that a span covers all attempts and waits of its call, and a hit of a cache has
/// one too.
///
/// ```
/// # use std::sync::Arc;
/// use ziggurat_core::{Layer, Provider};
/// use ziggurat_providers::layers::{CacheLayer, TelemetryLayer};
/// # use ziggurat_testkit::ScriptedProvider;
/// # let stack: Arc<dyn Provider> = Arc::new(ScriptedProvider::new().echo());
/// let provider = TelemetryLayer::new().layer(CacheLayer::new().layer(stack));
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct TelemetryLayer {
    with_content: bool,
}

impl TelemetryLayer {
    /// Spans without content.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same layer; if `true`, prompts, documents and answers are recorded in full
    /// (`gen_ai.system_instructions`, `gen_ai.input.messages`, `gen_ai.output.messages`, as JSON).
    /// They may be secret, personal and large. Pictures are left out.
    pub fn with_content(mut self, with_content: bool) -> Self {
        self.with_content = with_content;
        self
    }
}

impl Layer for TelemetryLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Spanned { inner, with_content: self.with_content })
    }
}

struct Spanned {
    inner: Arc<dyn Provider>,
    with_content: bool,
}

impl Spanned {
    fn open(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
        streamed: bool,
    ) -> Option<(Call, CallContext)> {
        Call::open(cx, &*self.inner, request, streamed, self.with_content)
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for Spanned {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.inner.known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        self.inner.model(cx, model).await
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        self.inner.models(cx).await
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        self.inner.count_tokens(cx, request).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let Some((call, cx)) = self.open(cx, request, false) else {
            return self.inner.chat(cx, request).await;
        };
        let span = call.span().clone();
        let result = self.inner.chat(&cx, request).instrument(span).await;
        match &result {
            Ok(answer) => call.answered(answer),
            Err(error) => call.failed(error.kind()),
        }
        result
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let Some((call, cx)) = self.open(cx, request, true) else {
            return self.inner.stream(cx, request).await;
        };
        let span = call.span().clone();
        match self.inner.stream(&cx, request).instrument(span).await {
            Ok(stream) => Ok(Traced::new(stream, call).boxed()),
            Err(error) => {
                call.failed(error.kind());
                Err(error)
            }
        }
    }
}
