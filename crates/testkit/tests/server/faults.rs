//! Faults as they look on the wire.

use std::io::ErrorKind as Io;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use ziggurat_core::Usage;
use ziggurat_testkit::server::FakeServer;
use ziggurat_testkit::{Faults, Reply, ScriptedProvider, Turn};

use crate::client::{bytes, send};
use crate::formats::{APIS, asked};

const PATH: &str = "/v1/chat/completions";

fn body(text: &str, streamed: bool) -> Value {
    json!({"model": "fake", "stream": streamed, "messages": [{"role": "user", "content": text}]})
}

async fn playing(turn: Turn) -> FakeServer {
    FakeServer::start(ScriptedProvider::new().otherwise(turn)).await.unwrap()
}

/// Head and body of the answers, whole and streamed.
async fn answers(server: &FakeServer, api: &str) -> [(String, String); 2] {
    let mut answers = Vec::new();
    for (target, body) in asked(api) {
        let answer = bytes(send(server, &target, "", Some(&body)).await.unwrap()).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        answers.push((head.to_owned(), body.to_owned()));
    }
    answers.try_into().unwrap()
}

/// What was received, and how the connection ended.
async fn received(server: &FakeServer, streamed: bool) -> (String, Option<Io>) {
    let mut socket = send(server, PATH, "", Some(&body("?", streamed))).await.unwrap();
    let mut bytes = Vec::new();
    let end = socket.read_to_end(&mut bytes).await.err().map(|error| error.kind());
    (String::from_utf8(bytes).unwrap(), end)
}

#[tokio::test]
async fn a_reset_is_told_to_the_peer_and_a_cut_is_not() {
    for streamed in [false, true] {
        let end = Some(Io::ConnectionReset);
        assert_eq!(received(&playing(Turn::reset()).await, streamed).await, (String::new(), end));
        let cut = received(&playing(Turn::cut("")).await, streamed).await;
        assert_eq!(cut, (String::new(), None));
    }
    let server = playing(Turn::text("half an answer").then_reset()).await;
    let (said, end) = received(&server, true).await;
    assert!(said.contains("half an "), "{said}");
    assert_eq!(end, Some(Io::ConnectionReset));
    server.until(|counts| counts.open == 0).await;
    let counts = server.counts();
    assert_eq!((counts.closed_by_client, counts.abandoned, counts.fault("reset")), (0, 0, 1));
}

#[tokio::test]
async fn a_stream_is_cut_after_as_many_pieces_as_asked() {
    let (said, _) =
        received(&playing(Turn::text("0123456789").in_pieces(5).cut_after(3)).await, true).await;
    assert!(said.contains("\"45\"") && !said.contains("\"67\""), "{said}");
}

#[tokio::test]
async fn malformed_answers_are_complete_and_are_no_json() {
    for api in APIS {
        let server = playing(Turn::text("half an answer").then_malformed()).await;
        let [(head, whole), (_, streamed)] = answers(&server, api).await;
        assert!(head.contains("200 OK") && head.contains("application/json"), "{api}: {head}");
        assert!(head.contains(&format!("content-length: {}", whole.len())), "{api}: {head}");
        assert!(serde_json::from_str::<Value>(&whole).is_err(), "{api}: {whole}");
        assert!(streamed.contains("half an "), "{api}: what was said before is sent");
        assert!(streamed.ends_with("\r\n0\r\n\r\n"), "{api}: the body has its end");
        let events: Vec<_> = streamed.lines().filter(|line| line.contains('{')).collect();
        let data = |event: &&str| {
            serde_json::from_str::<Value>(event.trim_start_matches("data: ")).is_ok()
        };
        let (last, others) = events.split_last().unwrap();
        assert!(others.iter().all(data) && !data(last), "{api}: {streamed}");
    }
}

#[tokio::test]
async fn statuses_are_worded_as_each_vendor_does() {
    let types = [
        ("messages", 500, "/error/type", "api_error"),
        ("messages", 529, "/error/type", "overloaded_error"),
        ("messages", 429, "/error/type", "rate_limit_error"),
        ("chat", 503, "/error/type", "server_error"),
        ("responses", 502, "/error/type", "server_error"),
        ("gemini", 500, "/error/status", "INTERNAL"),
        ("gemini", 503, "/error/status", "UNAVAILABLE"),
        ("gemini", 429, "/error/status", "RESOURCE_EXHAUSTED"),
        ("ollama", 503, "/error", "so it is"),
    ];
    for (api, status, pointer, expected) in types {
        let server = playing(Turn::http_error(status, "so it is")).await;
        for (head, body) in answers(&server, api).await {
            assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{api}: {head}");
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(body.pointer(pointer), Some(&expected.into()), "{api} {status}: {body}");
        }
        assert_eq!(server.counts().fault(&status.to_string()), 2, "{api} {status}");
    }
}

