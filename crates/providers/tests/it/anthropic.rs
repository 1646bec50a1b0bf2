//! The adapter for Messages: what llama.cpp's server and aimock really answered, and what is asked of a
//! server and how. `expected_messages.json` was made by another program (Python, straight from the JSON)
//! and holds what each answer says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde_json::{Value, json};
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ErrorKind, Message, Provider, ProviderError, chat,
};
use ziggurat_providers::{Anthropic, ServerConfig};

use crate::support::CANARY;
use crate::support::recording::{Recording, Split};
use crate::support::server::{Act, Script, Server, answer, chunk, events_head, json, last_chunk};
use crate::traffic::anthropic::{intent, normal, reading};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}

fn recording(id: &str) -> Recording {
    Recording::read(&folder().join(format!("{id}.json")))
}

fn expected() -> BTreeMap<String, Value> {
    let text = std::fs::read_to_string(folder().join("expected_messages.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn at(base_url: &str) -> Anthropic {
    let key = SecretString::from(CANARY);
    Anthropic::new(ServerConfig::anthropic().with_base_url(base_url).with_key(key)).unwrap()
}

fn asked() -> ChatRequest {
    ChatRequest::new("tiny", [Message::user("hello there")])
}

async fn streamed(
    provider: &Anthropic,
    request: &ChatRequest,
) -> Result<ChatResponse, ProviderError> {
    let stream = provider.stream(&CallContext::default(), request).await?;
    chat::collect("test", stream, |_| {}).await
}

async fn played(
    recording: &Recording,
    split: Split,
) -> (Result<ChatResponse, ProviderError>, Value) {
    let server = Server::start([recording.script(split)]).await;
    let (provider, cx) = (at(&server.url()), CallContext::default());
    let request = intent(&recording.request.body, "");
    let result = match recording.is_streamed() {
        true => streamed(&provider, &request).await,
        false => provider.chat(&cx, &request).await,
    };
    (result, serde_json::from_str(&server.received()[0].body).unwrap())
}

#[tokio::test]
async fn answers_are_read_as_they_were_meant_however_they_arrive() {
    let mut answers = 0;
    for (id, expected) in expected().into_iter().filter(|(_, e)| e.get("finish").is_some()) {
        let recording = recording(&id);
        for split in Split::ALL {
            let (answer, sent) = played(&recording, split).await;
            let answer = answer.unwrap_or_else(|error| panic!("{id} {split:?}: {error}"));
            reading(&expected).assert_same(&id, &answer);
            assert_eq!(answer.model, expected["model"], "{id}");
            assert_eq!(answer.id.as_deref(), expected["id"].as_str(), "{id}");
            let stop_sequence = expected["stop_sequence"].as_str();
            assert_eq!(answer.stop_sequence.as_deref(), stop_sequence, "{id}");
            assert_eq!(normal(sent), normal(recording.request.body.clone()), "{id}");
        }
        answers += 1;
    }
    assert_eq!(answers, 5);
}

#[tokio::test]
async fn a_rate_limit_is_told_with_its_hint() {
    let (result, _) = played(&recording("aimock.messages.error_429"), Split::Whole).await;
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
    assert_eq!(error.code(), Some("rate_limit_error"));
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(1));
    assert!(error.message().contains("Rate limited"), "{error}");
}

#[tokio::test]
async fn tokens_are_counted_where_the_api_counts_them() {
    let id = "llamacpp.messages.count_tokens";
    let recording = recording(id);
    let server = Server::start([recording.script(Split::Whole)]).await;
    let request = intent(&recording.request.body, "")
        .with_max_tokens(7)
        .with_temperature(0.5)
        .with_extra("metadata", json!({"user_id": "u"}));
    let provider = at(&server.url());
    let count = provider.count_tokens(&CallContext::default(), &request).await.unwrap();
    assert_eq!(count, expected()[id]["count"].as_u64());
    let received = &server.received()[0];
    assert!(received.line.starts_with("POST /v1/messages/count_tokens "), "{}", received.line);
    let sent: Value = serde_json::from_str(&received.body).unwrap();
    assert_eq!(normal(sent), normal(recording.request.body.clone()));
}

#[tokio::test]
async fn the_key_and_the_version_are_headers_and_the_base_url_may_hold_v1() {
    let message = r#"{"type":"message","model":"m","content":[],"stop_reason":"end_turn"}"#;
    let server = Server::start([json(200, message)]).await;
    for base_url in [server.url(), server.url() + "/", server.url() + "/v1", server.url() + "/v1/"]
    {
        at(&base_url).chat(&CallContext::default(), &asked()).await.unwrap();
    }
    let received = server.received();
    assert_eq!(received.len(), 4);
    for request in received {
        assert_eq!(request.line, "POST /v1/messages HTTP/1.1");
        let head = request.head.to_ascii_lowercase();
        for header in [&format!("x-api-key: {CANARY}"), "anthropic-version: 2023-06-01"] {
            assert_eq!(head.matches(header).count(), 1, "{head}");
        }
        assert!(!head.contains("authorization"), "{head}");
    }
}

#[tokio::test]
async fn the_list_of_models_tells_their_limits() {
    let list = r#"{"data":[{"type":"model","id":"claude-haiku-5-5","display_name":"Claude",
        "max_input_tokens":1000000,"max_tokens":128000},{"id":"old","max_tokens":null}],
        "has_more":false,"first_id":"claude-haiku-5-5","last_id":"old"}"#;
    let server = Server::start([json(200, list)]).await;
    let models = at(&server.url()).models(&CallContext::default()).await.unwrap();
    let limits: Vec<_> = models
        .iter()
        .map(|model| (model.id.as_str(), model.max_input_tokens, model.max_output_tokens))
        .collect();
    let expected = [("claude-haiku-5-5", Some(1_000_000), Some(128_000)), ("old", None, None)];
    assert_eq!(limits, expected);
    assert_eq!(server.received()[0].line, "GET /v1/models?limit=1000 HTTP/1.1");
}

