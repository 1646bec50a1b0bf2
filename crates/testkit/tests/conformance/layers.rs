//! The suite of layers on layers that keep their promises, so that it asks for nothing else: one that does
//! nothing, one that makes calls wait, and one that makes attempts.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use ziggurat_core::chat::ChatStream;
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, Layer, Meter, ModelInfo, Provider, ProviderError,
    Signal,
};
use ziggurat_testkit::layer_conformance;

/// What one of these layers does to a call.
#[derive(Clone)]
enum Policy {
    Nothing,
    AtOnce(Arc<Semaphore>),
    Retries(u32),
}

impl Layer for Policy {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Wrapper { policy: self.clone(), inner })
    }
}

struct Wrapper {
    policy: Policy,
    inner: Arc<dyn Provider>,
}

impl Wrapper {
    /// How many attempts there may be.
    fn attempts(&self) -> u32 {
        match &self.policy {
            Policy::Retries(retries) => retries + 1,
            _ => 1,
        }
    }

    fn meter(&self, cx: &CallContext, request: &ChatRequest) -> (Meter, CallContext) {
        Meter::start(cx, cx.model_of(&*self.inner, &request.model))
    }
}

/// A place, once there is one.
async fn place(cx: &CallContext, policy: &Policy) -> Option<tokio::sync::OwnedSemaphorePermit> {
    let Policy::AtOnce(places) = policy else { return None };
    let waiting = places.available_permits() == 0;
    if waiting {
        cx.signal(Signal::Queued);
    }
    let place = Arc::clone(places).acquire_owned().await.ok();
    if waiting {
        cx.signal(Signal::Dequeued);
    }
    place
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for Wrapper {
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
        let _place = place(cx, &self.policy).await;
        for _ in 1..self.attempts() {
            let (meter, cx) = self.meter(cx, request);
            match meter.ended(self.inner.chat(&cx, request).await) {
                Err(error) if error.is_retryable() => sleep(Duration::from_secs(2)).await,
                ended => return ended,
            }
        }
        let (meter, cx) = self.meter(cx, request);
        meter.ended(self.inner.chat(&cx, request).await)
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let place = place(cx, &self.policy).await;
        for _ in 1..self.attempts() {
            let (meter, cx) = self.meter(cx, request);
            match meter.opened(self.inner.stream(&cx, request).await) {
                Err(error) if error.is_retryable() => sleep(Duration::from_secs(2)).await,
                opened => return opened,
            }
        }
        let (meter, cx) = self.meter(cx, request);
        let stream = meter.opened(self.inner.stream(&cx, request).await)?;
        let holding = move |_: &_| {
            let _ = &place;
        };
        Ok(stream.inspect(holding).boxed())
    }
}

layer_conformance!(nothing, Policy::Nothing);

layer_conformance!(two_at_once, Policy::AtOnce(Arc::new(Semaphore::new(2))));

layer_conformance! { retries, Policy::Retries(2), except {
    a_call_is_one_attempt: "more attempts are what it is for",
    the_call_after_a_failure_is_served: "so is the first, at its second attempt",
    a_deadline_ends_a_call: "it does not look at its deadline",
} }
