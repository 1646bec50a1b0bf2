//! Clocks over attempts and streams.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use tokio::time::{Instant, sleep, timeout};
use ziggurat_core::chat::{ChatDelta, ChatStream};
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ErrorKind, Layer, Message, ModelInfo, Provider,
    ProviderError,
};
use ziggurat_providers::layers::TimeoutLayer;
use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::{ScriptedProvider, Turn, provider_conformance};

provider_conformance! { conforming, Subject::in_process(|script| {
    TimeoutLayer::new().layer(Arc::new(script))
}), except {
    no_key_is_shown: "a script has no key",
    the_id_of_the_request_is_kept: "a script has no ids of requests",
} }

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn ask() -> ChatRequest {
    ChatRequest::new("m", [Message::user("Why?")])
}

fn within(time: Duration) -> CallContext {
    CallContext::default().with_deadline((Instant::now() + time).into_std())
}

fn around(layer: TimeoutLayer, script: &ScriptedProvider) -> Arc<dyn Provider> {
    layer.layer(Arc::new(script.clone()))
}

/// What a whole answer and a stream end with, and after how long.
async fn ends(
    layer: TimeoutLayer,
    turn: Turn,
    time: Option<Duration>,
) -> [(Duration, ProviderError); 2] {
    let script = ScriptedProvider::new().otherwise(turn);
    let provider = around(layer, &script);
    let context = || time.map_or_else(CallContext::default, within);
    let begun = Instant::now();
    let whole = provider.chat(&context(), &ask()).await.unwrap_err();
    let whole = (begun.elapsed(), whole);
    let begun = Instant::now();
    let streamed = match provider.stream(&context(), &ask()).await {
        Ok(stream) => stream.collect::<Vec<_>>().await.pop().unwrap().unwrap_err(),
        Err(error) => error,
    };
    assert_eq!((script.in_flight(), script.cancelled()), (0, 2), "both are dropped");
    [whole, (begun.elapsed(), streamed)]
}