#[tokio::test]
async fn a_model_beyond_a_page_of_the_list_may_be_there() {
    let list = |more: bool| json(200, &format!(r#"{{"data":[{{"id":"a"}}],"has_more":{more}}}"#));
    let server = Server::start([list(true), list(true), list(false)]).await;
    let provider = at(&server.url());
    let cx = CallContext::default();
    assert_eq!(provider.model(&cx, "b").await.unwrap().id, "b");
    let error = provider.model(&cx, "b").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
}

fn events(data: &[&str]) -> Script {
    let mut script = vec![events_head()];
    script.extend(data.iter().map(|data| chunk(format!("data: {data}\n\n").as_bytes())));
    script.push(last_chunk());
    script
}

const TEXT: &str =
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#;
const STOP: &str = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#;
const END: &str = r#"{"type":"message_stop"}"#;

#[tokio::test]
async fn errors_within_a_stream_have_the_status_that_their_type_means() {
    let rows = [
        ("overloaded_error", ErrorKind::Server, 529),
        ("rate_limit_error", ErrorKind::RateLimit, 429),
        ("timeout_error", ErrorKind::Timeout, 504),
        ("api_error", ErrorKind::Server, 500),
    ];
    for (name, kind, status) in rows {
        let error = format!(r#"{{"type":"error","error":{{"type":"{name}","message":"m"}}}}"#);
        for script in [events(&[&error]), events(&[TEXT, &error])] {
            let server = Server::start([script]).await;
            let error = streamed(&at(&server.url()), &asked()).await.unwrap_err();
            assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{error}");
            assert_eq!(error.code(), Some(name));
        }
    }
}

#[tokio::test]
async fn only_message_stop_ends_a_stream() {
    let server = Server::start([events(&[TEXT, STOP]), events(&[TEXT, STOP, END])]).await;
    let provider = at(&server.url());
    let error = streamed(&provider, &asked()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(streamed(&provider, &asked()).await.unwrap().text(), "Hi");
}

#[tokio::test]
async fn the_connection_is_closed_after_the_end_even_if_the_server_goes_on() {
    let mut script = events(&[TEXT, STOP, END]);
    script.pop();
    script.push(Act::Hang);
    let server = Server::start([script]).await;
    assert_eq!(streamed(&at(&server.url()), &asked()).await.unwrap().text(), "Hi");
    server.until_gone(1).await;
}

#[tokio::test]
async fn the_id_of_the_request_is_kept_from_header_and_body() {
    let headers = [("content-type", "application/json"), ("request-id", "req_1")];
    let message = r#"{"content":[],"stop_reason":"end_turn"}"#;
    let refused = r#"{"type":"error","error":{"type":"api_error"},"request_id":"req_2"}"#;
    let server = Server::start([answer(200, &headers, message), json(500, refused)]).await;
    let (provider, cx) = (at(&server.url()), CallContext::default());
    let answer = provider.chat(&cx, &asked()).await.unwrap();
    assert_eq!(answer.request_id.as_deref(), Some("req_1"));
    let error = provider.chat(&cx, &asked()).await.unwrap_err();
    assert_eq!(error.request_id(), Some("req_2"));
}
