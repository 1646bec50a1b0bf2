//! The contract of a model provider, and of a policy around one. Both are object-safe: swapping,
//! mocking and layering are one operation, `Arc<dyn Provider>` in, `Arc<dyn Provider>` out.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;

use crate::chat::{self, ChatRequest, ChatResponse, ChatStream};
use crate::{CallContext, ErrorKind, ModelInfo, ProviderError};

/// A source of model answers.
///
/// # Contract
/// - Errors are classified: the kind says whether another attempt may help. A provider makes one
///   attempt per call and never retries by itself.
/// - Dropping a future or a stream it returned cancels the call, closes its connection and leaves
///   nothing running.
/// - Token counts the server did not report are `None`.
/// - An answer that was cut before its end is [`ErrorKind::Interrupted`], never a short success.
/// - Documents in a request are data: an adapter renders them inside fences that their text cannot
///   close, and never in the system's instructions.
/// - No key appears in errors, in `Debug` output or in logs.
///
/// # Implementing
/// `name` and `chat` suffice; the other methods have defaults that are right for a provider which cannot
/// list models, count tokens or stream. A **wrapper** around another provider must forward every method:
/// a default would hide what the inner provider can do. Put
/// `#[deny(clippy::missing_trait_methods)]` on its `impl`.
///
/// ```
/// use ziggurat_core::{CallContext, ChatRequest, ChatResponse, Provider, ProviderError};
///
/// struct Echo;
///
/// #[async_trait::async_trait]
/// impl Provider for Echo {
///     fn name(&self) -> &str {
///         "echo"
///     }
///     async fn chat(
///         &self,
///         _: &CallContext,
///         request: &ChatRequest,
///     ) -> Result<ChatResponse, ProviderError> {
///         let last = request.messages.last().map(|m| m.text()).unwrap_or_default();
///         Ok(ChatResponse::new(&request.model, last))
///     }
/// }
/// ```
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The name it is registered under: the part before the slash in `provider/model`.
    fn name(&self) -> &str;

    /// What is known of a model without asking anybody.
    ///
    /// - No I/O, and no error: of an unknown model all fields are `None`.
    fn known(&self, model: &str) -> ModelInfo {
        ModelInfo::unknown(self.name(), model)
    }

    /// What is known of a model, after asking the server if that helps. Resolved once and frozen into
    /// a run.
    ///
    /// - A model that the server certainly does not have is [`ErrorKind::ModelNotFound`].
    /// - A refused key is [`ErrorKind::Auth`].
    /// - A server that cannot say is no error: the answer is [`known`](Self::known).
    /// - Costs no tokens.
    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        let _ = cx;
        Ok(self.known(model))
    }

    /// The models on offer; also the cheap check of a key.
    ///
    /// - [`ErrorKind::Unsupported`] if there is no such list.
    /// - Costs no tokens.
    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        let _ = cx;
        Err(ProviderError::new(self.name(), ErrorKind::Unsupported, "it does not list its models"))
    }

    /// The exact number of input tokens of a request.
    ///
    /// - `None` if the provider cannot count; never an estimate.
    /// - Costs no tokens.
    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        let _ = (cx, request);
        Ok(None)
    }

    /// One answer, whole.
    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError>;

    /// One answer, as it arrives.
    ///
    /// - The last item of a complete answer is [`ChatDelta::End`](chat::ChatDelta::End), exactly once.
    /// - Errors before the first piece are returned, later ones are items; an error is the last item.
    /// - The pieces add up to what [`chat`](Self::chat) would have returned.
    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        Ok(chat::stream_of(self.chat(cx, request).await?))
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<P: Provider + ?Sized> Provider for Arc<P> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        (**self).known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        (**self).model(cx, model).await
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        (**self).models(cx).await
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        (**self).count_tokens(cx, request).await
    }

    // Calls pass through here once for each layer: the future as it is, and not another one around it.
    fn chat<'a, 'b, 'c, 'call>(
        &'a self,
        cx: &'b CallContext,
        request: &'c ChatRequest,
    ) -> BoxFuture<'call, Result<ChatResponse, ProviderError>>
    where
        'a: 'call,
        'b: 'call,
        'c: 'call,
        Self: 'call,
    {
        (**self).chat(cx, request)
    }

    fn stream<'a, 'b, 'c, 'call>(
        &'a self,
        cx: &'b CallContext,
        request: &'c ChatRequest,
    ) -> BoxFuture<'call, Result<ChatStream, ProviderError>>
    where
        'a: 'call,
        'b: 'call,
        'c: 'call,
        Self: 'call,
    {
        (**self).stream(cx, request)
    }
}

/// A policy around any provider.
///
/// # Contract
/// - The provider it returns obeys the contract of [`Provider`] and forwards every method.
/// - State that calls share (a limiter, a cache) lives in the layer; wrappers are cheap.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait Layer: Send + Sync {
    /// The provider with the policy around it.
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider>;
}