/// Exact but for what tokio's clock rounds up.
fn assert_took(took: Duration, expected: Duration) {
    assert!(
        took >= expected && took <= expected + Duration::from_millis(2),
        "{took:?} {expected:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn by_default_an_attempt_has_ten_minutes_and_a_stream_two_minutes_of_silence() {
    for turn in [Turn::hang(), Turn::stall("The beginning")] {
        let [whole, streamed] = ends(TimeoutLayer::new(), turn, None).await;
        assert_took(whole.0, secs(600));
        assert_took(streamed.0, secs(120));
        assert_eq!([whole.1.kind(), streamed.1.kind()], [ErrorKind::Timeout; 2]);
        assert!(whole.1.is_retryable() && streamed.1.is_retryable());
        assert!(
            whole.1.message().contains("after 600s, the longest that an attempt"),
            "{}",
            whole.1
        );
        assert!(
            streamed.1.message().contains("for 120s, the longest that a stream"),
            "{}",
            streamed.1
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_drips_is_never_idle_and_ends_with_its_attempt() {
    let layer = TimeoutLayer::new().with_attempt(secs(100));
    let drips = Turn::text("word ".repeat(200)).paced(secs(59));
    let script = ScriptedProvider::new().turn(drips);
    let begun = Instant::now();
    let stream = around(layer, &script).stream(&CallContext::default(), &ask()).await.unwrap();
    let items: Vec<_> = stream.collect().await;
    assert_took(begun.elapsed(), secs(100));
    let [first @ .., Err(last)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(first.len(), 2, "at 0 s and at 59 s: {items:?}");
    assert!(first.iter().all(|item| matches!(item, Ok(ChatDelta::Text(_)))), "{items:?}");
    assert!(last.message().contains("after 100s, the longest that an attempt"), "{last}");
    assert_eq!((script.in_flight(), script.cancelled()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_takes_his_time_is_no_silence() {
    let script = ScriptedProvider::new().turn(Turn::text("one two three"));
    let layer = TimeoutLayer::new().with_attempt(None).with_idle(secs(1));
    let mut stream = around(layer, &script).stream(&within(secs(5)), &ask()).await.unwrap();
    let mut items = 0;
    while let Some(item) = stream.next().await {
        assert!(item.is_ok(), "{item:?}");
        items += 1;
        sleep(secs(100)).await;
    }
    assert!(items > 1, "there is something to read slowly");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_what_the_other_clocks_would_let_run() {
    for turn in [Turn::hang(), Turn::stall("The beginning")] {
        for error in ends(TimeoutLayer::new(), turn, Some(Duration::from_millis(2_500))).await {
            assert_took(error.0, Duration::from_millis(2_500));
            let message = error.1.message();
            assert!(message.starts_with("the call's deadline passed after 2.5"), "{message}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_deadline_nothing_is_sent() {
    let script = ScriptedProvider::new().echo();
    let provider = around(TimeoutLayer::new(), &script);
    let cx = within(secs(1));
    sleep(secs(1)).await;
    let error = provider.chat(&cx, &ask()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.message().contains("nothing was sent"), "{error}");
    assert!(provider.stream(&cx, &ask()).await.is_err());
    assert_eq!(script.calls().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn clocks_start_when_a_call_is_polled() {
    let script = ScriptedProvider::new().turn(Turn::text("fine").after(secs(3)));
    let provider = around(TimeoutLayer::new().with_attempt(secs(4)), &script);
    let (cx, request) = (CallContext::default(), ask());
    let call = provider.chat(&cx, &request);
    sleep(secs(10)).await;
    assert_eq!(call.await.unwrap().text(), "fine");
}

#[tokio::test(start_paused = true)]
async fn without_clocks_and_with_endless_ones_an_attempt_lasts() {
    let endless = TimeoutLayer::new().with_attempt(Duration::MAX).with_idle(Duration::MAX);
    for layer in [endless, TimeoutLayer::new().with_attempt(None).with_idle(None)] {
        let provider = around(layer, &ScriptedProvider::new().otherwise(Turn::hang()));
        let cx = CallContext::default();
        assert!(timeout(secs(100_000), provider.chat(&cx, &ask())).await.is_err());
        assert!(timeout(secs(100_000), provider.stream(&cx, &ask())).await.is_err());
    }
}

/// Never answers; keeps the deadlines it was given.
#[derive(Default)]
struct Lost(Mutex<Vec<Option<std::time::Instant>>>);

impl Lost {
    async fn wait<T>(&self, cx: &CallContext) -> T {
        self.0.lock().unwrap().push(cx.deadline());
        pending().await
    }
}

#[async_trait]
impl Provider for Lost {
    fn name(&self) -> &str {
        "lost"
    }
    async fn model(&self, cx: &CallContext, _: &str) -> Result<ModelInfo, ProviderError> {
        self.wait(cx).await
    }
    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        self.wait(cx).await
    }
    async fn count_tokens(
        &self,
        cx: &CallContext,
        _: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        self.wait(cx).await
    }
    async fn chat(&self, cx: &CallContext, _: &ChatRequest) -> Result<ChatResponse, ProviderError> {
        self.wait(cx).await
    }
    async fn stream(&self, cx: &CallContext, _: &ChatRequest) -> Result<ChatStream, ProviderError> {
        self.wait(cx).await
    }
}

#[tokio::test(start_paused = true)]
async fn every_method_has_the_attempt_s_clock_and_the_context_s_deadline() {
    let lost = Arc::new(Lost::default());
    let layer = TimeoutLayer::new().with_attempt(secs(5)).with_idle(None);
    let provider = layer.layer(Arc::clone(&lost) as Arc<dyn Provider>);
    let request = ask();
    for (time, expected) in [(secs(9), secs(5)), (secs(2), secs(2))] {
        for method in 0..5 {
            let (begun, cx) = (Instant::now(), within(time));
            let error = match method {
                0 => provider.model(&cx, "m").await.err(),
                1 => provider.models(&cx).await.err(),
                2 => provider.count_tokens(&cx, &request).await.err(),
                3 => provider.chat(&cx, &request).await.err(),
                _ => provider.stream(&cx, &request).await.err(),
            };
            assert_took(begun.elapsed(), expected);
            assert_eq!(error.unwrap().kind(), ErrorKind::Timeout);
            assert_eq!(lost.0.lock().unwrap().pop(), Some(cx.deadline()), "passed down as it is");
        }
    }
}
