//! Refusals and broken connections, and what they are called.

use std::time::Duration;

use ziggurat_core::chat::Image;
use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Message, Provider};
use ziggurat_providers::{Anthropic, Gemini, Ollama, OpenAi, OpenAiResponses, ServerConfig};

use crate::support::server::{
    Act, Server, answer, chunk, chunked_head, finish_event, json, last_chunk, text_event,
};
use crate::support::{config, provider, request, streamed, whole};

#[tokio::test]
async fn a_refused_key_is_told_by_its_variable_and_a_missing_one_too() {
    let body = r#"{"error":{"message":"Incorrect API key provided: sk-c*******9c2e"}}"#;
    let server = Server::start([json(401, body)]).await;
    let error = whole(&provider(&server)).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(401)));
    assert_eq!(error.message(), "the key in TEST_KEY was refused");
    let without = OpenAi::new(config(&server).with_key(None)).unwrap();
    let error = streamed(&without).await.unwrap_err();
    assert_eq!(error.message(), "no key: set TEST_KEY");
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back() {
    let headers = [("retry-after", "7"), ("x-request-id", "req_1")];
    let server = Server::start([answer(429, &headers, r#"{"error":{"message":"slow"}}"#)]).await;
    for error in [whole(&provider(&server)).await, streamed(&provider(&server)).await] {
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimit);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(error.request_id(), Some("req_1"));
        assert_eq!(error.message(), "HTTP 429: slow");
    }
}

#[tokio::test]
async fn a_page_instead_of_an_error_is_quoted_briefly() {
    let page = format!("<html>\u{1b}[31mBad gateway{}", " ".repeat(500) + "end");
    let server = Server::start([answer(502, &[], &page)]).await;
    let error = whole(&provider(&server)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert!(error.message().starts_with("HTTP 502: <html>\\u{1b}[31mBad"), "{error}");
    assert!(error.message().chars().count() < 250, "{error}");
}

#[tokio::test]
async fn a_redirect_is_an_error_and_carries_the_key_nowhere() {
    for status in [301, 302, 307, 308] {
        let other = Server::start([json(200, "{}")]).await;
        let location = format!("{}/chat/completions", other.base_url());
        let server = Server::start([answer(status, &[("location", &location)], "")]).await;
        let error = whole(&provider(&server)).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, Some(status)));
        assert!(error.message().contains("redirects are not followed"), "{error}");
        assert!(error.message().contains(&location), "{error}");
        assert_eq!(server.received().len(), 1);
        assert!(other.received().is_empty());
    }
}

#[tokio::test]
async fn nobody_listening_is_connect() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", closed.local_addr().unwrap());
    drop(closed);
    let provider = OpenAi::new(ServerConfig::openai().with_base_url(&base_url)).unwrap();
    let error = whole(&provider).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.message().contains(&base_url), "{error}");
    assert!(error.message().to_lowercase().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_connect() {
    let config = ServerConfig::openai().with_base_url("http://ziggurat.invalid/v1");
    let error = whole(&OpenAi::new(config).unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
}

#[tokio::test]
async fn no_tls_at_the_other_end_is_connect() {
    let server = Server::start([vec![Act::Send(b"HTTP/1.1 400 X\r\n\r\n".to_vec())]]).await;
    let base_url = server.base_url().replace("http://", "https://");
    // Without any certificates on this machine the provider cannot be made: also an early error.
    let Ok(provider) = OpenAi::new(config(&server).with_base_url(base_url)) else { return };
    let connecting = tokio::time::timeout(crate::support::SOON, whole(&provider));
    assert_eq!(connecting.await.unwrap().unwrap_err().kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn a_connection_that_breaks_after_sending_is_interrupted() {
    let head = chunked_head(200, &[("content-type", "application/json")]);
    let half = chunk(br#"{"choices":[{"message":"#);
    let scripts =
        [vec![], vec![Act::Reset], vec![head.clone(), half.clone()], vec![head, half, Act::Reset]];
    for script in scripts {
        let server = Server::start([script.clone()]).await;
        let error = whole(&provider(&server)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{script:?}: {error}");
        assert_eq!(server.received().len(), 1, "one call is one attempt");
    }
}

#[tokio::test]
async fn what_is_no_completion_is_a_protocol_error_with_an_excerpt() {
    for body in ["<html>\u{7}", "{}", r#"{"choices":[]}"#, r#"{"choices":"x"}"#, "", "[1]"] {
        let server = Server::start([json(200, body)]).await;
        let error = whole(&provider(&server)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
        assert!(!error.message().contains('\u{7}'), "{error}");
    }
}

#[tokio::test]
async fn an_error_in_a_successful_answer_is_that_error() {
    let server = Server::start([json(200, r#"{"error":{"code":429,"message":"slow"}}"#)]).await;
    for result in [whole(&provider(&server)).await, streamed(&provider(&server)).await] {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_read_whole() {
    let body = r#"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#;
    let server = Server::start([json(200, body)]).await;
    let answer = streamed(&provider(&server)).await.unwrap();
    assert_eq!((answer.text().as_str(), answer.model.as_str()), ("Hi", "tiny"));
}

#[tokio::test]
async fn a_page_in_place_of_a_stream_is_no_cut_answer() {
    let page = "\u{feff}\r\n<!DOCTYPE html><title>Log in</title>";
    let (html, text) = ("text/html; charset=utf-8", "Please log in: ");
    let kinds =
        [Some(html), Some("Text/HTML"), Some("text/event-stream"), Some("text/plain"), None];
    let pages = kinds.map(|kind| (kind, page)).into_iter().chain([(Some(html), text)]);
    for (kind, page) in pages {
        let headers: Vec<_> = kind.iter().map(|kind| ("content-type", *kind)).collect();
        let mut script = vec![chunked_head(200, &headers)];
        // A byte at a time, so that nothing hangs on what arrives together.
        script.extend(page.as_bytes().chunks(1).map(chunk));
        script.push(last_chunk());
        let server = Server::start([script]).await;
        let error = streamed(&provider(&server)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{kind:?}: {error}");
        let (_, shown) = error.message().split_once('`').unwrap();
        assert!(shown.to_lowercase().contains("log in"), "{kind:?}: {error}");
    }
    let script = vec![chunked_head(200, &[("content-type", html)]), chunk(page.as_bytes())];
    let server = Server::start([[script, vec![last_chunk()]].concat()]).await;
    let config = ServerConfig::ollama().with_base_url(server.url());
    let ollama = Ollama::new(config).unwrap();
    let error = ollama.stream(&CallContext::default(), &request()).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

#[tokio::test]
async fn a_stream_under_a_wrong_type_or_after_blanks_is_a_stream() {
    for kind in ["text/plain", "application/octet-stream", ""] {
        let head = chunked_head(200, &[("content-type", kind)]);
        let blanks = chunk(&b"\n".repeat(2000));
        let script = vec![head, blanks, text_event("Hi"), finish_event(), last_chunk()];
        let server = Server::start([script]).await;
        assert_eq!(streamed(&provider(&server)).await.unwrap().text(), "Hi", "{kind}");
    }
}

#[tokio::test]
async fn what_no_api_takes_is_not_sent() {
    let server = Server::start([json(200, "{}")]).await;
    let picture = Message::user("Look:").with_images([Image::base64("nonsense", "QQ==")]);
    let config = || config(&server);
    let providers: [Box<dyn Provider>; 5] = [
        Box::new(OpenAi::new(config()).unwrap()),
        Box::new(OpenAiResponses::new(config()).unwrap()),
        Box::new(Anthropic::new(config()).unwrap()),
        Box::new(Gemini::new(config()).unwrap()),
        Box::new(Ollama::new(config()).unwrap()),
    ];
    let cx = CallContext::default();
    for messages in [vec![], vec![picture]] {
        let request = ChatRequest::new("m", messages);
        for provider in &providers {
            let whole = provider.chat(&cx, &request).await.unwrap_err();
            let streamed = provider.stream(&cx, &request).await.err().unwrap();
            for error in [whole, streamed] {
                assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
            }
        }
    }
    assert_eq!(server.received().len(), 0);
}

#[tokio::test]
async fn what_is_sent_bears_the_key_and_our_name() {
    let server = Server::start([json(401, "{}")]).await;
    let _ = provider(&server).chat(&CallContext::default(), &request()).await;
    let received = &server.received()[0];
    assert_eq!(received.line, "POST /v1/chat/completions HTTP/1.1");
    let head = received.head.to_lowercase();
    let version = env!("CARGO_PKG_VERSION");
    assert!(head.contains(&format!("user-agent: ziggurat/{version}")), "{head}");
    assert!(head.contains(&format!("authorization: bearer {}", crate::support::CANARY)), "{head}");
}
