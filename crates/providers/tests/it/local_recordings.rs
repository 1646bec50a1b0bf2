//! What llama.cpp's server and aimock really answered. `expected.json` was made by another program
//! (Python, straight from the JSON) and holds what each answer says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use ziggurat_core::chat::{self, JsonSchema, ToolSpec};
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ErrorKind, Message};
use ziggurat_core::{Provider, ProviderError};

use crate::support::oracle::Expected;
use crate::support::provider;
use crate::support::recording::{Recording, Split};
use crate::support::server::Server;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}

fn recording(id: &str) -> Recording {
    Recording::read(&folder().join(format!("{id}.json")))
}

fn expected() -> BTreeMap<String, Value> {
    let text = std::fs::read_to_string(folder().join("expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Our request for what was asked when the answer was recorded.
fn asked(body: &Value) -> ChatRequest {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let messages = body["messages"].as_array().into_iter().flatten();
    let tools = body["tools"].as_array().into_iter().flatten().map(|tool| {
        let function = &tool["function"];
        let (name, description) = (text(&function["name"]), text(&function["description"]));
        ToolSpec::new(name, description, function["parameters"].clone())
    });
    let schema = body["response_format"]
        .get("json_schema")
        .map(|schema| JsonSchema { name: text(&schema["name"]), schema: schema["schema"].clone() });
    let max_tokens = body["max_tokens"].as_u64().map(|tokens| u32::try_from(tokens).unwrap());
    let mut messages: Vec<_> = messages.map(|m| Message::user(text(&m["content"]))).collect();
    if messages.is_empty() {
        // We send no request without any; what the server says to one is read all the same.
        messages.push(Message::user("hello"));
    }
    ChatRequest::new(text(&body["model"]), messages)
        .with_tools(tools)
        .with_response_schema(schema)
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
    let sent = serde_json::from_str(&server.received()[0].body).unwrap();
    (result, sent)
}

#[tokio::test]
async fn answers_are_read_as_they_were_meant_however_they_arrive() {
    let mut answers = 0;
    for (id, expected) in expected().into_iter().filter(|(_, e)| e.get("error").is_none()) {
        let recording = recording(&id);
        let reading: Expected = serde_json::from_value(expected.clone()).unwrap();
        for split in Split::ALL {
            let (answer, sent) = played(&recording, split).await;
            let answer = answer.unwrap_or_else(|error| panic!("{id} {split:?}: {error}"));
            reading.assert_answer(&id, &answer);
            assert_eq!(answer.model, expected["model"], "{id}");
            assert_eq!(answer.id.as_deref(), expected["id"].as_str(), "{id}");
            for (field, value) in sent.as_object().unwrap() {
                assert_eq!(value, &recording.request.body[field], "{id}: {field} as it was sent");
            }
        }
        answers += 1;
    }
    assert_eq!(answers, 12);
}

#[tokio::test]
async fn errors_are_classified() {
    let rows = [
        ("llamacpp.chat.error_400_context", ErrorKind::ContextLength, 400),
        ("llamacpp.chat.error_400_missing_messages", ErrorKind::InvalidRequest, 400),
        ("llamacpp.chat.error_401", ErrorKind::Auth, 401),
        ("aimock.chat.error_429", ErrorKind::RateLimit, 429),
    ];
    let expected = expected();
    for (id, kind, status) in rows {
        let (result, _) = played(&recording(id), Split::Whole).await;
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{id}");
        let message = expected[id]["error"].as_str().unwrap();
        assert!(kind == ErrorKind::Auth || error.message().contains(message), "{error}");
        let wait = error.retry_after().map(|wait| wait.as_secs());
        assert_eq!(wait, (kind == ErrorKind::RateLimit).then_some(1), "{id}");
    }
}
