//! Servers that answer slowly, in drops, or not at all. Real sockets and real time, scaled down: a byte
//! every 50 ms stands for one every second.

use std::time::{Duration, Instant};

use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use ziggurat_core::{CallContext, ChatResponse, ErrorKind, Provider, ProviderError, chat};
use ziggurat_providers::{OpenAi, ServerConfig};

use crate::support::server::{
    Act, Counter, Script, Server, answer, chunk, chunked_head, event, events_head, finish_event,
    json, last_chunk, text_event,
};
use crate::support::{SOON, config, request};

const DROP: Duration = Duration::from_millis(50);
const DEADLINE: Duration = Duration::from_millis(400);
const LIST: &str = r#"{"data":[{"id":"tiny"}]}"#;

fn in_time(time: Duration) -> CallContext {
    CallContext::default().with_deadline(Instant::now() + time)
}

async fn ask(
    provider: &OpenAi,
    cx: &CallContext,
    stream: bool,
) -> Result<ChatResponse, ProviderError> {
    if !stream {
        return provider.chat(cx, &request()).await;
    }
    chat::collect("test", provider.stream(cx, &request()).await?, |_| {}).await
}

/// Whether it took about as long as it should: not less, and at most a second more.
fn assert_took(began: Instant, expected: Duration, what: &str) {
    let took = began.elapsed();
    let early = Duration::from_millis(20);
    assert!(took + early >= expected, "{what}: {took:?}");
    assert!(took <= expected + Duration::from_secs(1), "{what}: {took:?}");
}

fn drip(bytes: &[u8]) -> Act {
    Act::Drip(bytes.to_vec(), DROP)
}

fn drop_of_chunk(bytes: &[u8]) -> Act {
    let Act::Send(bytes) = chunk(bytes) else { panic!("a chunk is sent") };
    drip(&bytes)
}

fn json_head(status: u16) -> Act {
    chunked_head(status, &[("content-type", "application/json")])
}

/// Where an answer can begin to drip: before it, in its head, before its first piece, within it.
fn drips() -> Vec<(&'static str, bool, Script)> {
    let hi = text_event("Hi");
    let begun = Act::Send(b"HTTP/1.1 200 X\r\nx-slow: ".to_vec());
    vec![
        ("in the head", false, vec![begun.clone(), drip(b"a")]),
        ("in the head of a stream", true, vec![begun, drip(b"a")]),
        ("in a whole answer", false, vec![json_head(200), drop_of_chunk(b" ")]),
        ("before the first event", true, vec![events_head(), drop_of_chunk(b":")]),
        ("in an event", true, vec![events_head(), hi.clone(), drop_of_chunk(b"d")]),
        ("in events", true, vec![events_head(), hi.clone(), hi, drop_of_chunk(b":\n\n")]),
    ]
}

#[tokio::test]
async fn an_answer_in_drops_trips_the_deadline_and_closes_the_connection() {
    for (what, stream, script) in drips() {
        let server = Server::start([script]).await;
        let provider = OpenAi::new(config(&server)).unwrap();
        let began = Instant::now();
        let error = ask(&provider, &in_time(DEADLINE), stream).await.unwrap_err();
        assert_took(began, DEADLINE, what);
        assert_eq!(error.kind(), ErrorKind::Timeout, "{what}: {error}");
        assert!(error.message().ends_with("had not answered by the call's deadline"), "{error}");
        server.until_gone(1).await;
    }
}

#[tokio::test]
async fn a_refusal_in_drops_is_that_refusal_by_the_deadline_or_the_idle_timeout() {
    let drips = || vec![json_head(500), chunk(b"{\"error\":\"down\"}"), drop_of_chunk(b" ")];
    for stream in [false, true] {
        let server = Server::start([drips()]).await;
        let provider = OpenAi::new(config(&server)).unwrap();
        let began = Instant::now();
        let error = ask(&provider, &in_time(DEADLINE), stream).await.unwrap_err();
        assert_took(began, DEADLINE, "deadline");
        assert_eq!((error.kind(), error.message()), (ErrorKind::Server, "HTTP 500: down"));
        server.until_gone(1).await;
        let idle = 2 * DEADLINE;
        let provider = OpenAi::new(config(&server).with_idle_timeout(idle)).unwrap();
        let began = Instant::now();
        let error = ask(&provider, &CallContext::default(), stream).await.unwrap_err();
        assert_took(began, idle, "idle timeout");
        assert_eq!((error.kind(), error.message()), (ErrorKind::Server, "HTTP 500: down"));
        server.until_gone(2).await;
    }
}

