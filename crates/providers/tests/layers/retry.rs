//! What is tried again, how often, and who pays for it.

mod quota;
mod spans;

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::time::{Instant, timeout};
use ziggurat_core::chat::ChatDelta;
use ziggurat_core::{
    CallContext, ChatRequest, Delivery, ErrorKind, Layer, Message, Model, Provider, Usage,
};
use ziggurat_providers::layers::{RetryLayer, TimeoutLayer};
use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn, provider_conformance};

provider_conformance! { conforming, Subject::in_process(|script| {
    RetryLayer::new().without_delays().layer(TimeoutLayer::new().layer(Arc::new(script)))
}), except {
    a_call_is_one_attempt: "making several is what the layer is for",
    the_call_after_a_failure_is_served: "the failure is not seen: the same call is served",
    a_hint_when_to_try_again_is_kept: "the hint is kept, but the last error is final",
    no_key_is_shown: "a script has no key",
    the_id_of_the_request_is_kept: "a script has no ids of requests",
} }

fn ask() -> ChatRequest {
    ChatRequest::new("m", [Message::user("Why?")])
}

fn around(layer: &RetryLayer, script: &ScriptedProvider) -> Arc<dyn Provider> {
    layer.layer(Arc::new(script.clone()))
}

fn busy() -> Turn {
    Turn::error(ErrorKind::Server, "overloaded").status(503)
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_seeds_wait_as_long_as_they_should() {
    for seed in 0..10_000 {
        let script = ScriptedProvider::new().otherwise(Turn::error(ErrorKind::RateLimit, "later"));
        let layer = RetryLayer::new().with_attempts(4).with_seed(seed);
        let begun = Instant::now();
        let at = Arc::new(std::sync::Mutex::new(Vec::new()));
        let heard = Arc::clone(&at);
        let cx = CallContext::default().tapped(move |signal| {
            if matches!(signal, ziggurat_core::Signal::Call(_)) {
                heard.lock().unwrap().push(begun.elapsed().as_secs_f64());
            }
        });
        around(&layer, &script).chat(&cx, &ask()).await.unwrap_err();
        let at = at.lock().unwrap();
        let waits: Vec<_> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(waits.len(), 3);
        for (wait, whole) in waits.into_iter().zip([0.5, 1.0, 2.0]) {
            // Tokio's clock counts in milliseconds.
            assert!(
                (0.75 * whole..=whole + 0.001).contains(&wait),
                "seed {seed}: {wait} of {whole}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_moment_may_mend_is_tried_three_times_and_nothing_else_is() {
    let passing = [
        ErrorKind::RateLimit,
        ErrorKind::Server,
        ErrorKind::Connect,
        ErrorKind::Interrupted,
        ErrorKind::Timeout,
    ];
    let lasting = [
        ErrorKind::Auth,
        ErrorKind::Permission,
        ErrorKind::Quota,
        ErrorKind::Budget,
        ErrorKind::InvalidRequest,
        ErrorKind::ModelNotFound,
        ErrorKind::ContextLength,
        ErrorKind::ContentFilter,
        ErrorKind::Protocol,
        ErrorKind::Unsupported,
    ];
    let rows = passing.map(|kind| (kind, 3)).into_iter().chain(lasting.map(|kind| (kind, 1)));
    for (kind, attempts) in rows {
        let script = ScriptedProvider::new().otherwise(Turn::error(kind, "no"));
        let provider = around(&RetryLayer::new(), &script);
        let whole = provider.chat(&CallContext::default(), &ask()).await.unwrap_err();
        let opened = provider.stream(&CallContext::default(), &ask()).await;
        assert_eq!(script.calls().len(), 2 * attempts, "{kind}");
        for error in [Some(whole), opened.err()].map(Option::unwrap) {
            assert_eq!((error.kind(), error.is_retryable()), (kind, false));
            let expected = if attempts == 3 { "no (3 attempts)" } else { "no" };
            assert_eq!(error.message(), expected);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_error_keeps_all_that_is_known_and_says_why_it_is_final() {
    let hint = Duration::from_secs(300);
    let turns = [Turn::error(ErrorKind::Connect, "refused"), busy().retry_after(hint)];
    let script = ScriptedProvider::new().turns(turns);
    let error = around(&RetryLayer::new(), &script).chat(&CallContext::default(), &ask()).await;
    let error = error.unwrap_err();
    assert_eq!((error.status(), error.retry_after()), (Some(503), Some(hint)));
    let message =
        "overloaded (2 attempts; the server asks for a wait of 300s, and 120s is the longest)";
    assert_eq!(error.message(), message);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_is_no_passing_one_ends_the_attempts() {
    let script = ScriptedProvider::new().turns([busy(), Turn::error(ErrorKind::Auth, "refused")]);
    let error = around(&RetryLayer::new(), &script).chat(&CallContext::default(), &ask()).await;
    assert_eq!(error.unwrap_err().message(), "refused (2 attempts)");
    script.assert_done();
}

#[tokio::test(start_paused = true)]
async fn attempts_can_be_set_and_one_is_the_least() {
    for (set, expected) in [(0, 1), (1, 1), (5, 5)] {
        let script = ScriptedProvider::new().otherwise(busy());
        let layer = RetryLayer::new().with_attempts(set);
        around(&layer, &script).chat(&CallContext::default(), &ask()).await.unwrap_err();
        assert_eq!(script.calls().len(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn every_attempt_is_reported_once_and_every_retry_told() {
    for delivery in [Delivery::Streamed, Delivery::Whole] {
        let answer = Turn::text("fine").with_usage(Usage::new(3, 4));
        let script = ScriptedProvider::new().turns([busy(), Turn::cut(""), answer]);
        let model = Model::known(around(&RetryLayer::new(), &script), "m");
        let recorder = Recorder::new();
        let answer = model.call(&recorder.context(), ask(), delivery).await.unwrap();
        assert_eq!(answer.text(), "fine");
        let usages: Vec<_> = recorder.calls().iter().map(|call| call.usage).collect();
        assert_eq!(usages, [Usage::UNKNOWN, Usage::UNKNOWN, Usage::new(3, 4)]);
        let retries = recorder.retries();
        let retries: Vec<_> = retries.iter().map(|(attempt, why)| (*attempt, why.kind)).collect();
        assert_eq!(retries, [(2, ErrorKind::Server), (3, ErrorKind::Interrupted)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_has_yielded_is_never_tried_again() {
    let broken = Turn::text("half an answer").then_error(ErrorKind::Server, "overloaded");
    let script = ScriptedProvider::new().turns([busy(), broken]).otherwise(Turn::text("fine"));
    let provider = around(&RetryLayer::new(), &script);
    let stream = provider.stream(&CallContext::default(), &ask()).await.unwrap();
    let items: Vec<_> = stream.collect().await;
    let [pieces @ .., Err(error)] = items.as_slice() else { panic!("{items:?}") };
    let text = |item: &Result<_, _>| match item {
        Ok(ChatDelta::Text(text)) => text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(pieces.iter().map(text).collect::<String>(), "half an answer");
    assert_eq!((error.kind(), error.message()), (ErrorKind::Server, "overloaded"));
    assert_eq!(script.calls().len(), 2, "one before the first piece, and none after it");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_lost_is_made_again() {
    let script = ScriptedProvider::new().turns([Turn::hang(), Turn::text("fine")]);
    let timed = TimeoutLayer::new().with_attempt(Duration::from_secs(5));
    let provider = RetryLayer::new().layer(timed.layer(Arc::new(script.clone())));
    let answer = provider.chat(&CallContext::default(), &ask()).await.unwrap();
    assert_eq!((answer.text().as_str(), script.cancelled()), ("fine", 1));
}

#[tokio::test(start_paused = true)]
async fn three_layers_within_each_other_make_three_attempts() {
    let script = ScriptedProvider::new()
        .with_models_error(ErrorKind::Server, "overloaded")
        .otherwise(busy());
    let layers = [RetryLayer::new(), RetryLayer::new(), RetryLayer::new()];
    let leaf: Arc<dyn Provider> = Arc::new(script.clone());
    let provider = layers.iter().fold(leaf, |inner, layer| layer.layer(inner));
    let recorder = Recorder::new();
    let error = provider.chat(&recorder.context(), &ask()).await.unwrap_err();
    assert_eq!((script.calls().len(), recorder.calls().len()), (3, 3));
    assert_eq!(error.message(), "overloaded (3 attempts)", "and no layer adds another word");
    assert!(provider.stream(&recorder.context(), &ask()).await.is_err());
    assert_eq!((script.calls().len(), recorder.calls().len()), (6, 6));
    assert_eq!(recorder.retries().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn questions_that_cost_nothing_are_tried_again_and_not_reported() {
    let script = ScriptedProvider::new().with_models_error(ErrorKind::Connect, "refused");
    let provider = around(&RetryLayer::new(), &script);
    let recorder = Recorder::new();
    for error in [
        provider.model(&recorder.context(), "m").await.unwrap_err(),
        provider.models(&recorder.context()).await.unwrap_err(),
    ] {
        assert_eq!(error.message(), "refused (3 attempts)");
    }
    assert_eq!((recorder.calls().len(), recorder.retries().len()), (0, 4));
}

#[tokio::test(start_paused = true)]
async fn without_delays_it_decides_as_ever_and_does_not_wait() {
    let later = |seconds| busy().retry_after(Duration::from_secs(seconds));
    let script = ScriptedProvider::new().turns([later(60), Turn::text("fine"), later(121)]);
    let provider = around(&RetryLayer::new().without_delays(), &script);
    let begun = Instant::now();
    assert!(provider.chat(&CallContext::default(), &ask()).await.is_ok());
    assert!(provider.chat(&CallContext::default(), &ask()).await.is_err());
    assert_eq!(begun.elapsed(), Duration::ZERO);
    script.assert_done();
}

#[tokio::test(start_paused = true)]
async fn dropped_while_it_waits_a_call_leaves_nothing() {
    let script = ScriptedProvider::new().otherwise(busy());
    let model = Model::known(around(&RetryLayer::new(), &script), "m");
    let recorder = Recorder::new();
    // More often than the quota would allow, if a wait that was given up took anything from it.
    for _ in 0..100 {
        let cx = recorder.context();
        let call = model.call(&cx, ask(), Delivery::Streamed);
        assert!(timeout(Duration::from_millis(300), call).await.is_err(), "it waits");
    }
    assert_eq!((script.calls().len(), script.in_flight(), script.cancelled()), (100, 0, 0));
    assert_eq!(recorder.calls().len(), 100);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(script.calls().len(), 100, "nothing goes on");
}
