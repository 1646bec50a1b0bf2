//! Clocks and sizes that protect the caller.

use std::time::{Duration, Instant};

use ziggurat_core::ErrorKind;
use ziggurat_providers::OpenAi;

use crate::support::server::{Act, Server, chunk, chunked_head, event, events_head, text_event};
use crate::support::{SOON, config, provider, streamed, whole};

const IDLE: Duration = Duration::from_millis(150);

async fn kind(script: Vec<Act>, stream: bool) -> ErrorKind {
    let server = Server::start([script]).await;
    let provider = OpenAi::new(config(&server).with_idle_timeout(IDLE)).unwrap();
    let began = Instant::now();
    let result = if stream { streamed(&provider).await } else { whole(&provider).await };
    assert!(began.elapsed() < SOON);
    result.unwrap_err().kind()
}

#[tokio::test]
async fn silence_is_a_timeout_before_and_within_an_answer() {
    let head = chunked_head(200, &[("content-type", "application/json")]);
    assert_eq!(kind(vec![Act::Hang], false).await, ErrorKind::Timeout);
    assert_eq!(kind(vec![head, chunk(b"{"), Act::Hang], false).await, ErrorKind::Timeout);
    assert_eq!(kind(vec![Act::Hang], true).await, ErrorKind::Timeout);
    let events = vec![events_head(), text_event("Hi"), Act::Hang];
    assert_eq!(kind(events, true).await, ErrorKind::Timeout);
}

#[tokio::test]
async fn a_slow_answer_that_goes_on_is_no_timeout() {
    let mut script = vec![events_head()];
    for _ in 0..6 {
        script.extend([text_event("a"), Act::Pause(IDLE / 3)]);
    }
    script.extend([event("[DONE]")]);
    let server = Server::start([script]).await;
    let provider = OpenAi::new(config(&server).with_idle_timeout(IDLE)).unwrap();
    assert_eq!(streamed(&provider).await.unwrap().text(), "aaaaaa");
}

#[tokio::test]
async fn a_body_without_end_is_given_up() {
    let flood = Act::Flood(vec![b' '; 1 << 16]);
    let chunks = Act::Flood([b"10000\r\n".as_slice(), &[b' '; 1 << 16], b"\r\n"].concat());
    // No length, a length that lies, chunks.
    let heads = ["", "content-length: 99999999999\r\n", "transfer-encoding: chunked\r\n"];
    for head in heads {
        let send = Act::Send(format!("HTTP/1.1 200 X\r\n{head}\r\n").into_bytes());
        let flood = if head.contains("chunked") { chunks.clone() } else { flood.clone() };
        let server = Server::start([vec![send, flood]]).await;
        let error = whole(&provider(&server)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{head}: {error}");
        assert!(error.message().contains("larger than 16 MiB"), "{error}");
        server.until_gone(1).await;
    }
}

#[tokio::test]
async fn the_body_of_an_error_without_end_still_is_that_error() {
    let head = Act::Send(b"HTTP/1.1 503 X\r\n\r\n".to_vec());
    let server = Server::start([vec![head, Act::Flood(vec![b'a'; 1 << 16])]]).await;
    let error = whole(&provider(&server)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    server.until_gone(1).await;
}

#[tokio::test]
async fn an_event_without_end_is_given_up() {
    let head = Act::Send(b"HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\n\r\n".to_vec());
    let line = [b"data: ".as_slice(), &[b'a'; 1 << 16], b"\n"].concat();
    for flood in [vec![b'a'; 1 << 16], line] {
        let server = Server::start([vec![head.clone(), Act::Flood(flood)]]).await;
        let error = streamed(&provider(&server)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
        assert!(error.message().contains("larger than 16 MiB"), "{error}");
        server.until_gone(1).await;
    }
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let head = Act::Send(b"HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\n\r\n".to_vec());
    let text = "a".repeat(1 << 18);
    let event = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n");
    let server = Server::start([vec![head, Act::Flood(event.into_bytes())]]).await;
    let error = streamed(&provider(&server)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    server.until_gone(1).await;
}

#[tokio::test]
async fn a_large_event_is_read_in_linear_time() {
    let text = "a".repeat(4 << 20);
    let event = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n");
    let mut script = vec![events_head()];
    script.extend(event.as_bytes().chunks(1024).map(chunk));
    script.push(crate::support::server::event("[DONE]"));
    let server = Server::start([script]).await;
    let began = Instant::now();
    assert_eq!(streamed(&provider(&server)).await.unwrap().text().len(), text.len());
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}
