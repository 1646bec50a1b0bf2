//! Every adapter against aimock, which speaks the formats of all vendors: somebody else's reading of them.
//! Its address is in `ZIGGURAT_AIMOCK_URL`; what it answers stands in its fixture file.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]
#![allow(clippy::print_stdout, reason = "a skipped test must say so")]

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use ziggurat_core::chat::{FinishReason, ToolSpec, collect};
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ErrorKind, Layer, Message, Provider};
use ziggurat_providers::layers::{Place, RetryLayer, Stack};
use ziggurat_providers::{Anthropic, Gemini, Ollama, OpenAi, OpenAiResponses, ServerConfig};

const TEXT: &str = "Héllo from aimock 🙂 日本語 text.";

/// The adapters, each with the path at which aimock speaks its format.
fn providers() -> Vec<Arc<dyn Provider>> {
    providers_with(&[])
}

/// The same, each of whose requests bears these headers.
fn providers_with(headers: &[(&str, &str)]) -> Vec<Arc<dyn Provider>> {
    let Ok(url) = std::env::var("ZIGGURAT_AIMOCK_URL") else {
        println!("SKIPPED: set ZIGGURAT_AIMOCK_URL to the address of an aimock server");
        return Vec::new();
    };
    let config = |name: &str, path: &str| {
        let config = ServerConfig::new(name, format!("{url}{path}"))
            .with_key(secrecy::SecretString::from("sk-test"))
            .with_idle_timeout(Duration::from_secs(30));
        headers.iter().fold(config, |config, (name, value)| config.with_header(*name, *value))
    };
    vec![
        Arc::new(OpenAi::new(config("chat", "/v1")).unwrap()),
        Arc::new(OpenAiResponses::new(config("responses", "/v1")).unwrap()),
        Arc::new(Anthropic::new(config("anthropic", "")).unwrap()),
        Arc::new(Gemini::new(config("gemini", "/v1beta")).unwrap()),
        Arc::new(Ollama::new(config("ollama", "")).unwrap()),
    ]
}

fn request(text: &str) -> ChatRequest {
    ChatRequest::new("gpt-4o", [Message::user(text)])
}

async fn both(provider: &dyn Provider, request: &ChatRequest) -> [ChatResponse; 2] {
    let cx = CallContext::default();
    let whole = provider.chat(&cx, request).await.unwrap();
    let stream = provider.stream(&cx, request).await.unwrap();
    [whole, collect(provider.name(), stream, |_| {}).await.unwrap()]
}

#[tokio::test]
async fn text_is_read_whole_and_streamed() {
    for provider in providers() {
        for answer in both(&*provider, &request("hello")).await {
            assert_eq!(answer.text(), TEXT, "{}", provider.name());
            assert_eq!(answer.finish, FinishReason::Stop, "{}", provider.name());
        }
    }
}

#[tokio::test]
async fn parallel_tool_calls_are_read_whole_and_streamed() {
    let tool = |name: &str| ToolSpec::new(name, "a tool", json!({"type": "object"}));
    let request = request("tools").with_tools([tool("add"), tool("search")]);
    let expected = [("add", json!({"a": 1, "b": 2})), ("search", json!({"query": "日本 🙂"}))];
    for provider in providers() {
        for answer in both(&*provider, &request).await {
            let calls: Vec<_> = answer.tool_calls().collect();
            assert_eq!(calls.len(), 2, "{}: {answer:?}", provider.name());
            for (call, (name, arguments)) in calls.iter().zip(&expected) {
                assert_eq!(call.name, *name, "{}", provider.name());
                let ours: Value = serde_json::from_str(&call.arguments).unwrap();
                assert_eq!(&ours, arguments, "{}", provider.name());
            }
            assert_ne!(calls[0].id, calls[1].id, "{}", provider.name());
            assert_eq!(answer.finish, FinishReason::ToolCalls, "{}", provider.name());
        }
    }
}

#[tokio::test]
async fn a_rate_limit_is_one_in_every_format() {
    let cx = CallContext::default();
    for provider in providers() {
        let request = request("err429");
        let whole = provider.chat(&cx, &request).await.unwrap_err();
        let streamed = provider.stream(&cx, &request).await.err().unwrap();
        for error in [whole, streamed] {
            assert_eq!(error.kind(), ErrorKind::RateLimit, "{}: {error}", provider.name());
            assert_eq!(error.status(), Some(429), "{}", provider.name());
        }
    }
}

/// The adapters within the default layers, at a server that does this to some of their calls. It refuses at
/// random, so there is no limit that could be kept: without the one that learns it.
fn through_chaos(fault: &str, rate: &str, retry: &RetryLayer) -> Vec<Arc<dyn Provider>> {
    providers_with(&[(&format!("x-aimock-chaos-{fault}"), rate)])
        .into_iter()
        .map(|provider| Stack::new().with(retry.clone()).without(Place::RateLimit).layer(provider))
        .collect()
}

/// So many attempts that a call which fails half of the time does not fail a million times in a row of
/// test runs; without pauses, since what is tested is what comes of the attempts.
fn stubborn() -> RetryLayer {
    RetryLayer::new().with_attempts(40).without_delays().without_quota()
}

#[tokio::test]
async fn limits_drops_and_disconnects_are_survived() {
    for fault in ["ratelimit", "drop", "disconnect"] {
        for provider in through_chaos(fault, "0.5", &stubborn()) {
            for _ in 0..4 {
                for answer in both(&*provider, &request("hello")).await {
                    assert_eq!(answer.text(), TEXT, "{fault} at {}", provider.name());
                }
            }
        }
    }
}

/// A body that is no JSON may have been paid for, so it is not asked for again unless somebody says so.
#[tokio::test]
async fn malformed_answers_are_survived_where_asking_again_is_allowed() {
    let cx = CallContext::default();
    for provider in through_chaos("malformed", "0.5", &stubborn().also_on(ErrorKind::Protocol)) {
        for _ in 0..4 {
            for answer in both(&*provider, &request("hello")).await {
                assert_eq!(answer.text(), TEXT, "{}", provider.name());
            }
        }
    }
    for provider in through_chaos("malformed", "1", &RetryLayer::new()) {
        let whole = provider.chat(&cx, &request("hello")).await.unwrap_err();
        assert_eq!(whole.kind(), ErrorKind::Protocol, "{}: {whole}", provider.name());
    }
}

/// With nothing but faults a call ends after three attempts, in an error that says what it was.
#[tokio::test]
async fn what_fails_for_ever_ends_in_a_final_error_of_its_kind() {
    let cx = CallContext::default();
    let kinds = [
        ("ratelimit", ErrorKind::RateLimit),
        ("drop", ErrorKind::Server),
        ("disconnect", ErrorKind::Interrupted),
    ];
    for (fault, kind) in kinds {
        for provider in through_chaos(fault, "1", &RetryLayer::new().without_delays()) {
            let whole = provider.chat(&cx, &request("hello")).await.unwrap_err();
            let streamed = provider.stream(&cx, &request("hello")).await.err().unwrap();
            for error in [whole, streamed] {
                assert_eq!(error.kind(), kind, "{fault} at {}: {error}", provider.name());
                assert!(!error.is_retryable(), "it is final: {error}");
            }
        }
    }
}
