//! The adapter against llama.cpp's own server: somebody else's reading of the protocol. The server runs a
//! tiny model of random weights, so what it says is noise, and only the shape of it is tested. Its
//! address is in `ZIGGURAT_LLAMA_URL`.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]
#![allow(clippy::print_stdout, reason = "a skipped test must say so")]

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use serde_json::json;
use ziggurat_core::chat::{FinishReason, JsonSchema, ToolChoice, ToolSpec, collect};
use ziggurat_core::{CallContext, ChatRequest, Document, ErrorKind, Message, Price, Provider};
use ziggurat_providers::{
    Anthropic, LocalServer, OpenAi, OpenAiResponses, Registry, ServerConfig, choose,
};

fn url() -> Option<String> {
    let url = std::env::var("ZIGGURAT_LLAMA_URL").ok();
    if url.is_none() {
        println!("SKIPPED: set ZIGGURAT_LLAMA_URL to the base URL of a llama.cpp server");
    }
    url
}

fn config(url: String) -> ServerConfig {
    ServerConfig::new("llamacpp", url).with_free(true).with_idle_timeout(Duration::from_secs(30))
}

fn provider() -> Option<OpenAi> {
    Some(OpenAi::new(config(url()?)).unwrap())
}

/// The three APIs that the server speaks, each with its name.
fn providers() -> Vec<(&'static str, Arc<dyn Provider>)> {
    let Some(url) = url() else { return Vec::new() };
    let config = || config(url.clone());
    vec![
        ("chat completions", Arc::new(OpenAi::new(config()).unwrap())),
        ("Responses", Arc::new(OpenAiResponses::new(config()).unwrap())),
        ("Messages", Arc::new(Anthropic::new(config()).unwrap())),
    ]
}

fn request(text: &str) -> ChatRequest {
    ChatRequest::new("tiny", [Message::user(text)]).with_max_tokens(40).with_temperature(0.0)
}

#[tokio::test]
async fn whole_and_streamed_answers_have_usage_and_a_reason() {
    let cx = CallContext::default();
    let documents = [Document::new("notes.md", "The pool ran out.")];
    let message = Message::user("hello").with_documents(documents);
    let request = ChatRequest::new("tiny", [message]).with_system("Be brief.").with_max_tokens(12);
    for (api, provider) in providers() {
        let whole = provider.chat(&cx, &request).await.unwrap();
        let mut pieces = 0;
        let stream = provider.stream(&cx, &request).await.unwrap();
        let streamed = collect("llamacpp", stream, |_| pieces += 1).await.unwrap();
        for answer in [&whole, &streamed] {
            let ends = [FinishReason::Stop, FinishReason::Length];
            assert!(ends.contains(&answer.finish), "{api}: {answer:?}");
            assert!(answer.usage.input_tokens > Some(0), "{api}: {answer:?}");
            assert!(answer.usage.output_tokens <= Some(12), "{api}: {answer:?}");
            assert_eq!(answer.model, "tiny", "{api}");
        }
        assert!(pieces > 1 || streamed.usage.output_tokens <= Some(2), "{api}: {streamed:?}");
    }
}

#[tokio::test]
async fn a_schema_is_obeyed() {
    let cx = CallContext::default();
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["n"],
        "properties": {"n": {"type": "integer", "minimum": 1, "maximum": 9}}});
    let format = JsonSchema { name: "digit".into(), schema: schema.clone() };
    let request = request("hello").with_response_schema(format);
    // Its Messages know no schema. Its Responses overlook OpenAI's field, and have one of their own.
    for (api, provider) in providers().into_iter().filter(|(api, _)| *api != "Messages") {
        let asked = request.clone().with_extra("json_schema", schema.clone());
        let asked = if api == "Responses" { &asked } else { &request };
        let answer = provider.chat(&cx, asked).await.unwrap();
        let value: serde_json::Value = serde_json::from_str(&answer.text())
            .unwrap_or_else(|error| panic!("{api}: {error}: {answer:?}"));
        assert!((1..=9).contains(&value["n"].as_u64().unwrap()), "{api}: {value}");
    }
}

#[tokio::test]
async fn a_tool_that_must_be_called_is_called() {
    let cx = CallContext::default();
    let parameters = json!({"type": "object", "required": ["a"], "additionalProperties": false,
        "properties": {"a": {"type": "integer"}}});
    let request = request("hello")
        .with_tools([ToolSpec::new("add", "adds", parameters)])
        .with_tool_choice(ToolChoice::Required)
        .with_max_tokens(120);
    // Its Responses take no notice of the choice.
    for (api, provider) in providers() {
        let whole = provider.chat(&cx, &request).await.unwrap();
        let stream = provider.stream(&cx, &request).await.unwrap();
        let streamed = collect("llamacpp", stream, |_| {}).await.unwrap();
        for answer in [whole, streamed] {
            let calls: Vec<_> = answer.tool_calls().collect();
            assert!(
                !calls.is_empty() || answer.finish == FinishReason::Length,
                "{api}: {answer:?}"
            );
            assert!(calls.iter().all(|call| call.name == "add"), "{api}: {answer:?}");
            assert!(calls.iter().all(|call| !call.id.is_empty()), "{api}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn its_models_are_known_with_the_context_it_was_started_with() {
    let (Some(provider), cx) = (provider(), CallContext::default()) else { return };
    let info = provider.model(&cx, "tiny").await.unwrap();
    assert!(info.context_tokens > Some(0), "{info:?}");
    assert_eq!(info.price, Some(Price::FREE));
    let error = provider.model(&cx, "tinny").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
    assert!(error.message().contains("did you mean tiny?"), "{error}");
    // What is said to fit fits, and what does not is told as such.
    let words = usize::try_from(info.context_tokens.unwrap()).unwrap();
    let error = provider.chat(&cx, &request(&"plan ".repeat(words * 2))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContextLength, "{error}");
}

/// The server has four slots: had the eight long answers gone on, the short one would wait for them.
#[tokio::test]
async fn a_dropped_stream_frees_its_slot() {
    let cx = CallContext::default();
    for (api, provider) in providers() {
        for _ in 0..8 {
            let long = request("hello").with_max_tokens(2000);
            let mut stream = provider.stream(&cx, &long).await.unwrap();
            stream.next().await.unwrap().unwrap();
        }
        let short = request("hi");
        let answer = tokio::time::timeout(Duration::from_secs(30), provider.chat(&cx, &short));
        answer.await.unwrap_or_else(|_| panic!("{api}: no slot is free")).unwrap();
    }
}

#[tokio::test]
async fn messages_can_be_counted() {
    let Some(url) = url() else { return };
    let (cx, provider) = (CallContext::default(), Anthropic::new(config(url)).unwrap());
    let counted = provider.count_tokens(&cx, &request("hello")).await.unwrap().unwrap();
    let answer = provider.chat(&cx, &request("hello")).await.unwrap();
    assert_eq!(answer.usage.input_tokens, Some(counted), "{answer:?}");
}

#[tokio::test]
async fn it_is_found_when_nothing_is_configured() {
    let Some(url) = url() else { return };
    let servers = [LocalServer::new("llamacpp", &url).unwrap()];
    let choice = choose(&Registry::builtin(), &|_| None, None, false, &servers).await.unwrap();
    assert_eq!(choice.why, format!("llamacpp/tiny: a local server answers at {url}"));
}
