//! Ollama's own API over real sockets: what aimock really answered, streams that end otherwise, and what a
//! server says about its models.

use std::path::Path;

use serde_json::{Value, json};
use ziggurat_core::chat::{self, FinishReason};
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ErrorKind, Message, ModelInfo};
use ziggurat_core::{Price, Provider, ProviderError};
use ziggurat_providers::{Ollama, ServerConfig};

use crate::support::CANARY;
use crate::support::recording::{Recording, Split};
use crate::support::server::{Act, Script, Server, chunk, chunked_head, json, last_chunk};

const TAGS: &str = r#"{"models":[{"name":"llama3.2:latest","model":"llama3.2:latest",
    "details":{"context_length":131072}},{"name":"nomic-embed-text:latest"}]}"#;
const SHOWN: &str = r#"{"parameters":"stop \"x\"\nnum_ctx    8192","capabilities":["completion","tools"],
    "model_info":{"general.architecture":"llama","llama.context_length":131072}}"#;
const PIECE: &str = r#"{"model":"m","message":{"role":"assistant","content":"Hi"},"done":false}"#;
const DONE: &str =
    r#"{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}"#;

fn provider(server: &Server) -> Ollama {
    Ollama::new(ServerConfig::ollama().with_base_url(server.url())).unwrap()
}

fn hello(model: &str) -> ChatRequest {
    ChatRequest::new(model, [Message::user("hello")])
}

async fn streamed(server: &Server, model: &str) -> Result<ChatResponse, ProviderError> {
    let stream = provider(server).stream(&CallContext::default(), &hello(model)).await?;
    chat::collect("test", stream, |_| {}).await
}

fn lines(lines: &[&str], end: Option<Act>) -> Script {
    let head = chunked_head(200, &[("content-type", "application/x-ndjson")]);
    let lines = lines.iter().map(|line| chunk(format!("{line}\n").as_bytes()));
    [head].into_iter().chain(lines).chain(end).collect()
}

#[tokio::test]
async fn what_aimock_streams_is_read_however_it_arrives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let recording = Recording::read(&folder.join("aimock.ollama.stream_text.json"));
    for split in Split::ALL {
        let server = Server::start([recording.script(split)]).await;
        let answer = streamed(&server, "llama3.2").await.unwrap();
        assert_eq!(answer.text(), "Héllo from aimock 🙂 日本語 text.", "{split:?}");
        assert_eq!((answer.finish, answer.model.as_str()), (FinishReason::Stop, "llama3.2"));
        let usage = answer.usage;
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(0), Some(0)));
        let received = &server.received()[0];
        assert_eq!(received.line, "POST /api/chat HTTP/1.1");
        let mut sent: Value = serde_json::from_str(&received.body).unwrap();
        assert_eq!(sent.as_object_mut().unwrap().remove("stream"), Some(json!(true)));
        assert_eq!(sent, recording.request.body);
    }
}

#[tokio::test]
async fn only_an_answer_that_is_done_has_an_end() {
    for end in [Some(last_chunk()), Some(Act::Reset), Some(Act::Hang), None] {
        // Once it is done, nothing else matters.
        let server = Server::start([lines(&[PIECE, DONE], end.clone())]).await;
        assert_eq!(streamed(&server, "m").await.unwrap().text(), "Hi", "{end:?}");
    }
    for end in [Some(last_chunk()), Some(Act::Reset), None] {
        for sent in [&[][..], &[PIECE], &[PIECE, "{}"]] {
            let server = Server::start([lines(sent, end.clone())]).await;
            let error = streamed(&server, "m").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{sent:?} {end:?}");
        }
    }
}

#[tokio::test]
async fn a_last_line_without_its_end_is_a_line() {
    let head = chunked_head(200, &[("content-type", "application/x-ndjson")]);
    let text = format!("{PIECE}\n\n{DONE}");
    let server = Server::start([vec![head, chunk(text.as_bytes()), last_chunk()]]).await;
    assert_eq!(streamed(&server, "m").await.unwrap().text(), "Hi");
}

#[tokio::test]
async fn an_error_in_place_of_a_line_is_the_answer_s_end() {
    let error = r#"{"error":"an error was encountered while running the model: unexpected EOF"}"#;
    let remote = r#"{"StatusCode":429,"Status":"429 Too Many Requests","error":"slow down"}"#;
    for (line, kind, status) in
        [(error, ErrorKind::Server, None), (remote, ErrorKind::RateLimit, Some(429))]
    {
        for sent in [&[line][..], &[PIECE, line, DONE]] {
            let server = Server::start([lines(sent, Some(Act::Hang))]).await;
            let error = streamed(&server, "m").await.unwrap_err();
            assert_eq!((error.kind(), error.status()), (kind, status), "{sent:?}");
        }
    }
}

#[tokio::test]
async fn nonsense_in_a_stream_is_a_protocol_error() {
    for nonsense in [&b"{"[..], b"7", b"data: {}", b"\"\xff\""] {
        let line = chunk(&[nonsense, b"\n"].concat());
        let script = [lines(&[PIECE], None), vec![line, last_chunk()]].concat();
        let server = Server::start([script]).await;
        let error = streamed(&server, "m").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{nonsense:?}");
    }
}

