//! What the faults of the wire mean to a caller in process.

use std::time::Duration;

use tokio::time::Instant;
use ziggurat_core::chat::collect;
use ziggurat_core::{CallContext, ErrorKind, Provider, ProviderError};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::ask;

/// The error of a call that is not streamed, and what a stream says before its error.
async fn failures(turn: Turn) -> (ProviderError, String, ProviderError) {
    let provider = ScriptedProvider::new().turns([turn.clone(), turn]);
    let (cx, request) = (CallContext::default(), ask("x"));
    let whole = provider.chat(&cx, &request).await.unwrap_err();
    let mut said = String::new();
    let streamed = match provider.stream(&cx, &request).await {
        Ok(stream) => collect("scripted", stream, |text| said += text).await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(provider.cancelled(), 0, "the caller dropped nothing");
    (whole, said, streamed)
}

#[tokio::test]
async fn every_fault_has_the_kind_that_an_adapter_finds() {
    let page = Turn::body("application/json", "");
    let faults = [
        (Turn::reset(), ErrorKind::Interrupted, ""),
        (Turn::text("half").then_reset(), ErrorKind::Interrupted, "half"),
        (Turn::text("0123456789abcdef__").cut_after(2), ErrorKind::Interrupted, "0123456789abcdef"),
        (Turn::text("whole").cut_after(0), ErrorKind::Interrupted, ""),
        (Turn::malformed(), ErrorKind::Protocol, ""),
        (Turn::text("half").then_malformed(), ErrorKind::Protocol, "half"),
        (page, ErrorKind::Protocol, ""),
        (Turn::html(), ErrorKind::Protocol, ""),
        (Turn::html().status(502), ErrorKind::Server, ""),
        (Turn::http_error(529, "overloaded").in_stream(), ErrorKind::Server, ""),
    ];
    for (turn, kind, said) in faults {
        let (whole, before, streamed) = failures(turn.clone()).await;
        assert_eq!((whole.kind(), streamed.kind()), (kind, kind), "{turn:?}");
        assert_eq!(before, said, "{turn:?}");
    }
}

#[tokio::test]
async fn an_http_error_has_the_kind_of_its_status() {
    let kinds = [
        (400, ErrorKind::InvalidRequest),
        (401, ErrorKind::Auth),
        (429, ErrorKind::RateLimit),
        (500, ErrorKind::Server),
        (503, ErrorKind::Server),
        (408, ErrorKind::Timeout),
        (504, ErrorKind::Server),
        (529, ErrorKind::Server),
    ];
    for (status, kind) in kinds {
        let (whole, _, streamed) = failures(Turn::http_error(status, "so it is")).await;
        for error in [whole, streamed] {
            assert_eq!((error.kind(), error.status()), (kind, Some(status)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_drip_is_slow_whole_and_streamed() {
    let second = Duration::from_secs(1);
    let provider = ScriptedProvider::new().otherwise(Turn::text("five!").dripping(second));
    let (cx, request) = (CallContext::default(), ask("x"));
    let begin = Instant::now();
    let mut pieces = 0;
    let stream = provider.stream(&cx, &request).await.unwrap();
    collect("scripted", stream, |_| pieces += 1).await.unwrap();
    assert_eq!((pieces, begin.elapsed()), (5, 5 * second));
    provider.chat(&cx, &request).await.unwrap();
    assert_eq!(begin.elapsed(), 10 * second);
}

#[tokio::test]
async fn a_wrong_content_type_is_none_in_process() {
    let provider = ScriptedProvider::new().turn(Turn::text("fine").content_type("text/plain"));
    let answer = provider.chat(&CallContext::default(), &ask("x")).await.unwrap();
    assert_eq!(answer.text(), "fine");
}
