//! The limits by themselves, at moments that are given, and through a provider.

use super::*;
use crate::{Recorder, ScriptedProvider, Turn};
use ziggurat_core::{ErrorKind, Message, Provider, RateWindow, Signal};

const SECOND: Duration = Duration::from_secs(1);

/// How long each of these requests would have to wait; `None` of those that are accepted.
fn waits(limits: &Limits, asked: &[(u64, u64)]) -> Vec<Option<Duration>> {
    let start = Instant::now();
    let mut waits = Vec::new();
    for (second, tokens) in asked {
        let verdict = limits.admit_at(start + SECOND * u32::try_from(*second).unwrap(), *tokens);
        waits.push(verdict.refused.map(|wait| wait.expect("headers are on")));
    }
    waits
}

fn requests(algorithm: Algorithm) -> Limits {
    Limits::per_minute().requests(3).algorithm(algorithm).headers(true)
}

#[test]
fn a_bucket_fills_evenly() {
    // A third of the limit comes back every 20 seconds.
    let asked = [(0, 1), (0, 1), (0, 1), (0, 1), (19, 1), (20, 1), (20, 1), (100, 1)];
    let expected = [None, None, None, Some(20), Some(1), None, Some(20), None];
    let expected = expected.map(|wait: Option<u32>| wait.map(|seconds| SECOND * seconds));
    assert_eq!(waits(&requests(Algorithm::TokenBucket), &asked), expected);
}

#[test]
fn a_window_is_empty_until_its_end() {
    let asked = [(0, 1), (50, 1), (50, 1), (59, 1), (60, 1), (60, 1), (60, 1), (60, 1), (180, 1)];
    let expected = [None, None, None, Some(1), None, None, None, Some(60), None];
    let expected = expected.map(|wait: Option<u32>| wait.map(|seconds| SECOND * seconds));
    assert_eq!(waits(&requests(Algorithm::FixedWindow), &asked), expected);
}

#[test]
fn tokens_are_limited_too_and_a_refused_request_takes_nothing() {
    let limits = Limits::per_minute().requests(100).tokens(60).headers(true);
    let asked = [(0, 50), (0, 20), (0, 10), (0, 1), (30, 31), (30, 30), (1000, 5000), (1000, 1)];
    let expected = [None, Some(10), None, Some(1), Some(1), None, None, Some(1)];
    let expected = expected.map(|wait: Option<u32>| wait.map(|seconds| SECOND * seconds));
    assert_eq!(waits(&limits, &asked), expected);
    assert_eq!((limits.accepted(), limits.refused(), limits.accepted_tokens()), (4, 4, 5090));
}

fn ask() -> ChatRequest {
    ChatRequest::new("m", [Message::user("12345678")]).with_max_tokens(98)
}

#[tokio::test(start_paused = true)]
async fn every_answer_and_every_refusal_says_what_is_left() {
    let limits = Limits::per_minute().requests(2).tokens(200).headers(true);
    let script = ScriptedProvider::new().otherwise(Turn::text("fine").after(SECOND));
    let provider = script.limited(limits.clone());
    let recorder = Recorder::new();
    for _ in 0..2 {
        provider.chat(&recorder.context(), &ask()).await.unwrap();
    }
    let refusal = provider.chat(&recorder.context(), &ask()).await.unwrap_err();
    assert_eq!((refusal.kind(), refusal.status()), (ErrorKind::RateLimit, Some(429)));
    // Two seconds have passed, in which a 15th came back.
    assert_eq!(refusal.retry_after(), Some(SECOND * 28));
    let told = recorder.signals().into_iter().filter_map(|signal| match signal {
        Signal::RateLimits(told) => Some((told.requests.unwrap(), told.tokens.unwrap())),
        _ => None,
    });
    let expected =
        [(1, 100, 30_000), (0, 3, 59_000), (0, 6, 58_000)].map(|(requests, tokens, ms)| {
            let reset = Duration::from_millis(ms);
            (RateWindow::new(2, requests, reset), RateWindow::new(200, tokens, reset))
        });
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert_eq!(provider.calls().len(), 3);
    assert_eq!(provider.cancelled(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_headers_a_refusal_is_all_there_is_and_no_turn_is_played() {
    let usage = Usage::new(100, 50);
    let turns = [Turn::text("one").with_usage(usage), Turn::text("two").with_usage(usage)];
    let limits = Limits::per_minute().tokens(200);
    let provider = ScriptedProvider::new().turns(turns).limited(limits.clone());
    let recorder = Recorder::new();
    assert_eq!(provider.chat(&recorder.context(), &ask()).await.unwrap().text(), "one");
    let refusal = provider.stream(&recorder.context(), &ask()).await.err().unwrap();
    assert_eq!((refusal.kind(), refusal.retry_after()), (ErrorKind::RateLimit, None));
    tokio::time::advance(SECOND * 30).await;
    assert_eq!(provider.chat(&recorder.context(), &ask()).await.unwrap().text(), "two");
    assert_eq!(recorder.signals(), []);
    assert_eq!(limits.accepted_tokens(), 300, "what the turns use, not what might be");
    provider.assert_done();
}
