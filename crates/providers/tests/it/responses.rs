//! Responses over real sockets: what llama.cpp's server and aimock really answered, and what the API
//! cannot do. `expected_responses.json` was made by another program (Python, from the pieces of the
//! streams and not from their ends).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use ziggurat_core::chat::{self, ToolSpec};
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ErrorKind, Message, Provider, ProviderError,
};
use ziggurat_providers::OpenAiResponses;

use crate::support::config;
use crate::support::oracle::Expected;
use crate::support::recording::{Recording, Split};
use crate::support::server::{Server, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}

fn provider(server: &Server) -> OpenAiResponses {
    OpenAiResponses::new(config(server)).unwrap()
}

/// Our request for what was asked when the answer was recorded.
fn asked(body: &Value) -> ChatRequest {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let tools = body["tools"].as_array().into_iter().flatten().map(|tool| {
        let (name, description) = (text(&tool["name"]), text(&tool["description"]));
        ToolSpec::new(name, description, tool["parameters"].clone())
    });
    let max_tokens = body["max_output_tokens"].as_u64().map(|n| u32::try_from(n).unwrap());
    ChatRequest::new(text(&body["model"]), [Message::user(text(&body["input"]))])
        .with_tools(tools)
        .with_max_tokens(max_tokens)
}

async fn played(
    recording: &Recording,
    split: Split,
) -> (Result<ChatResponse, ProviderError>, Value) {
    let server = Server::start([recording.script(split)]).await;
    let (provider, cx) = (provider(&server), CallContext::default());
    let request = asked(&recording.request.body);
    let result = if recording.is_streamed() {
        match provider.stream(&cx, &request).await {
            Ok(stream) => chat::collect("test", stream, |_| {}).await,
            Err(error) => Err(error),
        }
    } else {
        provider.chat(&cx, &request).await
    };
    let received = &server.received()[0];
    assert_eq!(received.line, "POST /v1/responses HTTP/1.1");
    (result, serde_json::from_str(&received.body).unwrap())
}

#[tokio::test]
async fn answers_are_read_as_they_were_meant_however_they_arrive() {
    let text = std::fs::read_to_string(folder().join("expected_responses.json")).unwrap();
    let expected: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(expected.len(), 3);
    for (id, expected) in expected {
        let recording = Recording::read(&folder().join(format!("{id}.json")));
        let reading: Expected = serde_json::from_value(expected.clone()).unwrap();
        for split in Split::ALL {
            let (answer, sent) = played(&recording, split).await;
            let answer = answer.unwrap_or_else(|error| panic!("{id} {split:?}: {error}"));
            reading.assert_answer(&id, &answer);
            assert_eq!(answer.model, expected["model"], "{id}");
            assert_eq!(answer.id.as_deref(), expected["id"].as_str(), "{id}");
            assert_eq!(sent["input"][0]["content"], recording.request.body["input"], "{id}");
            for field in ["model", "tools", "max_output_tokens", "stream"] {
                assert_eq!(sent[field], recording.request.body[field], "{id}: {field}");
            }
        }
    }
}

#[tokio::test]
async fn what_the_api_cannot_do_is_said_without_asking_the_server() {
    let server = Server::start([json(200, "{}")]).await;
    let request = ChatRequest::new("m", [Message::user("hi")]).with_seed(1);
    let error = provider(&server).chat(&CallContext::default(), &request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_compatible_server_is_not_asked_to_count() {
    let server = Server::start([json(200, r#"{"input_tokens":3}"#)]).await;
    let request = ChatRequest::new("m", [Message::user("hi")]);
    let count = provider(&server).count_tokens(&CallContext::default(), &request).await.unwrap();
    assert_eq!(count, None);
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_key_that_xai_refuses_is_told_by_its_variable() {
    let body = r#"{"code":"invalid-argument","error":"Incorrect API key provided. Get one."}"#;
    let server = Server::start([json(400, body)]).await;
    let request = ChatRequest::new("m", [Message::user("hi")]);
    let error = provider(&server).chat(&CallContext::default(), &request).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(400)));
    assert_eq!(error.message(), "the key in TEST_KEY was refused");
}
