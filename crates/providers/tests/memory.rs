//! How much memory a hostile stream can take. Alone in its process, so that nothing else is measured.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Message, Provider};
use ziggurat_providers::{OpenAi, ServerConfig};

const MIB: u64 = 1024 * 1024;

/// The most memory that this process has held, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

/// Answers with one event that never ends.
async fn flood(listener: TcpListener) {
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut request = vec![0; 4096];
    let _ = socket.read(&mut request).await.unwrap();
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: ";
    socket.write_all(head).await.unwrap();
    while socket.write_all(&[b'a'; 64 * 1024]).await.is_ok() {}
}

#[tokio::test]
async fn an_event_without_end_takes_no_more_than_its_bound() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let provider = OpenAi::new(ServerConfig::new("flood", url)).unwrap();
    let request = ChatRequest::new("m", [Message::user("hi")]);
    // What a first call needs once is no part of what the event takes.
    let warm_up = OpenAi::new(ServerConfig::new("nobody", "http://127.0.0.1:9/v1")).unwrap();
    assert!(warm_up.chat(&CallContext::default(), &request).await.is_err());
    tokio::spawn(flood(listener));
    let before = peak();
    let error = provider.stream(&CallContext::default(), &request).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    let grown = peak() - before;
    println!("grown by {:.3} MiB", grown as f64 / MIB as f64);
    assert!(grown <= 17 * MIB, "grown by {grown} bytes");
}
