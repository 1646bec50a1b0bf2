//! A provider and one of its models, resolved once. Every call through the handle is reported to the
//! context's observer when it ends, however it ends: a dropped call may have cost money as well.

use std::fmt;
use std::sync::Arc;

use crate::chat::{self, ChatRequest, ChatResponse};
use crate::{CallContext, Layer, Meter, ModelInfo, Provider, ProviderError, Signal};

/// How an answer is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delivery {
    /// As it arrives; the observer sees the pieces of text.
    #[default]
    Streamed,
    /// Whole.
    Whole,
}

/// A model that can be called. Cheap to clone.
#[derive(Clone)]
pub struct Model {
    provider: Arc<dyn Provider>,
    info: Arc<ModelInfo>,
}

impl Model {
    /// A model with what its provider knows of it without asking.
    pub fn known(provider: Arc<dyn Provider>, model: &str) -> Self {
        let info = Arc::new(provider.known(model));
        Self { provider, info }
    }

    /// A model with what its provider can find out about it.
    ///
    /// # Errors
    /// As [`Provider::model`].
    pub async fn resolve(
        cx: &CallContext,
        provider: Arc<dyn Provider>,
        model: &str,
    ) -> Result<Self, ProviderError> {
        let info = Arc::new(provider.model(cx, model).await?);
        Ok(Self { provider, info })
    }

    /// The same model after asking its provider about it.
    ///
    /// # Errors
    /// As [`Provider::model`].
    pub async fn refreshed(&self, cx: &CallContext) -> Result<Self, ProviderError> {
        Self::resolve(cx, Arc::clone(&self.provider), &self.info.id).await
    }

    /// The same model with these policies around its provider. What is known of it stays.
    ///
    /// Layer a provider once and make all of its models from that: two handles whose providers are not
    /// the same one share nothing, no limit and no connection.
    pub fn layered(&self, layer: &dyn Layer) -> Self {
        let provider = layer.layer(Arc::clone(&self.provider));
        Self { provider, info: Arc::clone(&self.info) }
    }

    /// What is known of it.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Who gave this answer to a call of this model, as `provider/model`: another one, if a layer turned to
    /// it.
    pub fn author(&self, answer: &ChatResponse) -> String {
        answer.answered_by.clone().unwrap_or_else(|| self.info.name())
    }

    /// Its provider.
    pub fn provider(&self) -> &Arc<dyn Provider> {
        &self.provider
    }

    /// One call. The request's model is set to this one, and its temperature left out if the model
    /// is known to refuse it.
    ///
    /// Dropping the future cancels the call; the observer is then told of a call of unknown cost.
    ///
    /// # Errors
    /// As [`Provider::chat`] and [`Provider::stream`].
    pub async fn call(
        &self,
        cx: &CallContext,
        mut request: ChatRequest,
        delivery: Delivery,
    ) -> Result<ChatResponse, ProviderError> {
        request.model.clone_from(&self.info.id);
        if self.info.temperature == Some(false) {
            request.temperature = None;
        }
        let (meter, metered) = Meter::start(cx, Arc::clone(&self.info));
        match delivery {
            Delivery::Whole => meter.ended(self.provider.chat(&metered, &request).await),
            Delivery::Streamed => {
                let stream = meter.opened(self.provider.stream(&metered, &request).await)?;
                let on_text = |text: &str| {
                    if cx.is_watched() {
                        cx.signal(Signal::Text(text.to_owned()));
                    }
                };
                chat::collect(self.provider.name(), stream, on_text).await
            }
        }
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("info", &self.info).finish_non_exhaustive()
    }
}