#[tokio::test]
async fn silence_trips_the_idle_timeout_within_a_second_of_it() {
    let idle = Duration::from_millis(1500);
    let begun = Act::Send(b"HTTP/1.1 200 X\r\nx-slow: ".to_vec());
    let scripts: [(&str, bool, Script); 8] = [
        ("before", false, vec![Act::Hang]),
        ("before a stream", true, vec![Act::Hang]),
        ("in the head", false, vec![begun, Act::Hang]),
        ("after the head", false, vec![json_head(200), Act::Hang]),
        ("within", false, vec![json_head(200), chunk(b"{"), Act::Hang]),
        ("after the head of a stream", true, vec![events_head(), Act::Hang]),
        ("within a stream", true, vec![events_head(), text_event("Hi"), Act::Hang]),
        ("after the reason", true, vec![events_head(), finish_event(), Act::Hang]),
    ];
    let silent = scripts.map(|(what, stream, script)| async move {
        let server = Server::start([script]).await;
        let provider = OpenAi::new(config(&server).with_idle_timeout(idle)).unwrap();
        let began = Instant::now();
        // A deadline that is far away changes nothing.
        let error = ask(&provider, &in_time(2 * SOON), stream).await.unwrap_err();
        assert_took(began, idle, what);
        assert_eq!(error.kind(), ErrorKind::Timeout, "{what}: {error}");
        assert!(error.message().ends_with("was silent for 1.5s"), "{what}: {error}");
        server.until_gone(1).await;
    });
    futures::future::join_all(silent).await;
}

#[tokio::test]
async fn neither_clock_stops_an_answer_that_is_slow_and_well() {
    let idle = 6 * DROP;
    let pause = || Act::Pause(2 * DROP);
    let mut stream = vec![pause(), events_head()];
    stream.extend((0..6).flat_map(|_| [pause(), text_event("a")]));
    stream.extend([finish_event(), event("[DONE]"), last_chunk()]);
    let body = r#"{"choices":[{"message":{"content":"aaaaaa"},"finish_reason":"stop"}]}"#;
    let mut whole = vec![pause(), json_head(200)];
    whole.extend(body.as_bytes().chunks(10).flat_map(|piece| [pause(), chunk(piece)]));
    whole.push(last_chunk());
    for (stream, script) in [(true, stream), (false, whole)] {
        let server = Server::start([script]).await;
        let provider = OpenAi::new(config(&server).with_idle_timeout(idle)).unwrap();
        let began = Instant::now();
        let answer = ask(&provider, &in_time(SOON), stream).await.unwrap();
        assert_eq!(answer.text(), "aaaaaa");
        assert!(began.elapsed() > idle, "it was slower than the idle timeout");
    }
}

#[tokio::test]
async fn after_the_deadline_nothing_is_sent() {
    let counter = Counter::start("127.0.0.1").await;
    let base_url = format!("http://{}/v1", counter.address());
    let provider = OpenAi::new(ServerConfig::openai().with_base_url(base_url)).unwrap();
    let cx = CallContext::default().with_deadline(Instant::now());
    let errors = [
        ask(&provider, &cx, false).await.unwrap_err(),
        ask(&provider, &cx, true).await.unwrap_err(),
        provider.models(&cx).await.unwrap_err(),
        provider.model(&cx, "tiny").await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(error.message().starts_with("the call's deadline had passed; nothing was sent"));
    }
    assert_eq!(counter.seen(), (0, 0), "connections and bytes");
}

#[tokio::test]
async fn a_list_of_models_in_drops_trips_the_deadline() {
    let server = Server::start([vec![json_head(200), drop_of_chunk(b" ")]]).await;
    let provider = OpenAi::new(config(&server)).unwrap();
    let began = Instant::now();
    assert_eq!(provider.models(&in_time(DEADLINE)).await.unwrap_err().kind(), ErrorKind::Timeout);
    assert_took(began, DEADLINE, "models");
    let began = Instant::now();
    let error = provider.model(&in_time(DEADLINE), "tiny").await.unwrap_err();
    assert_took(began, DEADLINE, "model");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    server.until_gone(2).await;
}

