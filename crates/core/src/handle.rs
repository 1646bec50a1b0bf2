//! A provider and one of its models, resolved once. Every call through the handle is reported to the
//! context's observer when it ends, however it ends: a dropped call may have cost money as well.

use std::fmt;
use std::sync::Arc;

use crate::chat::{self, ChatRequest, ChatResponse};
use crate::{CallContext, CallRecord, Cost, ModelInfo, Provider, ProviderError, Signal, Usage};

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

    /// What is known of it.
    pub fn info(&self) -> &ModelInfo {
        &self.info
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
        let mut meter = Meter { cx, info: &self.info, usage: Usage::UNKNOWN };
        let response = match delivery {
            Delivery::Whole => {
                self.provider.chat(cx, &request).await.inspect_err(|error| meter.refused(error))?
            }
            Delivery::Streamed => {
                let opened = self.provider.stream(cx, &request).await;
                let stream = opened.inspect_err(|error| meter.refused(error))?;
                // Whatever breaks an open stream comes after tokens were written: what the call cost
                // is then unknown, even if the server calls it a refusal.
                let on_text = |text: &str| cx.signal(Signal::Text(text.to_owned()));
                chat::collect(self.provider.name(), stream, on_text).await?
            }
        };
        meter.usage = response.usage;
        Ok(response)
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("info", &self.info).finish_non_exhaustive()
    }
}

/// Reports one call when it is dropped, whichever way the call ends.
struct Meter<'a> {
    cx: &'a CallContext,
    info: &'a ModelInfo,
    usage: Usage,
}

impl Meter<'_> {
    /// The provider answered with an error in place of an answer.
    fn refused(&mut self, error: &ProviderError) {
        if error.kind().is_unbilled() {
            self.usage = Usage::ZERO;
        }
    }

    fn cost(&self) -> Cost {
        if self.usage == Usage::ZERO {
            return Cost::ZERO;
        }
        let amount = self.info.price.and_then(|price| price.of(&self.usage));
        amount.map_or(Cost::UNKNOWN, Cost::known)
    }
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        let record = CallRecord::new(self.info.name(), self.usage, self.cost());
        self.cx.signal(Signal::Call(record));
    }
}
