//! How a recording answers.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use ziggurat_core::chat::{AnswerSource, ChatDelta, ChatRequest};
use ziggurat_core::{
    CallContext, ErrorKind, Layer, Message, Price, Provider, ProviderError, Usage,
};
use ziggurat_providers::layers::{MissCause, Recording, Replay, ReplayLayer};
use ziggurat_testkit::{ScriptedProvider, Turn};

use super::{ask, node, recorded, replay, streamed, whole};

fn numbered(count: usize) -> ScriptedProvider {
    ScriptedProvider::new().turns((1..=count).map(|n| Turn::text(format!("answer {n}"))))
}

async fn by(provider: &dyn Provider, id: &str) -> String {
    provider.chat(&node(id), &ask("Why?")).await.unwrap().text()
}

#[tokio::test(start_paused = true)]
async fn answers_come_in_order_whole_or_streamed_and_are_free() {
    let usage = Usage::new(12, 5);
    let script = numbered(2).turn(Turn::text("answer 3").with_usage(usage));
    let (layer, provider) = recorded(script);
    whole(&*provider, "Why?").await.unwrap();
    streamed(&*provider, "Why?").await.unwrap();
    whole(&*provider, "Why?").await.unwrap();
    let (replay, provider) = replay(&layer);
    assert_eq!(streamed(&*provider, "Why?").await.unwrap().text(), "answer 1");
    assert_eq!(whole(&*provider, "Why?").await.unwrap().text(), "answer 2");
    let [last] = replay.unused()[..] else { panic!("{replay:?}") };
    assert_eq!(last.seq, 3);
    let answer = streamed(&*provider, "Why?").await.unwrap();
    assert_eq!((answer.text().as_str(), answer.usage), ("answer 3", usage));
    assert_eq!(answer.source, AnswerSource::Recording);
    assert!(replay.unused().is_empty() && replay.misses().is_empty());
}