#[tokio::test]
async fn the_question_whether_a_key_is_looked_at_ends_by_the_deadline() {
    let unkeyed = vec![json_head(401), drop_of_chunk(b" ")];
    let silent = vec![Act::Hang];
    for (script, expected, checked) in
        [(silent, DEADLINE, Some(false)), (unkeyed, Duration::ZERO, Some(true))]
    {
        let server = Server::start([json(200, LIST), script]).await;
        let provider = OpenAi::new(config(&server)).unwrap();
        let began = Instant::now();
        let info = provider.model(&in_time(DEADLINE), "tiny").await.unwrap();
        assert_took(began, expected, "key check");
        assert_eq!(info.key_checked, checked);
        server.until_gone(1).await;
    }
}

/// A port whose queue is full, so that connecting hangs; and what fills the queue.
#[cfg(target_os = "linux")]
async fn full_port() -> (tokio::net::TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = timeout(2 * DROP, TcpStream::connect(address)).await {
        waiting.push(stream.unwrap());
    }
    (listener, waiting)
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_connection_that_is_never_taken_ends_by_the_deadline_or_in_five_seconds() {
    let (listener, _waiting) = full_port().await;
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    let provider = OpenAi::new(ServerConfig::openai().with_base_url(&base_url)).unwrap();
    let began = Instant::now();
    let error = ask(&provider, &in_time(DEADLINE), false).await.unwrap_err();
    assert_took(began, DEADLINE, "deadline");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    let began = Instant::now();
    let error = ask(&provider, &CallContext::default(), false).await.unwrap_err();
    assert_took(began, Duration::from_secs(5), "connect timeout");
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert_eq!(error.message(), format!("no connection to {base_url}: timed out"));
}

#[tokio::test]
async fn heads_and_ends_without_end_are_given_up() {
    let head = "HTTP/1.1 200 X\r\n";
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n");
    let long = "a".repeat(1 << 16);
    let floods = [
        ("status line", "HTTP/1.1 200 ".to_owned(), long.clone()),
        ("header", format!("{head}x: "), long.clone()),
        ("headers", head.to_owned(), "x: y\r\n".repeat(1000)),
        ("long headers", head.to_owned(), format!("x: {long}\r\n")),
        ("interim answers", String::new(), "HTTP/1.1 103 X\r\n\r\n".repeat(1000)),
        ("chunk extension", format!("{chunked}1;"), long.clone()),
        ("chunk size", chunked.clone(), "0".repeat(1 << 16)),
        ("trailer", format!("{chunked}0\r\nx: "), long),
        ("trailers", format!("{chunked}0\r\n"), "x: y\r\n".repeat(1000)),
    ];
    for (what, begin, flood) in floods {
        let script = vec![Act::Send(begin.into_bytes()), Act::Flood(flood.into_bytes())];
        let server = Server::start([script]).await;
        let provider = OpenAi::new(config(&server).with_idle_timeout(DEADLINE)).unwrap();
        let began = Instant::now();
        let error = ask(&provider, &CallContext::default(), false).await.unwrap_err();
        // It ends; how soon is the machine's matter, for a flood is read as fast as it can be.
        assert!(began.elapsed() < SOON, "{what}: {:?}", began.elapsed());
        let kinds = [ErrorKind::Interrupted, ErrorKind::Timeout, ErrorKind::Protocol];
        assert!(kinds.contains(&error.kind()), "{what}: {error}");
        assert!(error.to_string().len() < 600, "{what}: {error}");
        server.until_gone(1).await;
    }
}

#[tokio::test]
async fn sizes_are_bounded_under_a_deadline_too() {
    let chunks = Act::Flood([b"10000\r\n".as_slice(), &[b' '; 1 << 16], b"\r\n"].concat());
    for (stream, head) in [(false, json_head(200)), (true, events_head())] {
        let server = Server::start([vec![head, chunks.clone()]]).await;
        let provider = OpenAi::new(config(&server)).unwrap();
        let error = ask(&provider, &in_time(SOON), stream).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
        assert!(error.message().contains("larger than 16 MiB"), "{error}");
        server.until_gone(1).await;
    }
}

#[tokio::test]
async fn a_hint_when_to_come_back_is_kept_although_the_body_drips() {
    let Act::Send(head) = answer(429, &[("retry-after", "7")], "")[0].clone() else {
        panic!("a head is sent")
    };
    let head = String::from_utf8(head).unwrap().replace("content-length: 0", "content-length: 99");
    let server = Server::start([vec![Act::Send(head.into_bytes()), drip(b" ")]]).await;
    let provider = OpenAi::new(config(&server)).unwrap();
    let error = ask(&provider, &in_time(DEADLINE), false).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimit);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
}
