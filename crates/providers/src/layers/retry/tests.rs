//! Hints as servers write them, through the parser and the layer: none of them is a panic, and none is slept
//! through that is too long.
#![cfg(feature = "http")]

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use tokio::time::Instant;
use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Layer, Message};
use ziggurat_testkit::{ScriptedProvider, Turn};

use super::RetryLayer;
use crate::http::retry_after;

const NOW: &str = "2026-11-22T10:00:00Z";

/// What becomes of a call whose first attempt is refused with a hint.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    /// The retry comes after so many seconds.
    Waits(f64),
    /// It comes after the usual wait.
    IsNoHint,
    /// There is none.
    IsFinal,
}
use Expected::{IsFinal, IsNoHint, Waits};

fn corpus() -> Vec<(Vec<(&'static str, &'static str)>, Expected)> {
    let mut rows = vec![
        (vec![("retry-after", "7")], Waits(7.0)),
        (vec![("retry-after", "0.5")], Waits(0.5)),
        (vec![("retry-after", "0")], Waits(0.0)),
        (vec![("retry-after", "120")], Waits(120.0)),
        (vec![("retry-after", "120.001")], IsFinal),
        (vec![("retry-after", "121")], IsFinal),
        (vec![("retry-after-ms", "250")], Waits(0.25)),
        (vec![("retry-after-ms", "121000")], IsFinal),
        (vec![("retry-after-ms", "20"), ("retry-after", "121")], Waits(0.02)),
        (vec![("retry-after-ms", "soon"), ("retry-after", "3")], Waits(3.0)),
        (vec![("retry-after", "Sun, 22 Nov 2026 10:00:30 GMT")], Waits(30.0)),
        (vec![("retry-after", "Sun, 22 Nov 2026 10:02:01 GMT")], IsFinal),
        (vec![("retry-after", "Sun, 22 Nov 2026 09:00:00 GMT")], Waits(0.0)),
        (vec![("retry-after", "Sun, 22 Nov 9999 10:00:00 GMT")], IsNoHint),
        (vec![("retry-after", "Sun, 31 Feb 2026 25:00:00 GMT")], IsNoHint),
        (vec![], IsNoHint),
    ];
    for nonsense in ["-1", "-0.5", "NaN", "inf", "-inf", "1e308", "-1e308", "1e999", "", "later"] {
        rows.push((vec![("retry-after", nonsense)], IsNoHint));
        rows.push((vec![("retry-after-ms", nonsense)], IsNoHint));
    }
    rows
}

/// How long after the first attempt the second one came, if it did.
async fn second_attempt(hint: Option<Duration>, deadline: Option<Duration>) -> Option<f64> {
    let refused = Turn::error(ErrorKind::RateLimit, "slow down");
    let refused = match hint {
        Some(hint) => refused.retry_after(hint),
        None => refused,
    };
    let script = ScriptedProvider::new().turns([refused, Turn::text("fine")]);
    let provider = RetryLayer::new().layer(Arc::new(script.clone()));
    let begun = Instant::now();
    let deadline = deadline.map(|time| (begun + time).into_std());
    let cx = CallContext::default().with_deadline(deadline);
    let request = ChatRequest::new("m", [Message::user("Why?")]);
    let answer = provider.chat(&cx, &request).await;
    let waited = begun.elapsed().as_secs_f64();
    if let Err(error) = &answer {
        assert!(!error.is_retryable() && error.retry_after() == hint, "{error:?}");
        assert_eq!((waited, script.calls().len()), (0.0, 1), "a final error is not slept on");
    }
    answer.is_ok().then_some(waited)
}

#[tokio::test(start_paused = true)]
async fn a_hint_is_kept_up_to_two_minutes_and_nonsense_is_none() {
    let now: Timestamp = NOW.parse().unwrap();
    for (pairs, expected) in corpus() {
        let headers =
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let hint = retry_after(&headers.collect::<HeaderMap>(), now);
        let waited = second_attempt(hint, None).await;
        // Tokio's clock counts in milliseconds.
        let is_right = match (expected, waited) {
            (Waits(hint), Some(waited)) => (hint..=hint + 0.001).contains(&waited),
            (IsNoHint, Some(waited)) => (0.375..=0.501).contains(&waited),
            (IsFinal, waited) => waited.is_none(),
            _ => false,
        };
        assert!(is_right, "{pairs:?} is to be {expected:?}: {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_wait_reaches_the_deadline() {
    let secs = Duration::from_secs;
    for (hint, deadline, is_tried_again) in [
        (Some(secs(30)), secs(31), true),
        (Some(secs(30)), secs(30), false),
        (Some(secs(30)), secs(5), false),
        (Some(secs(0)), secs(5), true),
        (None, secs(1), true),
        (None, Duration::from_millis(370), false),
    ] {
        let waited = second_attempt(hint, Some(deadline)).await;
        assert_eq!(waited.is_some(), is_tried_again, "{hint:?} {deadline:?}: {waited:?}");
    }
}