#[tokio::test(start_paused = true)]
async fn each_node_gets_its_own_answers_to_the_same_request() {
    let (layer, provider) = recorded(numbered(4));
    for id in ["W1", "W2", "W1", "W3"] {
        by(&*provider, id).await;
    }
    let (replay, provider) = replay(&layer);
    assert_eq!(by(&*provider, "W3").await, "answer 4");
    assert_eq!(by(&*provider, "W1").await, "answer 1");
    assert_eq!(by(&*provider, "W1").await, "answer 3");
    assert_eq!(by(&*provider, "W9").await, "answer 2", "a stranger gets what is left");
    assert!(replay.unused().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_error_comes_again_with_all_that_was_known_of_it() {
    let hint = Duration::from_secs(3);
    let slow = Turn::error(ErrorKind::RateLimit, "slow down").status(429).retry_after(hint);
    let script = ScriptedProvider::new().turns([slow, Turn::cut("The pool ran")]);
    let (layer, provider) = recorded(script);
    let first = whole(&*provider, "Why?").await.unwrap_err();
    streamed(&*provider, "Why?").await.unwrap_err();
    let (_, provider) = replay(&layer);
    let known = |error: &ProviderError| {
        let words = error.to_string();
        (words, error.kind(), error.status(), error.retry_after(), error.is_retryable())
    };
    let again = whole(&*provider, "Why?").await.unwrap_err();
    assert_eq!(known(&again), known(&first));
    let stream = provider.stream(&CallContext::default(), &ask("Why?")).await.unwrap();
    let items: Vec<_> = stream.collect().await;
    let [Ok(ChatDelta::Text(said)), Err(error)] = &items[..] else { panic!("{items:?}") };
    assert_eq!((said.as_str(), error.kind()), ("The pool ran", ErrorKind::Interrupted));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_given_up_is_a_timeout_and_tried_again_only_if_it_was_then() {
    let script = ScriptedProvider::new().turns([
        Turn::hang(),
        Turn::text("at last"),
        Turn::hang(),
        Turn::stall("Half"),
    ]);
    let (layer, provider) = recorded(script);
    let patience = Duration::from_secs(5);
    for (id, text) in [("W1", "Why?"), ("W1", "Why?"), ("W2", "Why?"), ("W1", "How?")] {
        let (cx, request) = (node(id), ask(text));
        let answer = async { provider.stream(&cx, &request).await.unwrap().count().await };
        tokio::time::timeout(patience, answer).await.ok();
    }
    let (_, provider) = replay(&layer);
    let given_up = provider.chat(&node("W1"), &ask("Why?")).await.unwrap_err();
    assert_eq!((given_up.kind(), given_up.is_retryable()), (ErrorKind::Timeout, true));
    assert!(given_up.message().contains("given up"), "{given_up}");
    let given_up = provider.chat(&node("W2"), &ask("Why?")).await.unwrap_err();
    assert_eq!((given_up.kind(), given_up.is_retryable()), (ErrorKind::Timeout, false));
    assert_eq!(by(&*provider, "W1").await, "at last");
    let stream = provider.stream(&CallContext::default(), &ask("How?")).await.unwrap();
    let items: Vec<_> = stream.collect().await;
    assert!(
        matches!(&items[..], [Ok(ChatDelta::Text(said)), Err(_)] if said == "Half"),
        "{items:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_not_recorded_is_told_with_its_difference_to_the_nearest() {
    let long = |text: &str| {
        ChatRequest::new("m", [Message::user(text)])
            .with_system("You look into outages. Say what you found. Name your sources.".repeat(20))
    };
    let (layer, provider) = recorded(ScriptedProvider::new().echo());
    let cx = CallContext::default();
    for text in ["What happened in May?", "Who was on call?", "What did it cost?"] {
        provider.chat(&cx, &long(text)).await.unwrap();
    }
    let (replay, provider) = replay(&layer);
    let request = long("Who was on call?").with_temperature(0.5);
    let error = provider.chat(&cx, &request).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::InvalidRequest, false));
    let hash = &request.canonical_hash().to_string()[..12];
    let first = error.message().lines().next().unwrap();
    assert_eq!(
        first,
        format!(
            "the recording has no answer to request {hash} to scripted/m: record it anew, or ask as it \
             was asked. Its nearest is call 2 (- recorded, + asked):"
        )
    );
    for line in ["-  \"temperature\": null", "+  \"temperature\": 0.5"] {
        assert!(error.message().contains(&format!("\n{line}")), "{error}");
    }
    assert!(error.message().lines().count() < 15, "{error}");
    let [miss] = &replay.misses()[..] else { panic!("{:?}", replay.misses()) };
    assert_eq!((miss.model.as_str(), miss.to_string().as_str()), ("scripted/m", error.message()));
    assert!(matches!(&miss.cause, MissCause::Unknown { nearest: Some(2), .. }));
    assert_eq!(replay.unused().len(), 3, "a miss takes nothing");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_asked_too_often_is_told_as_such() {
    let (layer, provider) = recorded(numbered(2));
    for _ in 0..2 {
        whole(&*provider, "Why?").await.unwrap();
    }
    let (replay, provider) = replay(&layer);
    for _ in 0..2 {
        whole(&*provider, "Why?").await.unwrap();
    }
    let error = streamed(&*provider, "Why?").await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::InvalidRequest, false));
    assert!(error.message().contains("no more answers to request"), "{error}");
    assert!(error.message().contains("it had 2"), "{error}");
    assert_eq!(replay.misses()[0].cause, MissCause::UsedUp { recorded: 2 });
}

#[tokio::test(start_paused = true)]
async fn an_edited_request_is_found_as_it_was_asked_and_as_it_reads_now() {
    let (layer, provider) = recorded(numbered(1));
    whole(&*provider, "Why?").await.unwrap();
    let mut bytes = Vec::new();
    layer.recording().unwrap().write(&mut bytes).unwrap();
    let edited = String::from_utf8(bytes).unwrap().replace("Why?", "How?");
    for question in ["Why?", "How?"] {
        let replay = Replay::new(Recording::read(edited.as_bytes()).unwrap());
        let provider = replay.provider("scripted").unwrap();
        assert!(whole(&*provider, question).await.is_ok(), "{question}");
        assert!(whole(&*provider, question).await.is_err(), "{question}: it was asked once");
    }
}

#[tokio::test(start_paused = true)]
async fn models_and_counts_are_as_they_were_last_told() {
    let price = Price::per_token("0.000001".parse().unwrap(), "0.000002".parse().unwrap());
    let script = ScriptedProvider::new()
        .with_info(move |info| {
            info.price = Some(price);
            // As a server resolves `auto`.
            if info.id == "auto" {
                info.id = "tiny".to_owned();
            }
        })
        .with_token_count(|request| request.messages.len() as u64)
        .echo();
    let (layer, provider) = recorded(script);
    let cx = CallContext::default();
    provider.model(&cx, "auto").await.unwrap();
    provider.count_tokens(&cx, &ask("Why?")).await.unwrap();
    provider.models(&cx).await.unwrap_err();
    whole(&*provider, "Why?").await.unwrap();
    let (replay, provider) = replay(&layer);
    for name in ["auto", "tiny"] {
        for _ in 0..2 {
            let info = provider.model(&cx, name).await.unwrap();
            assert_eq!((info.id.as_str(), info.price), ("tiny", Some(price)));
        }
        assert_eq!(provider.known(name).price, Some(price));
    }
    assert_eq!(provider.model(&cx, "other").await.unwrap(), provider.known("other"));
    assert_eq!(provider.known("other").price, None);
    assert_eq!(provider.count_tokens(&cx, &ask("Why?")).await.unwrap(), Some(1));
    assert_eq!(provider.count_tokens(&cx, &ask("How?")).await.unwrap(), None);
    assert_eq!(provider.models(&cx).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(replay.unused().len(), 1, "questions are not counted");
}

#[tokio::test(start_paused = true)]
async fn a_layer_keeps_what_its_provider_knows_and_asks_it_nothing() {
    let (layer, provider) = recorded(numbered(1));
    whole(&*provider, "Why?").await.unwrap();
    let (replay, _) = replay(&layer);
    let inner = ScriptedProvider::new().with_info(|info| info.context_tokens = Some(8_000)).echo();
    let provider = ReplayLayer::new(replay.clone()).layer(Arc::new(inner.clone()));
    assert_eq!(provider.known("m").context_tokens, Some(8_000));
    let info = provider.model(&CallContext::default(), "m").await.unwrap();
    assert_eq!(info.context_tokens, Some(8_000));
    assert_eq!(whole(&*provider, "Why?").await.unwrap().text(), "answer 1");
    whole(&*provider, "How?").await.unwrap_err();
    assert!(inner.calls().is_empty() && replay.misses().len() == 1);
}

#[tokio::test(start_paused = true)]
async fn the_model_that_was_asked_most_is_the_default() {
    let (layer, provider) = recorded(ScriptedProvider::new().echo());
    let cx = CallContext::default();
    for model in ["rare", "usual", "usual", "other"] {
        let request = ChatRequest::new(model, [Message::user("Why?")]);
        provider.chat(&cx, &request).await.unwrap();
    }
    let (replay, _) = replay(&layer);
    assert_eq!(replay.default_model().unwrap().info().name(), "scripted/usual");
    assert!(replay.provider("other").is_none());
    assert!(Replay::new(Recording::default()).default_model().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_was_final_is_final_again() {
    // Without anything around it nobody tried again.
    let failing = ScriptedProvider::new().otherwise(Turn::error(ErrorKind::Server, "down"));
    let (layer, provider) = recorded(failing);
    whole(&*provider, "Why?").await.unwrap_err();
    let (replay, provider) = replay(&layer);
    let retried = ziggurat_providers::layers::RetryLayer::new().without_delays().layer(provider);
    let error = whole(&*retried, "Why?").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server, "{error}");
    assert_eq!((replay.misses().len(), replay.unused().len()), (0, 0));
}
