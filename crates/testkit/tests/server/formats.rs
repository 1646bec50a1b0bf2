//! What each API says, as snapshots to be read beside the vendors' documentation.

use std::time::Duration;

use serde_json::{Value, json};
use ziggurat_core::chat::Reasoning;
use ziggurat_core::{ErrorKind, Usage};
use ziggurat_testkit::server::FakeServer;
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::client::answer;

/// Thoughts, words and two calls, with all counts.
fn turn() -> Turn {
    let mut usage = Usage::new(30, 12);
    (usage.cached_input_tokens, usage.reasoning_tokens) = (Some(20), Some(5));
    Turn::tool_calls([("add", json!({"a": 1})), ("stop", json!({}))])
        .saying("I look it up.")
        .with_reasoning(Reasoning::new("A tool knows.").with_signature("proof".to_owned()))
        .with_usage(usage)
}

/// A target with its body, whole and streamed.
pub(crate) fn asked(api: &str) -> [(String, Value); 2] {
    let said = json!([{"role": "user", "content": "Add."}]);
    let chat = |path: &str, messages: &str, streamed: bool| {
        let mut body = json!({"model": "fake", messages: said, "stream": streamed});
        if streamed {
            body["stream_options"] = json!({"include_usage": true});
        }
        (path.to_owned(), body)
    };
    let both = |path: &str, field: &str| [chat(path, field, false), chat(path, field, true)];
    match api {
        "chat" => both("/v1/chat/completions", "messages"),
        "responses" => both("/v1/responses", "input"),
        "messages" => both("/v1/messages", "messages"),
        "ollama" => both("/api/chat", "messages"),
        _ => {
            let body = json!({"contents": [{"role": "user", "parts": [{"text": "Add."}]}]});
            let path = "/v1beta/models/fake";
            [
                (format!("{path}:generateContent"), body.clone()),
                (format!("{path}:streamGenerateContent?alt=sse"), body),
            ]
        }
    }
}

pub(crate) const APIS: [&str; 5] = ["chat", "responses", "messages", "gemini", "ollama"];

#[tokio::test]
async fn answers_are_in_each_api_s_own_shape() {
    for api in APIS {
        let server = FakeServer::start(ScriptedProvider::new().otherwise(turn())).await.unwrap();
        let [whole, streamed] = asked(api);
        let whole = answer(&server, &whole.0, "", Some(&whole.1)).await;
        insta::assert_snapshot!(format!("{api}_whole"), whole);
        let streamed = answer(&server, &streamed.0, "", Some(&streamed.1)).await;
        insta::assert_snapshot!(format!("{api}_streamed"), streamed);
    }
}

#[tokio::test]
async fn errors_are_in_each_api_s_own_shape() {
    for api in APIS {
        let limited = Turn::error(ErrorKind::RateLimit, "slow down")
            .retry_after(Duration::from_millis(2_500));
        let late = Turn::text("half").then_error(ErrorKind::Server, "overloaded");
        let script = ScriptedProvider::new().turns([limited, late]);
        let server = FakeServer::start(script).await.unwrap();
        let [whole, streamed] = asked(api);
        let early = answer(&server, &whole.0, "", Some(&whole.1)).await;
        let late = answer(&server, &streamed.0, "", Some(&streamed.1)).await;
        insta::assert_snapshot!(format!("{api}_errors"), format!("{early}\n\n---\n{late}"));
    }
}

#[tokio::test]
async fn refusals_have_a_place_of_their_own() {
    for api in ["chat", "responses", "messages"] {
        let script = ScriptedProvider::new().otherwise(Turn::refusal("No."));
        let server = FakeServer::start(script).await.unwrap();
        let [whole, streamed] = asked(api);
        let whole = answer(&server, &whole.0, "", Some(&whole.1)).await;
        let streamed = answer(&server, &streamed.0, "", Some(&streamed.1)).await;
        insta::assert_snapshot!(format!("{api}_refusal"), format!("{whole}\n\n---\n{streamed}"));
    }
}

#[tokio::test]
async fn lists_and_counts_are_in_each_api_s_own_shape() {
    let script = ScriptedProvider::new()
        .with_models(["fake-large", "fake-small"])
        .with_info(|info| info.context_tokens = Some(8_192))
        .with_token_count(|_| 42);
    let server = FakeServer::start(script.clone()).await.unwrap();
    let anthropic = "anthropic-version: 2023-06-01\r\n";
    let asked = [
        ("/v1/models", "", None),
        ("/v1/models/fake-large", "", None),
        ("/v1/models", anthropic, None),
        ("/v1beta/models", "", None),
        ("/v1beta/models/none", "", None),
        ("/api/tags", "", None),
        ("/api/show", "", Some(json!({"model": "fake-small"}))),
        ("/v1/messages/count_tokens", anthropic, Some(json!({"model": "fake-large"}))),
        ("/v1/responses/input_tokens", "", Some(json!({"model": "fake-large"}))),
        ("/v1beta/models/fake-large:countTokens", "", Some(json!({"contents": []}))),
        ("/v2/other", "", None),
    ];
    let mut all = String::new();
    for (target, headers, body) in asked {
        let answer = answer(&server, target, headers, body.as_ref()).await;
        all += &format!("=== {target}\n{answer}\n\n");
    }
    insta::assert_snapshot!("lists_and_counts", all);
    assert!(script.calls().is_empty(), "none of this is a call of a model");
}
