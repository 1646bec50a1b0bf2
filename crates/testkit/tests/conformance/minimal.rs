//! A provider of the smallest kind: `name` and `chat`, and the defaults for the rest.

use async_trait::async_trait;
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, Provider, ProviderError};
use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::{ScriptedProvider, provider_conformance};

/// Asks the script as a custom provider asks its engine.
struct Minimal {
    engine: ScriptedProvider,
}

#[async_trait]
impl Provider for Minimal {
    fn name(&self) -> &str {
        "scripted"
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        self.engine.chat(cx, request).await
    }
}

provider_conformance! { minimal, Subject::in_process(|engine| Minimal { engine }), except {
    pieces_arrive_before_the_answer_is_over: "it does not stream",
    dropping_a_half_read_stream_ends_it: "it does not stream",
    an_error_after_the_first_piece_is_the_last_item: "it does not stream",
    a_cut_after_some_text_is_interrupted: "it does not stream",
    no_key_is_shown: "it has no key",
    the_id_of_the_request_is_kept: "its requests have no ids",
    a_refused_key_shows_before_any_call: "it has no key",
    a_deadline_ends_a_call: "it leaves clocks to its callers",
    a_deadline_ends_a_stream: "it leaves clocks to its callers",
    models_are_listed: "it has no list of models",
    a_model_that_is_not_there_is_not_found: "it has no list of models",
    tokens_are_counted: "it cannot count",
} }