#[tokio::test]
async fn refusals_are_classified() {
    for (status, body, kind) in [
        (404, r#"{"error":"model 'm' not found"}"#, ErrorKind::ModelNotFound),
        (400, r#"{"error":"library/m:latest does not support tools"}"#, ErrorKind::Unsupported),
        (400, r#"{"error":"\"m\" does not support thinking"}"#, ErrorKind::Unsupported),
        (400, r#"{"error":"invalid options"}"#, ErrorKind::InvalidRequest),
        (401, r#"{"error":"unauthorized","signin_url":"https://ollama.com/c"}"#, ErrorKind::Auth),
        (500, r#"{"error":"model requires more system memory"}"#, ErrorKind::Server),
        (200, r#"{"error":"it broke"}"#, ErrorKind::Server),
        (200, r#"{"message":{"content":"Hi"},"done":false}"#, ErrorKind::Interrupted),
        (200, "<html>", ErrorKind::Protocol),
    ] {
        let server = Server::start([json(status, body)]).await;
        let error = provider(&server).chat(&CallContext::default(), &hello("m")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{body}");
    }
}

async fn model(
    scripts: impl IntoIterator<Item = Script>,
    name: &str,
) -> (Result<ModelInfo, ProviderError>, Vec<String>) {
    let server = Server::start(scripts).await;
    let result = provider(&server).model(&CallContext::default(), name).await;
    (result, server.received().into_iter().map(|request| request.line).collect())
}

#[tokio::test]
async fn a_model_is_asked_about_under_the_name_that_was_given() {
    let (info, asked) = model([json(200, TAGS), json(200, SHOWN)], "llama3.2").await;
    let info = info.unwrap();
    assert_eq!(info.name(), "ollama/llama3.2");
    // Neither what the list says nor what it was trained for: what a call gets.
    assert_eq!((info.context_tokens, info.max_input_tokens), (Some(8192), None));
    assert_eq!((info.tools, info.vision, info.reasoning), (Some(true), Some(false), Some(false)));
    assert_eq!((info.price, info.json_schema), (Some(Price::FREE), Some(true)));
    assert_eq!(asked, ["GET /api/tags HTTP/1.1", "POST /api/show HTTP/1.1"]);
}

#[tokio::test]
async fn a_server_that_does_not_say_what_a_model_can_do_is_no_error() {
    for script in [
        json(404, "404 page not found"),
        json(404, r#"{"error":{"message":"Not Found"}}"#),
        json(403, "{}"),
        json(500, "{}"),
        json(200, "<html>"),
        json(200, "{}"),
        vec![Act::Reset],
    ] {
        let (info, _) = model([json(200, TAGS), script.clone()], "llama3.2").await;
        let info = info.unwrap_or_else(|error| panic!("{script:?}: {error}"));
        assert_eq!((info.tools, info.context_tokens, info.price), (None, None, Some(Price::FREE)));
    }
}

#[tokio::test]
async fn a_model_that_is_not_there_or_does_not_chat_is_an_error() {
    let (error, asked) = model([json(200, TAGS)], "llama9").await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), asked.len()), (ErrorKind::ModelNotFound, 1));
    let gone = json(404, r#"{"error":"model 'llama9' not found"}"#);
    let (error, _) = model([json(200, r#"{"models":[]}"#), gone], "llama9").await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::ModelNotFound);
    let embeds = json(200, r#"{"capabilities":["embedding"]}"#);
    let (error, _) = model([json(200, TAGS), embeds], "nomic-embed-text").await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("`nomic-embed-text` does not chat"), "{error}");
}

#[tokio::test]
async fn a_model_of_the_cloud_need_not_be_listed_and_has_no_known_price() {
    let shown = r#"{"capabilities":["completion","thinking"],"remote_host":"https://ollama.com:443",
        "model_info":{"general.architecture":"glm","glm.context_length":202752}}"#;
    let (info, _) = model([json(200, TAGS), json(200, shown)], "glm-5:cloud").await;
    let info = info.unwrap();
    assert_eq!((info.context_tokens, info.price), (Some(202_752), None));
    assert_eq!((info.json_schema, info.reasoning), (Some(false), Some(true)));
    let unauthorized = json(401, r#"{"error":"unauthorized","signin_url":"https://ollama.com/c"}"#);
    let (error, _) = model([json(200, TAGS), unauthorized], "glm-5:cloud").await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.message().contains("`ollama signin`"), "{error}");
}

#[tokio::test]
async fn an_address_of_the_compatible_side_means_the_server() {
    for side in ["", "/", "/v1", "/v1/", "/api"] {
        let server = Server::start([json(200, TAGS)]).await;
        let config = ServerConfig::ollama().with_base_url(format!("{}{side}", server.url()));
        let models = Ollama::new(config).unwrap().models(&CallContext::default()).await.unwrap();
        assert_eq!(models[0].name(), "ollama/llama3.2:latest");
        assert_eq!((models[0].context_tokens, models[0].price), (None, Some(Price::FREE)));
        assert_eq!(server.received()[0].line, "GET /api/tags HTTP/1.1", "{side}");
    }
}

#[tokio::test]
async fn a_key_that_nobody_looks_at_is_not_said_to_be_checked() {
    let server = Server::start([json(200, TAGS), json(200, TAGS), json(200, SHOWN)]).await;
    let config = ServerConfig::ollama().with_base_url(server.url());
    let config = config.with_key(secrecy::SecretString::from(CANARY));
    let info =
        Ollama::new(config).unwrap().model(&CallContext::default(), "llama3.2").await.unwrap();
    assert_eq!((info.key_checked, info.tools), (Some(false), Some(true)));
    let has_key: Vec<_> = server.received().iter().map(|r| r.head.contains(CANARY)).collect();
    assert_eq!(has_key, [true, false, true]);
}
