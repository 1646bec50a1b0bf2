//! Gemini's adapter over real sockets: where its requests go, what they bear, and what comes back.

use std::path::Path;

use serde_json::{Value, json};
use ziggurat_core::chat::{self, FinishReason};
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ErrorKind, Message, Usage};
use ziggurat_core::{Provider, ProviderError};
use ziggurat_providers::{Gemini, ServerConfig};

use crate::support::CANARY;
use crate::support::recording::{Recording, Split};
use crate::support::server::{self, Server, event, events_head, last_chunk};

fn provider(server: &Server) -> Gemini {
    let config = ServerConfig::gemini()
        .with_base_url(format!("{}/v1beta", server.url()))
        .with_key(secrecy::SecretString::from(CANARY));
    Gemini::new(config).unwrap()
}

fn request() -> ChatRequest {
    ChatRequest::new("gemini-2.5-flash", [Message::user("hello")])
}

async fn streamed(server: &Server) -> Result<ChatResponse, ProviderError> {
    let stream = provider(server).stream(&CallContext::default(), &request()).await?;
    chat::collect("test", stream, |_| {}).await
}

async fn whole(server: &Server) -> Result<ChatResponse, ProviderError> {
    provider(server).chat(&CallContext::default(), &request()).await
}

fn piece(text: &str) -> Value {
    json!({"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}]})
}

fn last_piece(text: &str) -> Value {
    let mut piece = piece(text);
    piece["candidates"][0]["finishReason"] = json!("STOP");
    piece
}

#[tokio::test]
async fn aimock_s_answer_is_read_as_it_was_meant_however_it_arrives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let recording = Recording::read(&folder.join("aimock.gemini.stream_text.json"));
    for split in Split::ALL {
        let server = Server::start([recording.script(split)]).await;
        let answer = streamed(&server).await.unwrap();
        assert_eq!(answer.text(), "Héllo from aimock 🙂 日本語 text.", "{split:?}");
        assert_eq!(answer.finish, FinishReason::Stop);
        let mut usage = Usage::UNKNOWN;
        (usage.input_tokens, usage.output_tokens) = (Some(0), Some(0));
        assert_eq!(answer.usage, usage);
        let sent = &server.received()[0];
        assert_eq!(sent.line, format!("POST {} HTTP/1.1", recording.request.path));
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        assert_eq!(body, recording.request.body);
        assert!(sent.head.contains(&format!("x-goog-api-key: {CANARY}")), "{}", sent.head);
        assert!(!sent.head.to_lowercase().contains("authorization"), "{}", sent.head);
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_may_answer_with_a_list() {
    let list = json!([piece("Hi"), last_piece(" there")]);
    let server = Server::start([server::json(200, &list.to_string())]).await;
    assert_eq!(streamed(&server).await.unwrap().text(), "Hi there");
}

#[tokio::test]
async fn a_stream_that_ends_without_a_reason_is_an_error() {
    let script = vec![events_head(), event(&piece("Hi").to_string()), last_chunk()];
    let error = streamed(&Server::start([script]).await).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
}

#[tokio::test]
async fn an_error_within_a_stream_is_classified_with_its_hint() {
    let error = json!([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "slow",
        "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}]}}]);
    let events = [piece("Hi"), error].map(|data| event(&data.to_string()));
    let script = [events_head()].into_iter().chain(events).chain([last_chunk()]).collect();
    let error = streamed(&Server::start([script]).await).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
    assert_eq!(error.code(), Some("RESOURCE_EXHAUSTED"));
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(7));
}

#[tokio::test]
async fn a_refused_key_is_told_by_its_variable() {
    let body = json!({"error": {"code": 400, "status": "INVALID_ARGUMENT",
        "message": format!("API key not valid: {CANARY}"),
        "details": [{"reason": "API_KEY_INVALID", "domain": "googleapis.com"}]}});
    let server = Server::start([server::json(400, &body.to_string())]).await;
    for error in [
        whole(&server).await.unwrap_err(),
        provider(&server).model(&CallContext::default(), "gemini-2.5-flash").await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.code()), (ErrorKind::Auth, Some("API_KEY_INVALID")));
        assert!(error.message().contains("GEMINI_API_KEY"), "{error}");
        assert!(!format!("{error:?}").contains(CANARY), "{error:?}");
    }
}

#[tokio::test]
async fn models_are_listed_with_their_limits() {
    let page = |token: &str| {
        let list = json!({"nextPageToken": token, "models": [
            {"name": "models/gemini-2.5-flash", "inputTokenLimit": 1048576,
             "outputTokenLimit": 65536, "supportedGenerationMethods": ["generateContent"]},
            {"name": "models/gemini-embedding-2", "supportedGenerationMethods": ["embedContent"]}]});
        server::json(200, &list.to_string())
    };
    let cx = CallContext::default();
    let server = Server::start([page("")]).await;
    let models = provider(&server).models(&cx).await.unwrap();
    let names: Vec<_> = models.iter().map(|info| info.name()).collect();
    assert_eq!(names, ["gemini/gemini-2.5-flash"]);
    let info = provider(&server).model(&cx, "models/gemini-2.5-flash").await.unwrap();
    assert_eq!(info.max_input_tokens, Some(1_048_576));
    assert_eq!((info.max_output_tokens, info.context_tokens), (Some(65_536), None));
    assert_eq!(server.received()[0].line, "GET /v1beta/models?pageSize=1000 HTTP/1.1");
    let error = provider(&server).model(&cx, "gemini-2.5-flush").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
    assert!(error.message().contains("gemini-2.5-flash"), "{error}");
    let server = Server::start([page("more")]).await;
    let info = provider(&server).model(&cx, "gemini-2.5-flush").await.unwrap();
    assert_eq!(info.max_input_tokens, None);
}

#[tokio::test]
async fn tokens_are_counted_by_the_server() {
    let server = Server::start([server::json(200, r#"{"totalTokens":31}"#)]).await;
    let count = provider(&server).count_tokens(&CallContext::default(), &request()).await;
    assert_eq!(count.unwrap(), Some(31));
    let sent = &server.received()[0];
    assert_eq!(sent.line, "POST /v1beta/models/gemini-2.5-flash:countTokens HTTP/1.1");
    let body: Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!(body["generateContentRequest"]["model"], "models/gemini-2.5-flash");
    let server = Server::start([server::json(200, "{}")]).await;
    let count = provider(&server).count_tokens(&CallContext::default(), &request()).await;
    assert_eq!(count.unwrap_err().kind(), ErrorKind::Protocol);
}