#[tokio::test]
async fn an_error_may_come_within_a_success() {
    for api in APIS {
        let server = playing(Turn::http_error(529, "overloaded").in_stream()).await;
        let [(whole, _), (streamed, events)] = answers(&server, api).await;
        assert!(whole.starts_with("HTTP/1.1 529"), "{api}: {whole}");
        assert!(streamed.starts_with("HTTP/1.1 200"), "{api}: {streamed}");
        assert!(events.contains("overloaded"), "{api}: {events}");
        let counts = server.counts();
        assert_eq!((counts.fault("529"), counts.fault("error-event")), (1, 1), "{api}");
    }
}

#[tokio::test]
async fn a_body_is_sent_as_it_is() {
    let server = playing(Turn::html().status(502)).await;
    for (head, body) in answers(&server, "messages").await {
        assert!(head.starts_with("HTTP/1.1 502") && head.contains("text/html"), "{head}");
        assert!(body.starts_with("<!DOCTYPE html>"), "{body}");
    }
    assert_eq!(server.counts().fault("html"), 2);
    let server = playing(Turn::body("application/json", "")).await;
    for (head, body) in answers(&server, "chat").await {
        assert!(head.starts_with("HTTP/1.1 200") && body.is_empty(), "{head} {body}");
    }
    assert_eq!(server.counts().fault("body"), 2);
}

#[tokio::test]
async fn a_content_type_may_be_wrong_about_a_right_answer() {
    let server = playing(Turn::text("fine").content_type("text/plain")).await;
    for (head, body) in answers(&server, "chat").await {
        assert!(
            head.contains("content-type: text/plain") && body.contains("fine"),
            "{head} {body}"
        );
    }
}

#[tokio::test]
async fn a_drip_comes_byte_by_byte() {
    let server = playing(Turn::text("fine").dripping(Duration::from_micros(1))).await;
    let [(_, whole), (_, streamed)] = answers(&server, "ollama").await;
    for body in [whole, streamed] {
        let dripped = unchunked_sizes(&body);
        assert!(dripped.len() > 100 && dripped.iter().all(|size| *size <= 1), "{dripped:?}");
    }
    assert_eq!(server.counts().fault("drip"), 2);
}

/// The sizes of the chunks of a body, or of what came at once if it has no chunks.
fn unchunked_sizes(body: &str) -> Vec<usize> {
    let lines: Vec<_> = body.split("\r\n").collect();
    lines.iter().step_by(2).filter_map(|size| usize::from_str_radix(size, 16).ok()).collect()
}

#[tokio::test]
async fn a_header_may_name_the_call_that_is_hit_but_once() {
    let faults = Faults::new().at_rate(1.0, Turn::http_error(503, "away")).never_twice();
    let script = ScriptedProvider::new().echo().with_faults(faults);
    let server = FakeServer::builder(script).calls_named_by("x-call").start().await.unwrap();
    let ask = async |text: &str, headers: &str| {
        let answer = bytes(send(&server, PATH, headers, Some(&body(text, false))).await.unwrap());
        answer.await[9..12].to_owned()
    };
    let (first, second) = ("x-call: 1\r\n", "x-call: 2\r\n");
    assert_eq!(ask("the same", first).await, "503");
    assert_eq!(ask("another text", first).await, "200", "the name is what counts");
    assert_eq!(ask("the same", second).await, "503");
    assert_eq!(ask("the same", "").await, "503", "without a name, what is asked counts");
    assert_eq!(ask("the same", "").await, "200");
}

#[tokio::test]
async fn counts_are_told_and_begin_anew() {
    let faults = Faults::new().at_rate(1.0, Turn::http_error(429, "slow down")).never_twice();
    let reply = Reply::saying("fine").with_usage(Usage::new(3, 2));
    let script = ScriptedProvider::new().generating(reply).with_faults(faults).keeping(0);
    let server = FakeServer::builder(script.clone()).keeping(0).start().await.unwrap();
    let post = async |streamed| {
        bytes(send(&server, PATH, "", Some(&body("?", streamed))).await.unwrap()).await
    };
    let counts = async |method_body: Option<&Value>, path: &str| -> Value {
        let answer = bytes(send(&server, path, "", method_body).await.unwrap()).await;
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    };
    for streamed in [false, false, true] {
        post(streamed).await;
    }
    server.until(|counts| counts.open == 0).await;
    let told = counts(None, "/__fake/counts").await;
    assert_eq!(told["requests"], 3);
    assert_eq!(told["calls"], json!({"chat_completions": 3}));
    assert_eq!((&told["input_tokens"], &told["output_tokens"]), (&json!(6), &json!(4)));
    assert_eq!(told["faults"], json!({"429": 1}));
    assert_eq!((&told["in_flight"], &told["max_in_flight"]), (&json!(0), &json!(1)));
    assert_eq!((told["closed_by_client"].as_u64(), &told["abandoned"]), (Some(3), &json!(0)));
    let fresh = counts(Some(&json!({})), "/__fake/reset").await;
    assert_eq!((&fresh["requests"], &fresh["faults"]), (&json!(0), &json!({})));
    assert!(post(false).await.starts_with("HTTP/1.1 429"), "it forgot whom it hit");
    assert!(server.received().is_empty() && script.calls().is_empty(), "nothing is kept");
}
