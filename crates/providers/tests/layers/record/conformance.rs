//! The conformance suite, on the layer that records and on what it recorded.

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ChatStream, Layer, ModelInfo, Provider, ProviderError,
};
use ziggurat_providers::layers::{RecordLayer, Replay};
use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::{ScriptedProvider, provider_conformance};

fn recording() -> Subject {
    Subject::in_process(|script| RecordLayer::in_memory().layer(Arc::new(script)))
}

provider_conformance! { recording, recording(), except {
    no_key_is_shown: "the script has no key",
    the_id_of_the_request_is_kept: "the script's requests have no ids",
    a_deadline_ends_a_call: "the script does not look at deadlines",
    a_deadline_ends_a_stream: "the script does not look at deadlines",
} }

/// Records each call to the script to its end, takes the recording through a file, and answers from that.
struct Again(ScriptedProvider);

impl Again {
    fn record(&self) -> (RecordLayer, Arc<dyn Provider>) {
        super::recorded(self.0.clone())
    }

    fn replay(layer: &RecordLayer) -> Arc<dyn Provider> {
        let replay = Replay::new(super::through_a_file(&layer.recording().unwrap()));
        replay.provider("scripted").unwrap()
    }
}

#[async_trait]
impl Provider for Again {
    fn name(&self) -> &str {
        "scripted"
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.0.known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        let (layer, provider) = self.record();
        let _ = provider.model(cx, model).await;
        Self::replay(&layer).model(cx, model).await
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        let (layer, provider) = self.record();
        let _ = provider.models(cx).await;
        Self::replay(&layer).models(cx).await
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        let (layer, provider) = self.record();
        let _ = provider.count_tokens(cx, request).await;
        Self::replay(&layer).count_tokens(cx, request).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let (layer, provider) = self.record();
        let _ = provider.chat(cx, request).await;
        Self::replay(&layer).chat(cx, request).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let (layer, provider) = self.record();
        if let Ok(stream) = provider.stream(cx, request).await {
            stream.count().await;
        }
        Self::replay(&layer).stream(cx, request).await
    }
}

provider_conformance! { replayed, Subject::in_process(Again), except {
    no_key_is_shown: "the script has no key",
    the_id_of_the_request_is_kept: "the script's requests have no ids",
    a_deadline_ends_a_call: "the script does not look at deadlines",
    a_deadline_ends_a_stream: "the script does not look at deadlines",
    pieces_arrive_before_the_answer_is_over: "it plays what is recorded, once that is over",
    dropping_a_half_read_stream_ends_it: "it plays what is recorded, once that is over",
    a_hint_when_to_try_again_is_kept: "the hint is, but the error is final: there is no answer after it",
} }
