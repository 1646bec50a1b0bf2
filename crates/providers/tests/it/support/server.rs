//! A server that plays one script per connection and notes what it was sent. Written by hand, since the
//! faults that matter here (a cut, silence, a body without end) are what server libraries prevent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// One thing a server does.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Waits.
    Pause(Duration),
    /// Sends these bytes over and over until the client has gone.
    Flood(Vec<u8>),
    /// Sends these bytes with a pause before each time, until the client has gone.
    Drip(Vec<u8>, Duration),
    /// Says nothing until the client has gone.
    Hang,
    /// Closes with a reset instead of an end.
    Reset,
}

/// What a server does on one connection, after it has read the request; then it closes.
pub(crate) type Script = Vec<Act>;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// `POST /v1/chat/completions HTTP/1.1`
    pub(crate) line: String,
    /// All headers, as text.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: String,
}

/// A server on this machine. Its task ends with the runtime of the test.
pub(crate) struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    gone: watch::Receiver<usize>,
}

impl Server {
    /// Plays one script per connection; the last one again and again.
    pub(crate) async fn start(scripts: impl IntoIterator<Item = Script>) -> Self {
        let scripts: Vec<Script> = scripts.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (left, gone) = watch::channel(0);
        let (log, left) = (Arc::clone(&received), Arc::new(left));
        tokio::spawn(async move {
            for number in 0.. {
                let Ok((socket, _)) = listener.accept().await else { break };
                let script = scripts[number.min(scripts.len() - 1)].clone();
                tokio::spawn(serve(socket, script, Arc::clone(&log), Arc::clone(&left)));
            }
        });
        Self { address, received, gone }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("{}/v1", self.url())
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until this many clients have gone away during `Hang` or `Flood`.
    pub(crate) async fn until_gone(&self, clients: usize) {
        let mut gone = self.gone.clone();
        let waiting = gone.wait_for(|gone| *gone >= clients);
        timeout(super::SOON, waiting).await.expect("the client keeps its connection").unwrap();
    }
}

/// A port that answers nothing and counts what it sees.
pub(crate) struct Counter {
    address: SocketAddr,
    seen: Arc<Mutex<(usize, usize)>>,
}

impl Counter {
    pub(crate) async fn start(host: &str) -> Self {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new((0, 0)));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                log.lock().unwrap().0 += 1;
                let log = Arc::clone(&log);
                tokio::spawn(async move {
                    let mut bytes = [0; 1024];
                    while let Ok(read @ 1..) = socket.read(&mut bytes).await {
                        log.lock().unwrap().1 += read;
                    }
                });
            }
        });
        Self { address, seen }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections, and how many bytes.
    pub(crate) fn seen(&self) -> (usize, usize) {
        *self.seen.lock().unwrap()
    }
}

async fn serve(
    mut socket: TcpStream,
    script: Script,
    log: Arc<Mutex<Vec<Received>>>,
    left: Arc<watch::Sender<usize>>,
) {
    let Some(request) = read_request(&mut socket).await else { return };
    log.lock().unwrap().push(request);
    for act in script {
        match act {
            Act::Send(bytes) => {
                if socket.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Act::Pause(time) => sleep(time).await,
            Act::Drip(bytes, pause) => {
                sleep(pause).await;
                while socket.write_all(&bytes).await.is_ok() {
                    sleep(pause).await;
                }
                left.send_modify(|gone| *gone += 1);
                return;
            }
            Act::Flood(bytes) => {
                while socket.write_all(&bytes).await.is_ok() {}
                left.send_modify(|gone| *gone += 1);
                return;
            }
            Act::Hang => {
                let mut rest = [0; 64];
                while matches!(socket.read(&mut rest).await, Ok(1..)) {}
                left.send_modify(|gone| *gone += 1);
                return;
            }
            Act::Reset => {
                socket.set_zero_linger().unwrap();
                return;
            }
        }
    }
    let _ = socket.shutdown().await;
}

async fn read_request(socket: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= content_length(head)
        {
            let line = head.lines().next()?.to_owned();
            return Some(Received { line, head: head.to_owned(), body: body.to_owned() });
        }
        match socket.read(&mut buffer).await {
            Ok(read @ 1..) => bytes.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    }
}

fn content_length(head: &str) -> usize {
    let lengths = head.lines().filter_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
    });
    lengths.max().unwrap_or(0)
}

/// A whole answer.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Script {
    let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    vec![Act::Send(head.into_bytes()), Act::Send(body.as_bytes().to_vec())]
}

/// An answer in JSON.
pub(crate) fn json(status: u16, body: &str) -> Script {
    answer(status, &[("content-type", "application/json")], body)
}

/// The head of an answer whose body comes in chunks.
pub(crate) fn chunked_head(status: u16, headers: &[(&str, &str)]) -> Act {
    let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("transfer-encoding: chunked\r\n\r\n");
    Act::Send(head.into_bytes())
}

/// A piece of a body in chunks.
pub(crate) fn chunk(bytes: &[u8]) -> Act {
    Act::Send([format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat())
}

/// The proper end of a body in chunks.
pub(crate) fn last_chunk() -> Act {
    Act::Send(b"0\r\n\r\n".to_vec())
}

/// The head of a stream of events.
pub(crate) fn events_head() -> Act {
    chunked_head(200, &[("content-type", "text/event-stream")])
}

/// One event.
pub(crate) fn event(data: &str) -> Act {
    chunk(format!("data: {data}\n\n").as_bytes())
}

/// A piece of text of a streamed answer.
pub(crate) fn text_event(text: &str) -> Act {
    event(&format!(r#"{{"choices":[{{"delta":{{"content":"{text}"}}}}]}}"#))
}

/// The reason for the end of a streamed answer.
pub(crate) fn finish_event() -> Act {
    event(r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#)
}
