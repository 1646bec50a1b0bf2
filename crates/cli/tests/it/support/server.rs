//! A small OpenAI-compatible server over a real socket, whose answers a test decides. One thread a
//! connection, one request a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// What came in.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: String,
    pub(crate) body: Value,
}

impl Request {
    /// The texts of all messages.
    pub(crate) fn text(&self) -> String {
        self.body["messages"].to_string()
    }
}

/// What goes out.
pub(crate) enum Reply {
    /// An answer of the model, whole or streamed as the client asks.
    Text(String),
    Json(u16, Value),
    /// Nothing, until the client hangs up.
    Hang,
}

impl Reply {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self::Json(status, json!({"error": {"message": message, "type": "test"}}))
    }

    /// The list of models with one model.
    pub(crate) fn models() -> Self {
        Self::Json(200, json!({"object": "list", "data": [{"id": "fake", "object": "model"}]}))
    }
}

/// A server on loopback; it lives as long as the test's process.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    hung_up: Arc<AtomicUsize>,
}

impl Server {
    /// A server with one model whose chat answers are decided by `chat`.
    pub(crate) fn chat(chat: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::new(move |request| match request.path.as_str() {
            "/v1/models" => Reply::models(),
            _ => chat(request),
        })
    }

    pub(crate) fn new(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            url: format!("http://{}/v1", listener.local_addr().unwrap()),
            requests: Arc::default(),
            hung_up: Arc::default(),
        };
        let (requests, hung_up) = (Arc::clone(&server.requests), Arc::clone(&server.hung_up));
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (requests, hung_up) = (Arc::clone(&requests), Arc::clone(&hung_up));
                let answer = Arc::clone(&answer);
                thread::spawn(move || serve(stream, &*answer, &requests, &hung_up));
            }
        });
        server
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The chat requests, without the lists of models.
    pub(crate) fn calls(&self) -> Vec<Request> {
        let calls = |request: &Request| request.path.ends_with("/chat/completions");
        self.requests().into_iter().filter(calls).collect()
    }

    /// Waits until so many calls that hang were given up by the client.
    pub(crate) fn wait_for_hang_ups(&self, count: usize) {
        for _ in 0..500 {
            if self.hung_up.load(Ordering::SeqCst) >= count {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("{} of {count} connections were closed", self.hung_up.load(Ordering::SeqCst));
    }

    /// Waits until so many chat requests have come.
    pub(crate) fn wait_for_calls(&self, count: usize) {
        for _ in 0..1000 {
            if self.calls().len() >= count {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("{} of {count} calls came", self.calls().len());
    }
}

fn serve(
    stream: TcpStream,
    answer: &(dyn Fn(&Request) -> Reply + Send + Sync),
    requests: &Mutex<Vec<Request>>,
    hung_up: &AtomicUsize,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let Some(request) = read(&mut reader) else { return };
    requests.lock().unwrap().push(request.clone());
    match answer(&request) {
        Reply::Json(status, body) => write(stream, status, "application/json", &body.to_string()),
        Reply::Text(text) if request.body["stream"] == true => {
            write(stream, 200, "text/event-stream", &streamed(&text));
        }
        Reply::Text(text) => {
            let message = json!({"role": "assistant", "content": text});
            let choice = json!({"index": 0, "finish_reason": "stop", "message": message});
            let body = json!({"model": "fake", "choices": [choice], "usage": usage()});
            write(stream, 200, "application/json", &body.to_string());
        }
        Reply::Hang => {
            let mut rest = Vec::new();
            reader.read_to_end(&mut rest).ok();
            hung_up.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn usage() -> Value {
    json!({"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110})
}

fn streamed(text: &str) -> String {
    let delta = json!({"choices": [{"index": 0, "delta": {"content": text}}], "model": "fake"});
    let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
    let usage = json!({"choices": [], "usage": usage()});
    format!("data: {delta}\n\ndata: {end}\n\ndata: {usage}\n\ndata: [DONE]\n\n")
}

fn write(mut stream: TcpStream, status: u16, kind: &str, body: &str) {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // The client may have gone meanwhile.
    stream.write_all(head.as_bytes()).ok();
    stream.write_all(body.as_bytes()).ok();
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut headers = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        headers.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let path = headers.split_whitespace().nth(1)?.to_owned();
    Some(Request { path, headers, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}
