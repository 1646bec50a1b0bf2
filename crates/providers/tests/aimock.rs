//! Every adapter against aimock, which speaks the formats of all vendors: somebody else's reading of them.
//! Its address is in `ZIGGURAT_AIMOCK_URL`; what it answers stands in its fixture file.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]
#![allow(clippy::print_stdout, reason = "a skipped test must say so")]

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use ziggurat_core::chat::{FinishReason, ToolSpec, collect};
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ErrorKind, Message, Provider};
use ziggurat_providers::{Anthropic, Gemini, Ollama, OpenAi, OpenAiResponses, ServerConfig};

const TEXT: &str = "Héllo from aimock 🙂 日本語 text.";

/// The adapters, each with the path at which aimock speaks its format.
fn providers() -> Vec<Arc<dyn Provider>> {
    let Ok(url) = std::env::var("ZIGGURAT_AIMOCK_URL") else {
        println!("SKIPPED: set ZIGGURAT_AIMOCK_URL to the address of an aimock server");
        return Vec::new();
    };
    let config = |name: &str, path: &str| {
        ServerConfig::new(name, format!("{url}{path}"))
            .with_key(secrecy::SecretString::from("sk-test"))
            .with_idle_timeout(Duration::from_secs(30))
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
