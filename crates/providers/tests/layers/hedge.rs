//! A second attempt where the first one is slow.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use tokio::time::{Instant, timeout};
use ziggurat_core::{
    CallContext, ChatRequest, Delivery, ErrorKind, Layer, Message, Model, Price, Provider, Usage,
    Usd,
};
use ziggurat_providers::layers::HedgeLayer;
use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn, provider_conformance};

provider_conformance! { conforming, Subject::in_process(|script| {
    HedgeLayer::after(Duration::from_secs(600)).layer(Arc::new(script))
}), except {
    no_key_is_shown: "a script has no key",
    the_id_of_the_request_is_kept: "a script has no ids of requests",
    a_deadline_ends_a_call: "a script knows no deadline",
    a_deadline_ends_a_stream: "a script knows no deadline",
} }

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Hedges every call that takes more than a second.
fn eager() -> HedgeLayer {
    HedgeLayer::after(secs(1)).with_percent(100)
}

fn around(layer: &HedgeLayer, script: &ScriptedProvider) -> Arc<dyn Provider> {
    layer.layer(Arc::new(script.clone()))
}

fn ask() -> ChatRequest {
    ChatRequest::new("m", [Message::user("Why?")])
}

/// About a second each, and one in twenty twenty times as long.
fn long_tailed(seed: u64) -> ScriptedProvider {
    let random = Mutex::new(fastrand::Rng::with_seed(seed));
    ScriptedProvider::new().otherwise_with(move |_| {
        let mut random = random.lock().unwrap();
        let usual = Duration::from_millis(random.u64(800..1_200));
        let factor = if random.u32(0..100) < 5 { 20 } else { 1 };
        Turn::text("Because.").after(usual * factor)
    })
}

/// The latencies of so many calls, one after the other, the shortest first.
async fn latencies(provider: &dyn Provider, calls: usize) -> Vec<Duration> {
    let mut all = Vec::new();
    for _ in 0..calls {
        let begun = Instant::now();
        provider.chat(&CallContext::default(), &ask()).await.unwrap();
        all.push(begun.elapsed());
    }
    all.sort();
    all
}

