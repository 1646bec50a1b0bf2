//! What a server says of its limits reaches whoever watches the call, before the answer does.

use std::time::Duration;

use ziggurat_core::chat::ChatDelta;
use ziggurat_core::{Provider, RateLimits, RateWindow, Signal};
use ziggurat_testkit::Recorder;

use crate::support::server::{Act, Server, answer, chunk, chunked_head};
use crate::support::{provider, request};

const HEADERS: [(&str, &str); 4] = [
    ("content-type", "text/event-stream"),
    ("x-ratelimit-limit-requests", "60"),
    ("x-ratelimit-remaining-requests", "59"),
    ("x-ratelimit-reset-requests", "1s"),
];

fn told() -> Vec<Signal> {
    let requests = RateWindow::new(60, 59, Duration::from_secs(1));
    vec![Signal::RateLimits(RateLimits::new(Some(requests), None))]
}

#[tokio::test]
async fn an_answer_and_a_refusal_say_what_is_left_once_and_one_without_headers_says_nothing() {
    let ok = r#"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#;
    for (status, body) in [(200, ok), (429, "{}"), (500, "{}")] {
        let json = [("content-type", "application/json")];
        let headers = [&json[..], &HEADERS[1..]].concat();
        let server =
            Server::start([answer(status, &headers, body), answer(status, &json, body)]).await;
        for expected in [told(), vec![]] {
            let recorder = Recorder::new();
            let result = provider(&server).chat(&recorder.context(), &request()).await;
            assert_eq!(result.is_ok(), status == 200, "{result:?}");
            assert_eq!(recorder.signals(), expected, "{status}");
        }
    }
}

#[tokio::test]
async fn a_stream_s_head_is_enough() {
    // The first byte of the body never comes.
    let server = Server::start([vec![chunked_head(200, &HEADERS), Act::Hang]]).await;
    let recorder = Recorder::new();
    let (provider, cx, request) = (provider(&server), recorder.context(), request());
    let opened = provider.stream(&cx, &request);
    let heard = async {
        while recorder.signals().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = opened => panic!("nothing was streamed"),
        () = heard => {}
    }
    assert_eq!(recorder.signals(), told());
}

#[tokio::test]
async fn a_stream_says_it_once() {
    let text =
        "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n";
    let body = [text, "data: [DONE]\n\n"].concat();
    let script = vec![chunked_head(200, &HEADERS), chunk(body.as_bytes()), chunk(b"")];
    let server = Server::start([script]).await;
    let recorder = Recorder::new();
    let mut stream = provider(&server).stream(&recorder.context(), &request()).await.unwrap();
    let mut ended = false;
    while let Some(item) = futures::StreamExt::next(&mut stream).await {
        ended |= matches!(item.unwrap(), ChatDelta::End(_));
    }
    assert!(ended);
    assert_eq!(recorder.signals(), told());
}
