//! The layer `cache` through its public face.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::{join_all, ready};
use serde_json::json;
use tokio::time::{Instant, timeout};
use ziggurat_core::chat::{self, AnswerSource, FinishReason, Reasoning};
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, Cost, Delivery, ErrorKind, Layer, Message, Model,
    Price, Provider, ProviderError, Signal, Usage, Usd,
};
use ziggurat_providers::layers::CacheLayer;
use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn, provider_conformance};

provider_conformance! {
    cache,
    Subject::in_process(|script| CacheLayer::new().layer(Arc::new(script))),
    except {
        no_key_is_shown: "the script has no key",
        the_id_of_the_request_is_kept: "the script's requests have no ids",
        a_deadline_ends_a_call: "the layer has no clock, and the script takes as long as it says",
        a_deadline_ends_a_stream: "the layer has no clock, and the script takes as long as it says",
    }
}

fn layered(layer: &CacheLayer, script: &ScriptedProvider) -> Arc<dyn Provider> {
    layer.layer(Arc::new(script.clone()))
}

fn ask(text: &str) -> ChatRequest {
    ChatRequest::new("m", [Message::user(text)])
}

async fn whole(provider: &dyn Provider, text: &str) -> Result<ChatResponse, ProviderError> {
    provider.chat(&CallContext::default(), &ask(text)).await
}

async fn streamed(provider: &dyn Provider, text: &str) -> Result<ChatResponse, ProviderError> {
    let stream = provider.stream(&CallContext::default(), &ask(text)).await?;
    chat::collect(provider.name(), stream, |_| {}).await
}

#[tokio::test]
async fn an_answer_is_the_same_from_the_cache_whole_or_streamed() {
    let turn = Turn::tool_call("add", json!({"a": 1}))
        .saying("I look it up.")
        .with_reasoning(Reasoning::new("hm").with_signature(Some("proof".to_owned())))
        .with_usage(Usage::new(30, 12));
    for streams_first in [false, true] {
        let script = ScriptedProvider::new().turn(turn.clone());
        let provider = layered(&CacheLayer::new(), &script);
        let first = match streams_first {
            true => streamed(&*provider, "Why?").await.unwrap(),
            false => whole(&*provider, "Why?").await.unwrap(),
        };
        assert_eq!(first.source, AnswerSource::Model);
        let expected = first.with_source(AnswerSource::Cache);
        assert_eq!(whole(&*provider, "Why?").await.unwrap(), expected);
        assert_eq!(streamed(&*provider, "Why?").await.unwrap(), expected);
        assert_eq!(script.calls().len(), 1);
    }
}

#[tokio::test]
async fn only_what_is_equal_in_all_fields_and_of_the_same_provider_is_alike() {
    let layer = CacheLayer::new();
    let script = ScriptedProvider::new().echo();
    let provider = layered(&layer, &script);
    let other = layered(&layer, &script.clone().named("other"));
    let requests = [
        ask("Why?"),
        ask("How?"),
        ask("Why?").with_temperature(0.5),
        ask("Why?").with_system("Be brief."),
        ask("Why?").with_extra("service_tier", "flex"),
    ];
    for _ in 0..2 {
        for request in &requests {
            provider.chat(&CallContext::default(), request).await.unwrap();
        }
        whole(&*other, "Why?").await.unwrap();
    }
    assert_eq!(script.calls().len(), requests.len() + 1);
    let sibling = layered(&layer.clone(), &script);
    assert_eq!(whole(&*sibling, "Why?").await.unwrap().source, AnswerSource::Cache);
}

#[tokio::test]
async fn an_answer_that_nobody_wants_again_is_not_kept() {
    let finish = |reason| Turn::text("some").finish(reason);
    let turns = [
        finish(FinishReason::Length),
        finish(FinishReason::ContentFilter),
        finish(FinishReason::Other("pause_turn".to_owned())),
        Turn::refusal("I would rather not."),
        Turn::empty(),
        Turn::text(" \n"),
        Turn::empty().with_reasoning(Reasoning::new("hm")),
        Turn::error(ErrorKind::Server, "overloaded"),
        Turn::cut("half"),
    ];
    for turn in turns {
        let script = ScriptedProvider::new().turns([turn.clone(), turn.clone()]).echo();
        let provider = layered(&CacheLayer::new(), &script);
        let _ = whole(&*provider, "Why?").await;
        let _ = streamed(&*provider, "Why?").await;
        let third = whole(&*provider, "Why?").await.unwrap();
        assert_eq!(
            (third.text().as_str(), third.source),
            ("Why?", AnswerSource::Model),
            "{turn:?}"
        );
        assert_eq!(whole(&*provider, "Why?").await.unwrap().source, AnswerSource::Cache);
    }
}