#[tokio::test(start_paused = true)]
async fn the_99th_percentile_of_a_long_tail_falls_to_the_delay_and_one_usual_call() {
    const CALLS: usize = 2_000;
    let at = |sorted: &[Duration], percent: usize| sorted[sorted.len() * percent / 100];
    let plain = latencies(&long_tailed(1), CALLS).await;
    assert!(at(&plain, 99) > secs(16), "{:?}", at(&plain, 99));
    for layer in [HedgeLayer::after(Duration::from_millis(1_500)), HedgeLayer::at_percentile(92)] {
        let script = long_tailed(1);
        let hedged = latencies(&*around(&layer, &script), CALLS).await;
        let p99 = at(&hedged, 99);
        assert!(p99 < Duration::from_millis(1_500 + 1_200), "{layer:?}: {p99:?}");
        assert!(at(&hedged, 50) < Duration::from_millis(1_100), "{layer:?}");
        let extra = script.calls().len() - CALLS;
        assert!((CALLS * 4 / 100..=CALLS / 10).contains(&extra), "{layer:?}: {extra}");
        assert_eq!((script.cancelled(), script.max_in_flight()), (extra, 2), "{layer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_becomes_slow_is_not_given_twice_the_work() {
    let script = ScriptedProvider::new().otherwise(Turn::text("Because.").after(secs(20)));
    let provider = around(&HedgeLayer::after(secs(1)), &script);
    let (cx, request) = (CallContext::default(), ask());
    join_all((0..200).map(|_| provider.chat(&cx, &request))).await;
    assert_eq!(script.calls().len(), 210, "at once, what is saved up");
    for _ in 0..200 {
        provider.chat(&cx, &request).await.unwrap();
    }
    assert_eq!(script.calls().len(), 430, "over time, a tenth");
}

#[tokio::test(start_paused = true)]
async fn a_percentile_counts_once_there_are_enough_answers_and_failures_are_none() {
    let quick = |turn: Turn| turn.after(secs(2));
    let script = ScriptedProvider::new()
        .turns((0..19).map(|_| quick(Turn::text("Because."))))
        .turns((0..50).map(|_| Turn::error(ErrorKind::RateLimit, "slow down")))
        .turn(Turn::text("slow, and nobody knows").after(secs(30)))
        .turn(Turn::text("too slow").after(secs(30)))
        .turn(quick(Turn::text("hedged")));
    let provider = around(&HedgeLayer::at_percentile(90), &script);
    let mut last = (String::new(), Duration::ZERO);
    for _ in 0..71 {
        let begun = Instant::now();
        if let Ok(answer) = provider.chat(&CallContext::default(), &ask()).await {
            last = (answer.text(), begun.elapsed());
        }
    }
    // 2 seconds are the 90th percentile of 19 calls of 2 seconds and one of 30.
    assert_eq!(last, ("hedged".to_owned(), secs(4)));
    script.assert_done();
}

#[tokio::test(start_paused = true)]
async fn a_slow_call_that_was_cut_short_counts_as_a_slow_one() {
    let took = |seconds| Turn::text("Because.").after(secs(seconds));
    let script = ScriptedProvider::new().turns([1, 1, 30, 5, 30, 5, 30, 5].map(took));
    let layer = HedgeLayer::at_percentile(50).with_samples(2).with_percent(100);
    let provider = around(&layer, &script);
    let mut all = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        provider.chat(&CallContext::default(), &ask()).await.unwrap();
        all.push(begun.elapsed().as_secs());
    }
    assert_eq!(all, [1, 1, 6, 6, 6]);
    script.assert_done();
    let script = ScriptedProvider::new().turns([30, 5].map(took));
    let begun = Instant::now();
    around(&layer, &script).chat(&CallContext::default(), &ask()).await.unwrap();
    assert_eq!(begun.elapsed(), secs(6 + 5), "of 1, 1, 6, 6 and 6 the median is 6");
}

#[tokio::test(start_paused = true)]
async fn the_first_success_wins_and_the_cost_of_the_other_is_reported_once_as_unknown() {
    let cent = Usd::from_picos(10_000_000_000);
    let priced = |turns: [Turn; 2]| {
        let script = ScriptedProvider::new().turns(turns);
        script.with_info(move |info| info.price = Some(Price::per_token(cent, cent)))
    };
    let turn = |seconds| {
        Turn::text(format!("after {seconds}")).after(secs(seconds)).with_usage(Usage::new(3, 2))
    };
    for (turns, text, took) in [
        ([turn(9), turn(2)], "after 2", 3),
        ([turn(4), turn(30)], "after 4", 4),
        ([Turn::hang(), turn(2)], "after 2", 3),
    ] {
        for delivery in [Delivery::Whole, Delivery::Streamed] {
            let script = priced(turns.clone());
            let (recorder, begun) = (Recorder::new(), Instant::now());
            let model = Model::known(around(&eager(), &script), "m");
            let answer = model.call(&recorder.context(), ask(), delivery).await.unwrap();
            assert_eq!((answer.text().as_str(), begun.elapsed()), (text, secs(took)));
            let mut costs: Vec<_> =
                recorder.calls().into_iter().map(|call| call.cost.total()).collect();
            costs.sort();
            assert_eq!(costs, [None, Some(Usd::from_picos(cent.picos() * 5))], "{delivery:?}");
            assert_eq!((script.cancelled(), script.in_flight()), (1, 0), "{delivery:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_fails_leaves_the_decision_to_the_other() {
    let fails = |words: &str, seconds| Turn::error(ErrorKind::Server, words).after(secs(seconds));
    let answers = |seconds| Turn::text("Because.").after(secs(seconds));
    for (turns, expected, took) in [
        ([fails("first", 3), answers(5)], Ok("Because."), 6),
        ([answers(5), fails("second", 1)], Ok("Because."), 5),
        ([fails("first", 3), fails("second", 5)], Err("first"), 6),
        ([fails("first", 9), fails("second", 1)], Err("first"), 9),
    ] {
        let script = ScriptedProvider::new().turns(turns);
        let (recorder, begun) = (Recorder::new(), Instant::now());
        let result = around(&eager(), &script).chat(&recorder.context(), &ask()).await;
        let result = result.map(|answer| answer.text()).map_err(|error| error.message().to_owned());
        let result = result.as_deref().map_err(String::as_str);
        assert_eq!((result, begun.elapsed()), (expected, secs(took)));
        assert_eq!(recorder.calls().len(), 2);
        assert_eq!(script.cancelled(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_before_the_delay_is_not_tried_again() {
    let script = ScriptedProvider::new().turn(Turn::error(ErrorKind::Server, "overloaded"));
    let result = around(&eager(), &script).chat(&CallContext::default(), &ask()).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Server);
    script.assert_done();
}

#[tokio::test(start_paused = true)]
async fn an_open_stream_is_not_hedged_however_slow_it_is() {
    let script = ScriptedProvider::new().turn(Turn::text("a text of many pieces").paced(secs(10)));
    let provider = around(&eager(), &script);
    let stream = provider.stream(&CallContext::default(), &ask()).await.unwrap();
    let begun = Instant::now();
    assert!(stream.count().await > 2 && begun.elapsed() > secs(20));
    script.assert_done();
}

#[tokio::test(start_paused = true)]
async fn dropping_the_call_drops_both_attempts() {
    let script = ScriptedProvider::new().otherwise(Turn::hang());
    let provider = around(&eager(), &script);
    let recorder = Recorder::new();
    let (cx, request) = (recorder.context(), ask());
    assert!(timeout(secs(5), provider.chat(&cx, &request)).await.is_err());
    assert!(timeout(secs(5), provider.stream(&cx, &request)).await.is_err());
    assert_eq!((script.max_in_flight(), script.in_flight(), script.cancelled()), (2, 0, 4));
    assert_eq!(recorder.calls().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn answers_and_opened_streams_are_measured_apart_and_by_all_wrappers_together() {
    let script = ScriptedProvider::new().otherwise(Turn::text("Because.").after(secs(1)));
    let layer = HedgeLayer::at_percentile(50).with_samples(2).with_percent(100);
    let cx = CallContext::default();
    for _ in 0..2 {
        around(&layer, &script).chat(&cx, &ask()).await.unwrap();
    }
    let slow = ScriptedProvider::new().otherwise(Turn::text("Because.").after(secs(30)));
    let provider = around(&layer, &slow);
    assert_eq!(provider.stream(&cx, &ask()).await.unwrap().count().await, 2);
    assert_eq!(slow.calls().len(), 1, "no stream was opened before");
    provider.chat(&cx, &ask()).await.unwrap();
    assert_eq!(slow.calls().len(), 3, "two calls were answered before");
}
