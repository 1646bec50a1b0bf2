//! The layer `concurrency` through its public face.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use tokio::time::{Instant, sleep, timeout};
use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Layer, Message, Provider, Signal};
use ziggurat_providers::layers::ConcurrencyLayer;
use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn, provider_conformance};

provider_conformance! {
    concurrency,
    Subject::in_process(|script| ConcurrencyLayer::new().with_max(64).layer(Arc::new(script))),
    except {
        no_key_is_shown: "the script has no key",
        the_id_of_the_request_is_kept: "the script has no ids of requests",
        a_deadline_ends_a_call: "the script has no clock; whoever sends has",
        a_deadline_ends_a_stream: "the script has no clock; whoever sends has",
    }
}

const SECOND: Duration = Duration::from_secs(1);

fn ask() -> ChatRequest {
    ChatRequest::new("m", [Message::user("Why?")])
}

fn slow() -> ScriptedProvider {
    ScriptedProvider::new().otherwise(Turn::text("fine").after(SECOND))
}

/// So many calls at once, whatever becomes of them.
async fn at_once(provider: &Arc<dyn Provider>, calls: usize) {
    let cx = CallContext::default();
    let request = ask();
    join_all((0..calls).map(|_| provider.chat(&cx, &request))).await;
}

#[tokio::test(start_paused = true)]
async fn no_more_are_under_way_than_the_bound_and_all_get_their_turn() {
    let script = slow();
    let layer = ConcurrencyLayer::new().with_max(3);
    let provider = layer.layer(Arc::new(script.clone()));
    let start = Instant::now();
    at_once(&provider, 10).await;
    assert_eq!((script.max_in_flight(), script.calls().len()), (3, 10));
    assert_eq!(start.elapsed(), SECOND * 4);
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_under_way_until_its_end_or_until_it_is_dropped() {
    let layer = ConcurrencyLayer::new().with_max(1);
    let provider = layer.layer(Arc::new(ScriptedProvider::new().otherwise(Turn::text("fine"))));
    let cx = CallContext::default();
    let request = ask();
    let waits = || timeout(SECOND, provider.chat(&cx, &request));
    let mut stream = provider.stream(&cx, &ask()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    waits().await.unwrap_err();
    while stream.next().await.is_some() {}
    waits().await.expect("the stream has ended").unwrap();
    let dropped = provider.stream(&cx, &ask()).await.unwrap();
    waits().await.unwrap_err();
    drop(dropped);
    waits().await.expect("the stream is gone").unwrap();
}

fn failing(kind: ErrorKind, status: u16) -> Turn {
    Turn::error(kind, "too much").status(status).after(SECOND)
}

/// The bound after a round of 16 calls that all end like this.
async fn bound_after(turn: Turn) -> usize {
    let layer = ConcurrencyLayer::new().with_max(16);
    let provider = layer.layer(Arc::new(ScriptedProvider::new().otherwise(turn)));
    at_once(&provider, 16).await;
    layer.limit()
}

#[tokio::test(start_paused = true)]
async fn an_overloaded_server_halves_the_bound_once_a_round() {
    assert_eq!(bound_after(failing(ErrorKind::RateLimit, 429)).await, 8);
    assert_eq!(bound_after(failing(ErrorKind::Server, 503)).await, 8);
    assert_eq!(bound_after(failing(ErrorKind::Server, 529)).await, 8);
    for (kind, status) in [(ErrorKind::Server, 500), (ErrorKind::Quota, 429)] {
        assert_eq!(bound_after(failing(kind, status)).await, 16);
    }
    assert_eq!(bound_after(Turn::error(ErrorKind::Timeout, "late")).await, 16);
    assert_eq!(bound_after(Turn::error(ErrorKind::Connect, "nobody")).await, 16);
}

#[tokio::test(start_paused = true)]
async fn the_bound_is_lowered_once_in_the_time_that_the_server_asks_for() {
    let wait = Duration::from_secs(20);
    let refused = failing(ErrorKind::RateLimit, 429).retry_after(wait);
    let layer = ConcurrencyLayer::new().with_max(8);
    let provider = layer.layer(Arc::new(ScriptedProvider::new().otherwise(refused)));
    let mut bounds = Vec::new();
    for _ in 0..5 {
        at_once(&provider, 1).await;
        bounds.push(layer.limit());
        tokio::time::sleep(wait / 2).await;
    }
    assert_eq!(bounds, [4, 4, 2, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_bound_falls_to_one_and_grows_by_one_a_round() {
    let script = ScriptedProvider::new().turns(vec![failing(ErrorKind::RateLimit, 429); 6]);
    let layer = ConcurrencyLayer::new().with_max(8);
    let provider = layer.layer(Arc::new(script.otherwise(Turn::text("fine"))));
    let mut bounds = Vec::new();
    for _ in 0..6 {
        at_once(&provider, 1).await;
        bounds.push(layer.limit());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(bounds, [4, 2, 1, 1, 1, 1]);
    bounds.clear();
    for _ in 0..6 {
        at_once(&provider, 1).await;
        bounds.push(layer.limit());
    }
    // One good answer, then two, then three.
    assert_eq!(bounds, [2, 2, 3, 3, 3, 4]);
    at_once(&provider, 100).await;
    assert_eq!(layer.limit(), 8, "not beyond where it began");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_under_load_counts_and_a_good_one_does_when_it_ends() {
    let broken = Turn::text("half").then_error(ErrorKind::Server, "overloaded").status(529);
    let script = ScriptedProvider::new().turn(broken).otherwise(Turn::text("fine"));
    let layer = ConcurrencyLayer::new().with_max(2);
    let provider = layer.layer(Arc::new(script));
    for expected in [1, 2] {
        let mut stream = provider.stream(&CallContext::default(), &ask()).await.unwrap();
        stream.next().await.unwrap().unwrap();
        assert_eq!(layer.limit(), 3 - expected);
        while stream.next().await.is_some() {}
        assert_eq!(layer.limit(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_says_so_leaves_when_dropped_and_is_never_later_than_the_deadline() {
    let script = slow();
    let layer = ConcurrencyLayer::new().with_max(1);
    let (provider, recorder) = (layer.layer(Arc::new(script.clone())), Recorder::new());
    let busy = tokio::spawn({
        let provider = provider.clone();
        async move { at_once(&provider, 1).await }
    });
    tokio::task::yield_now().await;
    let start = Instant::now();
    let half = start + SECOND / 2;
    let late = recorder.context().with_deadline(half.into_std());
    let error = provider.chat(&late, &ask()).await.unwrap_err();
    assert_eq!((error.kind(), Instant::now()), (ErrorKind::Timeout, half));
    assert_eq!(recorder.signals(), [Signal::Queued], "a meter knows that nothing was sent");
    timeout(SECOND / 4, provider.chat(&CallContext::default(), &ask())).await.unwrap_err();
    let (cx, request) = (recorder.context(), ask());
    provider.chat(&cx, &request).await.unwrap();
    assert_eq!(start.elapsed(), SECOND * 2);
    assert_eq!(recorder.signals(), [Signal::Queued, Signal::Queued, Signal::Dequeued]);
    assert_eq!(script.calls().len(), 2);
    busy.await.unwrap();
    sleep(SECOND).await;
    provider.chat(&cx, &request).await.unwrap();
    assert_eq!(recorder.signals().len(), 3, "who does not wait says nothing");
}
