//! Retries: how many, when, and when not.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tokio::time::Instant;
use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Layer, Message, Provider, Signal, Usage};
use ziggurat_providers::layers::RetryLayer;
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn};

fn ask() -> ChatRequest {
    ChatRequest::new("m", [Message::user("Why?")])
}

fn overloaded() -> Turn {
    Turn::error(ErrorKind::Server, "overloaded").status(503)
}

fn around(script: &ScriptedProvider) -> Arc<dyn Provider> {
    RetryLayer::new().with_seed(7).layer(Arc::new(script.clone()))
}

#[tokio::test(start_paused = true)]
async fn what_may_succeed_a_moment_later_is_tried_three_times_and_everything_else_once() {
    let kinds = [
        (ErrorKind::RateLimit, 3),
        (ErrorKind::Server, 3),
        (ErrorKind::Connect, 3),
        (ErrorKind::Interrupted, 3),
        (ErrorKind::Timeout, 3),
        (ErrorKind::Auth, 1),
        (ErrorKind::Quota, 1),
        (ErrorKind::Budget, 1),
        (ErrorKind::InvalidRequest, 1),
        (ErrorKind::ContextLength, 1),
        (ErrorKind::ContentFilter, 1),
        (ErrorKind::Protocol, 1),
    ];
    for (kind, attempts) in kinds {
        let script = ScriptedProvider::new().otherwise(Turn::error(kind, "no").status(500));
        let provider = around(&script);
        let whole = provider.chat(&CallContext::default(), &ask()).await.unwrap_err();
        let streamed = provider.stream(&CallContext::default(), &ask()).await.err().unwrap();
        assert_eq!(script.calls().len(), 2 * attempts, "{kind}");
        for error in [whole, streamed] {
            assert_eq!((error.kind(), error.status()), (kind, Some(500)));
            assert!(!error.is_retryable(), "{kind}: it is final");
            assert_eq!(error.message().contains("3 attempts"), attempts == 3, "{error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_hint_is_waited_for_and_one_above_two_minutes_is_final() {
    let took = |hint: Duration| async move {
        let limited = Turn::error(ErrorKind::RateLimit, "later").retry_after(hint);
        let script = ScriptedProvider::new().turn(limited).otherwise(Turn::text("now"));
        let (provider, begun) = (around(&script), Instant::now());
        let answer = provider.chat(&CallContext::default(), &ask()).await;
        (answer.map(|answer| answer.text()), begun.elapsed())
    };
    for hint in [Duration::from_millis(250), Duration::from_secs(120)] {
        let (answer, waited) = took(hint).await;
        assert_eq!((answer.unwrap().as_str(), waited), ("now", hint));
    }
    let (answer, waited) = took(Duration::from_secs(121)).await;
    let error = answer.unwrap_err();
    assert!(error.message().contains("asks to wait 121 s") && !error.is_retryable(), "{error}");
    assert_eq!(waited, Duration::ZERO);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(121)), "the hint is kept");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_waited_for_that_comes_after_the_deadline() {
    let hint = Duration::from_secs(20);
    let limited = Turn::error(ErrorKind::RateLimit, "later").retry_after(hint);
    let script = ScriptedProvider::new().otherwise(limited);
    let begun = Instant::now();
    let cx = CallContext::default().with_deadline((begun + hint).into_std());
    let error = around(&script).chat(&cx, &ask()).await.unwrap_err();
    assert!(error.message().contains("deadline") && !error.is_retryable(), "{error}");
    assert_eq!((script.calls().len(), begun.elapsed()), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_has_yielded_is_not_tried_again() {
    let script = ScriptedProvider::new().turn(Turn::cut("half an answer"));
    let stream = around(&script).stream(&CallContext::default(), &ask()).await.unwrap();
    let items: Vec<_> = stream.collect().await;
    assert!(items.len() > 1 && items.last().unwrap().is_err(), "{items:?}");
    assert_eq!(script.calls().len(), 1);
}

/// R3, the first half.
#[tokio::test(start_paused = true)]
async fn a_dead_provider_costs_35_retries_in_a_thousand_calls() {
    let script = ScriptedProvider::new().otherwise(overloaded());
    let provider = around(&script);
    let calls = (0..1000).map(|_| {
        let provider = Arc::clone(&provider);
        async move { provider.chat(&CallContext::default(), &ask()).await.unwrap_err() }
    });
    let errors: Vec<_> = stream::iter(calls).buffer_unordered(32).collect().await;
    assert_eq!(script.calls().len() - 1000, 35);
    let spared = errors.iter().filter(|error| error.message().contains("most calls fail")).count();
    assert!(spared > 950, "{spared} say why there was no other attempt");
}

/// R3, the second half.
#[tokio::test(start_paused = true)]
async fn one_failure_in_ten_is_survived_with_little_more_than_a_call_each() {
    let rng = std::sync::Mutex::new(fastrand::Rng::with_seed(11));
    let script = ScriptedProvider::new().otherwise_with(move |_| {
        let fails = rng.lock().unwrap().f64() < 0.1;
        let turn = if fails { overloaded() } else { Turn::text("fine") };
        turn.after(Duration::from_millis(50))
    });
    let provider = around(&script);
    let calls = (0..1000).map(|_| {
        let provider = Arc::clone(&provider);
        async move { provider.chat(&CallContext::default(), &ask()).await.is_ok() }
    });
    let ends: Vec<bool> = stream::iter(calls).buffer_unordered(32).collect().await;
    let finished = ends.iter().filter(|ok| **ok).count();
    assert!(finished >= 990, "{finished} of 1,000 finished");
    let requests = script.calls().len();
    assert!((1050..=1200).contains(&requests), "{requests} requests");
}

/// R4 in the small: layers within layers.
#[tokio::test(start_paused = true)]
async fn retries_within_retries_do_not_multiply() {
    let script = ScriptedProvider::new().otherwise(overloaded());
    let layers = [RetryLayer::new(), RetryLayer::new(), RetryLayer::new()];
    let inner: Arc<dyn Provider> = Arc::new(script.clone());
    let provider = layers.iter().fold(inner, |inner, layer| layer.layer(inner));
    provider.chat(&CallContext::default(), &ask()).await.unwrap_err();
    assert_eq!(script.calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn every_attempt_is_reported_once_and_every_retry_told() {
    let used = Usage::new(5, 2);
    let script = ScriptedProvider::new().turns([
        overloaded(),
        overloaded(),
        Turn::text("fine").with_usage(used),
    ]);
    let recorder = Recorder::new();
    let cx = CallContext::default().with_observer(Arc::new(recorder.clone()));
    around(&script).chat(&cx, &ask()).await.unwrap();
    let usages: Vec<_> = recorder.calls().iter().map(|call| call.usage).collect();
    assert_eq!(usages, [Usage::UNKNOWN, Usage::UNKNOWN, used]);
    let told = recorder.signals().into_iter().filter_map(|signal| match signal {
        Signal::Retrying { attempt, reason } => Some((attempt, reason.kind)),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [(2, ErrorKind::Server), (3, ErrorKind::Server)]);
}

#[tokio::test(start_paused = true)]
async fn dropped_in_a_pause_it_leaves_nothing_and_reports_no_attempt_more() {
    let script = ScriptedProvider::new().otherwise(overloaded());
    let recorder = Recorder::new();
    let cx = CallContext::default().with_observer(Arc::new(recorder.clone()));
    let (provider, request) = (around(&script), ask());
    let call = provider.chat(&cx, &request);
    assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
    assert_eq!((script.calls().len(), script.in_flight()), (1, 0));
    assert_eq!(recorder.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn questions_about_models_are_tried_again_and_cost_nothing() {
    let script = ScriptedProvider::new().with_models_error(ErrorKind::Connect, "refused");
    let (recorder, begun) = (Recorder::new(), Instant::now());
    let cx = CallContext::default().with_observer(Arc::new(recorder.clone()));
    let error = around(&script).models(&cx).await.unwrap_err();
    assert!(error.message().contains("3 attempts"), "{error}");
    assert!(begun.elapsed() >= Duration::from_millis(1125), "two pauses");
    assert_eq!(recorder.calls().len(), 0);
}

#[tokio::test]
async fn without_delays_nothing_is_waited_for() {
    let hour = Turn::error(ErrorKind::RateLimit, "later").retry_after(Duration::from_secs(3600));
    let script = ScriptedProvider::new().turn(hour).otherwise(Turn::text("now"));
    let provider = RetryLayer::new().without_delays().layer(Arc::new(script));
    let answer = provider.chat(&CallContext::default(), &ask()).await.unwrap();
    assert_eq!(answer.text(), "now");
}
