//! "Forwards every method": what is asked reaches the provider within, and what it says comes back, both
//! unchanged.

use futures::StreamExt;
use serde_json::json;
use ziggurat_core::chat::{FinishReason, JsonSchema, Reasoning, ToolSpec};
use ziggurat_core::{ChatRequest, Document, Message, ModelInfo, Price, Usage, Usd};

use super::subject::{MODEL, ask, plain};
use super::{Inner, LayerSubject};
use crate::conformance::waiting::in_time;
use crate::{ScriptedProvider, Turn};

/// The name is the inner provider's.
pub async fn its_name_is_the_one_within(subject: &LayerSubject) {
    let inner = Inner::playing(ScriptedProvider::new().named("within"));
    assert_eq!(subject.around(&inner).name(), "within");
}

/// What the inner provider knows of a model without asking, all of it.
pub async fn what_is_known_is_what_is_known_within(subject: &LayerSubject) {
    let script = ScriptedProvider::new().with_info(describe);
    let provider = subject.around(&Inner::playing(script.clone()));
    for model in [MODEL, "another"] {
        let expected = ziggurat_core::Provider::known(&script, model);
        assert_eq!(provider.known(model), expected);
    }
}

fn describe(info: &mut ModelInfo) {
    info.context_tokens = Some(8_192);
    info.max_output_tokens = Some(1_024);
    info.price = Some(Price::per_token(Usd::from_picos(3), Usd::from_picos(7)));
    (info.json_schema, info.tools, info.vision) = (Some(true), Some(false), Some(true));
    (info.reasoning, info.temperature) = (Some(false), Some(true));
}

/// A question about a model is put to the inner provider, and its answer is more than what is known.
pub async fn a_model_is_looked_up_within(subject: &LayerSubject) {
    let script = ScriptedProvider::new().with_models([MODEL, "suite-small"]).with_info(describe);
    let inner = Inner::playing(script);
    let provider = subject.around(&inner);
    let info = in_time("the model", provider.model(&plain(), "suite-small")).await;
    let info = info.unwrap_or_else(|error| panic!("a model was expected: {error:?}"));
    let mut expected = provider.known("suite-small");
    expected.key_checked = Some(true);
    assert_eq!(info, expected);
    let asked: Vec<_> =
        inner.heard().into_iter().map(|heard| (heard.method, heard.model)).collect();
    assert_eq!(asked, [("model", Some("suite-small".to_owned()))]);
}

/// The list of models is the inner provider's.
pub async fn models_are_listed_within(subject: &LayerSubject) {
    let script = ScriptedProvider::new().with_models([MODEL, "suite-small"]).with_info(describe);
    let inner = Inner::playing(script);
    let provider = subject.around(&inner);
    let listed = in_time("the list", provider.models(&plain())).await;
    let listed = listed.unwrap_or_else(|error| panic!("a list was expected: {error:?}"));
    assert_eq!(listed, [MODEL, "suite-small"].map(|model| provider.known(model)));
    assert_eq!(methods(&inner), ["models"]);
}

/// Tokens are counted by the inner provider, of the same request.
pub async fn tokens_are_counted_within(subject: &LayerSubject) {
    let count = |request: &ChatRequest| request.stop.len() as u64;
    let inner = Inner::playing(ScriptedProvider::new().with_token_count(count));
    let provider = subject.around(&inner);
    let counted = in_time("the count", provider.count_tokens(&plain(), &detailed())).await;
    assert_eq!(counted.ok().flatten(), Some(3));
    assert_eq!(methods(&inner), ["count_tokens"]);
    assert_eq!(requests(&inner), [detailed()]);
}

/// A whole answer: the request as it was made, the answer as it was given, with its ids, usage and source.
pub async fn a_whole_answer_is_passed_on_unchanged(subject: &LayerSubject) {
    for turn in turns() {
        let inner = Inner::playing(ScriptedProvider::new().turn(turn));
        let provider = subject.around(&inner);
        let answer = in_time("the answer", provider.chat(&plain(), &detailed())).await;
        let answer = answer.unwrap_or_else(|error| panic!("an answer was expected: {error:?}"));
        assert_eq!(vec![answer], inner.answers());
        assert_eq!(methods(&inner), ["chat"]);
        assert_eq!(requests(&inner), [detailed()]);
    }
}

/// A streamed answer: the request as it was made, and each piece as it came.
pub async fn a_stream_is_passed_on_unchanged(subject: &LayerSubject) {
    for turn in turns() {
        let inner = Inner::playing(ScriptedProvider::new().turn(turn));
        let provider = subject.around(&inner);
        let reading = async {
            let stream = provider.stream(&plain(), &detailed()).await;
            let stream = stream.unwrap_or_else(|error| panic!("a stream was expected: {error:?}"));
            let item = |item: Result<_, _>| item.unwrap_or_else(|error| panic!("{error:?}"));
            stream.map(item).collect::<Vec<_>>().await
        };
        assert_eq!(in_time("the stream", reading).await, inner.items());
        assert_eq!(methods(&inner), ["stream"]);
        assert_eq!(requests(&inner), [detailed()]);
    }
}

fn methods(inner: &Inner) -> Vec<&'static str> {
    inner.heard().iter().map(|heard| heard.method).collect()
}

fn requests(inner: &Inner) -> Vec<ChatRequest> {
    inner.heard().into_iter().filter_map(|heard| heard.request).collect()
}

fn turns() -> [Turn; 3] {
    let thoughts = Reasoning::new("Six times seven.").with_signature("proof".to_owned());
    let calls = Turn::tool_calls([("add", json!({"a": 1})), ("stop", json!({}))]);
    [
        Turn::text("Größer als acht Zeichen.").with_usage(Usage::new(30, 12)),
        calls.saying("I look it up.").with_reasoning(thoughts),
        Turn::text("cut at the bound").finish(FinishReason::Length),
    ]
}

/// A request in which as much as possible is set.
fn detailed() -> ChatRequest {
    let notes = Document::new("notes.md", "The pool ran out.");
    let schema = JsonSchema { name: "answer".to_owned(), schema: json!({"type": "object"}) };
    let mut request = ask("What happened?");
    request.messages.push(Message::assistant("When?"));
    request.messages.push(Message::user("On Monday.").with_documents([notes]));
    request
        .with_system("Obey the suite.")
        .with_tools([ToolSpec::new("add", "Adds.", json!({"type": "object"}))])
        .with_parallel_tool_calls(false)
        .with_max_tokens(77)
        .with_temperature(0.7)
        .with_top_p(0.9)
        .with_seed(11)
        .with_stop(["END", "STOP", "."])
        .with_response_schema(schema)
        .with_extra("suite_field", json!({"deep": 1}))
}
