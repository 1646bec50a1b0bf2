//! A client that changes nothing of what it receives.

use std::io;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use ziggurat_testkit::server::FakeServer;

/// Headers that belong to the shape of an answer.
const SHOWN: [&str; 5] =
    ["content-type", "x-request-id", "request-id", "retry-after", "retry-after-ms"];

/// Sends a request and leaves its answer unread.
pub(crate) async fn send(
    server: &FakeServer,
    target: &str,
    headers: &str,
    body: Option<&Value>,
) -> io::Result<TcpStream> {
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.map(Value::to_string).unwrap_or_default();
    let address = server.url().replace("http://", "");
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let mut socket = TcpStream::connect(address).await?;
    socket.write_all((head + &body).as_bytes()).await?;
    Ok(socket)
}

/// All bytes of the answer; none if the connection closes without one.
pub(crate) async fn bytes(mut socket: TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = socket.read_to_end(&mut bytes).await;
    String::from_utf8(bytes).unwrap()
}

/// The answer's status, some of its headers and its body, for people to read.
pub(crate) async fn answer(
    server: &FakeServer,
    target: &str,
    headers: &str,
    body: Option<&Value>,
) -> String {
    let received = bytes(send(server, target, headers, body).await.unwrap()).await;
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().to_owned();
    let shown = |line: &&str| SHOWN.iter().any(|name| line.starts_with(&format!("{name}:")));
    let mut shown: Vec<_> = lines.filter(shown).collect();
    shown.sort_unstable();
    let body = if head.contains("chunked") { unchunked(body) } else { pretty(body) };
    format!("{status}\n{}\n\n{body}", shown.join("\n"))
}

fn pretty(body: &str) -> String {
    let value: Value = serde_json::from_str(body).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

fn unchunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        whole.push_str(&rest[..size]);
        body = &rest[size + 2..];
    }
    whole
}