#[tokio::test]
async fn without_room_or_time_nothing_is_kept() {
    let none = [
        CacheLayer::new().with_max_bytes(0),
        CacheLayer::new().with_time_to_live(Duration::ZERO),
        CacheLayer::new().with_time_to_live(Duration::ZERO).with_max_bytes(1 << 20),
    ];
    for layer in none {
        let script = ScriptedProvider::new().echo();
        let provider = layered(&layer, &script);
        for calls in 1..=2 {
            whole(&*provider, "Why?").await.unwrap();
            assert_eq!(script.calls().len(), calls, "{layer:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_alike_calls_at_once_make_one_and_only_that_is_paid_for() {
    let usage = Usage::new(30, 12);
    let turn = Turn::text("An answer of several pieces.").with_usage(usage);
    let script = ScriptedProvider::new()
        .with_info(|info| {
            info.price = Some(Price::per_token(Usd::from_picos(3), Usd::from_picos(7)))
        })
        .turn(turn.after(Duration::from_secs(2)).paced(Duration::from_secs(1)));
    let model = Model::known(layered(&CacheLayer::new(), &script), "m");
    let recorder = Recorder::new();
    let calls = (0..100).map(|number| {
        let (model, cx) = (model.clone(), recorder.context());
        let delivery = if number % 2 == 0 { Delivery::Streamed } else { Delivery::Whole };
        tokio::spawn(async move { model.call(&cx, ask("Why?"), delivery).await.unwrap() })
    });
    let answers: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(script.calls().len(), 1);
    assert!(answers.iter().all(|answer| answer.text() == "An answer of several pieces."));
    assert!(answers.iter().all(|answer| answer.usage == usage), "what it once took");
    let made = answers.iter().filter(|answer| answer.source == AnswerSource::Model);
    assert_eq!(made.count(), 1);
    assert_eq!((recorder.calls().len(), recorder.usage()), (100, usage));
    assert_eq!(recorder.cost(), Cost::known(Usd::from_picos(3 * 30 + 7 * 12)));
    let count = |of: Signal| recorder.signals().iter().filter(|signal| **signal == of).count();
    assert_eq!((count(Signal::Queued), count(Signal::Dequeued)), (99, 99));
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_fails_takes_nobody_with_it() {
    for failing in [Turn::error(ErrorKind::Auth, "no such key"), Turn::cut("half")] {
        let second = Duration::from_secs(1);
        let script = ScriptedProvider::new()
            .turns([failing.clone().after(second), failing.after(second)])
            .echo();
        let provider = layered(&CacheLayer::new(), &script);
        let calls = (0..10).map(|number| {
            let provider = &*provider;
            async move {
                match number % 2 {
                    0 => streamed(provider, "Why?").await,
                    _ => whole(provider, "Why?").await,
                }
            }
        });
        let ends = join_all(calls).await;
        // Two made calls that failed, one made a call that did not, and the others waited for it.
        assert_eq!(ends.iter().filter(|end| end.is_err()).count(), 2);
        assert_eq!(script.calls().len(), 3);
        assert_eq!(script.max_in_flight(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_is_dropped_makes_way_wherever_it_was() {
    for turn in [Turn::hang(), Turn::stall("half")] {
        for streams in [false, true] {
            let script = ScriptedProvider::new().turn(turn.clone()).echo();
            let provider = layered(&CacheLayer::new(), &script);
            let second = Duration::from_secs(1);
            let leading = timeout(second, async {
                match streams {
                    true => streamed(&*provider, "Why?").await,
                    false => whole(&*provider, "Why?").await,
                }
            });
            let begun = Instant::now();
            let (led, followed) = tokio::join!(leading, whole(&*provider, "Why?"));
            assert!(led.is_err());
            assert_eq!(followed.unwrap().source, AnswerSource::Model);
            assert_eq!(begun.elapsed(), second);
            assert_eq!((script.calls().len(), script.cancelled()), (2, 1));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_follower_that_is_dropped_or_not_polled_holds_nobody_up() {
    let failing = Turn::error(ErrorKind::Server, "overloaded").after(Duration::from_secs(2));
    let script = ScriptedProvider::new().turn(failing).echo();
    let provider = layered(&CacheLayer::new(), &script);
    let mut leader = Box::pin(whole(&*provider, "Why?"));
    let mut idle = Box::pin(whole(&*provider, "Why?"));
    for call in [&mut leader, &mut idle] {
        assert!(futures::poll!(call.as_mut()).is_pending());
    }
    timeout(Duration::from_secs(1), whole(&*provider, "Why?")).await.unwrap_err();
    let begun = Instant::now();
    let (led, followed) = tokio::join!(leader, whole(&*provider, "Why?"));
    // `idle` was woken and has not moved since.
    assert!(led.is_err() && followed.is_ok());
    assert_eq!(begun.elapsed(), Duration::from_secs(1));
    assert_eq!(idle.await.unwrap().source, AnswerSource::Cache);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_call_keeps_its_deadline_and_is_free() {
    let script = ScriptedProvider::new().turn(Turn::hang());
    let model = Model::known(layered(&CacheLayer::new(), &script), "m");
    let idle = CallContext::default();
    let mut leader = Box::pin(model.call(&idle, ask("Why?"), Delivery::Whole));
    assert!(futures::poll!(leader.as_mut()).is_pending());
    let recorder = Recorder::new();
    let deadline = Instant::now() + Duration::from_secs(5);
    let cx = recorder.context().with_deadline(deadline.into_std());
    let error = model.call(&cx, ask("Why?"), Delivery::Streamed).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(deadline.elapsed() < Duration::from_millis(10));
    assert_eq!((recorder.calls().len(), recorder.cost()), (1, Cost::ZERO));
    assert_eq!(script.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_its_reader_put_aside_holds_up_a_call_for_so_long_and_no_longer() {
    let script = ScriptedProvider::new().turn(Turn::text("a first answer")).echo();
    let layer = CacheLayer::new().with_max_wait(Duration::from_secs(9));
    let provider = layered(&layer, &script);
    let mut aside = provider.stream(&CallContext::default(), &ask("Why?")).await.unwrap();
    assert!(aside.next().await.is_some());
    let begun = Instant::now();
    let own = whole(&*provider, "Why?").await.unwrap();
    assert_eq!((own.text().as_str(), own.source), ("Why?", AnswerSource::Model));
    assert_eq!(begun.elapsed(), Duration::from_secs(9));
    assert!(aside.filter(|item| ready(item.is_err())).next().await.is_none(), "it is whole");
}

#[tokio::test(start_paused = true)]
async fn a_row_of_failures_does_not_hold_up_calls_one_after_the_other() {
    let failing = Turn::error(ErrorKind::Server, "overloaded").after(Duration::from_secs(4));
    let script = ScriptedProvider::new().otherwise(failing);
    let layer = CacheLayer::new().with_max_wait(Duration::from_secs(10));
    let provider = layered(&layer, &script);
    let begun = Instant::now();
    let ends = join_all((0..50).map(|_| whole(&*provider, "Why?"))).await;
    assert!(ends.iter().all(Result::is_err));
    assert!(begun.elapsed() <= Duration::from_secs(10 + 4), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_has_ended_holds_nobody_up_though_its_reader_keeps_it() {
    for turn in [Turn::cut("half"), Turn::text("all").finish(FinishReason::Length)] {
        let script = ScriptedProvider::new().turn(turn).echo();
        let provider = layered(&CacheLayer::new(), &script);
        let mut kept = provider.stream(&CallContext::default(), &ask("Why?")).await.unwrap();
        while let Some(Ok(item)) = kept.next().await {
            if matches!(item, chat::ChatDelta::End(_)) {
                break;
            }
        }
        let begun = Instant::now();
        assert_eq!(whole(&*provider, "Why?").await.unwrap().text(), "Why?");
        assert_eq!(begun.elapsed(), Duration::ZERO);
        drop(kept);
    }
}
