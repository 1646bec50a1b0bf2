//! What is recorded of calls, however they end.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use serde_json::json;
use ziggurat_core::chat::Reasoning;
use ziggurat_core::{CallContext, ContentPart, ErrorKind, Layer, Provider, Usage};
use ziggurat_providers::layers::{Asked, Ended, Exchange, RecordLayer};
use ziggurat_testkit::{ScriptedProvider, Turn};

use super::{ask, node, recorded, streamed, whole};

fn calls(layer: &RecordLayer) -> Vec<Exchange> {
    layer.recording().unwrap().exchanges().to_vec()
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_recorded_as_the_answer_that_it_adds_up_to() {
    let turn = Turn::tool_calls([("add", json!({"a": 1})), ("stop", json!({}))])
        .with_reasoning(Reasoning::new("Hm.").with_signature(Some("proof".to_owned())))
        .saying("Two calls.")
        .with_usage(Usage::new(12, 5));
    let (layer, provider) = recorded(ScriptedProvider::new().turns([turn.clone(), turn]));
    let answers =
        [streamed(&*provider, "Add.").await.unwrap(), whole(&*provider, "Add.").await.unwrap()];
    let kept = calls(&layer);
    for ((call, answer), seq) in kept.iter().zip(answers).zip(1..) {
        assert_eq!(call.ended, Ended::Answer(Box::new(answer)));
        assert_eq!((call.seq, call.provider.as_str(), call.model()), (seq, "scripted", Some("m")));
        assert_eq!(call.request(), Some(&ask("Add.")));
        assert_eq!(call.hash, Some(ask("Add.").canonical_hash()));
    }
    assert!(matches!(kept[0].asked, Asked::Stream(_)) && matches!(kept[1].asked, Asked::Chat(_)));
}

#[tokio::test(start_paused = true)]
async fn an_error_is_recorded_with_its_hints_and_with_what_was_said_before() {
    let hint = Duration::from_millis(2_500);
    let slow = Turn::error(ErrorKind::RateLimit, "slow down").status(429).retry_after(hint);
    let script = ScriptedProvider::new().turns([slow, Turn::cut("The pool ran out of")]);
    let (layer, provider) = recorded(script);
    streamed(&*provider, "Why?").await.unwrap_err();
    streamed(&*provider, "Why?").await.unwrap_err();
    let calls = calls(&layer);
    let Ended::Failed { error, partial } = &calls[0].ended else { panic!("{calls:?}") };
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::RateLimit, "slow down"));
    assert_eq!((error.status, error.retry_after_ms), (Some(429), Some(2_500)));
    assert_eq!((error.should_retry, &error.provider), (None, &None), "as the kind says");
    assert!(partial.is_empty());
    let Ended::Failed { error, partial } = &calls[1].ended else { panic!("{calls:?}") };
    assert_eq!(error.kind, ErrorKind::Interrupted);
    assert_eq!(*partial, [ContentPart::text("The pool ran out of")]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_is_recorded_as_given_up() {
    let script = ScriptedProvider::new().turns([Turn::hang(), Turn::hang(), Turn::stall("Half")]);
    let (layer, provider) = recorded(script);
    let second = Duration::from_secs(1);
    tokio::time::timeout(second, whole(&*provider, "one")).await.unwrap_err();
    tokio::time::timeout(second, streamed(&*provider, "two")).await.unwrap_err();
    let cx = CallContext::default();
    let mut stream = provider.stream(&cx, &ask("three")).await.unwrap();
    stream.next().await.unwrap().unwrap();
    assert_eq!(calls(&layer).len(), 2, "the third is under way");
    drop(stream);
    let said = |text: &str| vec![ContentPart::text(text)];
    let expected = [Vec::new(), Vec::new(), said("Half")];
    let ended: Vec<_> = calls(&layer).into_iter().map(|call| call.ended).collect();
    assert_eq!(ended, expected.map(|partial| Ended::Abandoned { partial }));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_panics_is_recorded_as_given_up() {
    let (layer, provider) = recorded(ScriptedProvider::new().turn(Turn::panic()));
    tokio::spawn(async move { whole(&*provider, "Why?").await }).await.unwrap_err();
    assert_eq!(calls(&layer)[0].ended, Ended::Abandoned { partial: Vec::new() });
}

#[tokio::test(start_paused = true)]
async fn calls_stand_in_the_order_in_which_they_began_whichever_ended_first() {
    let late = |n: u64| Turn::text(format!("answer {n}")).after(Duration::from_secs(20 - n));
    let (layer, provider) = recorded(ScriptedProvider::new().turns((0..20).map(late)));
    let contexts: Vec<_> = (0..20).map(|n| node(&format!("W{n}"))).collect();
    let request = ask("Why?");
    join_all(contexts.iter().map(|cx| provider.chat(cx, &request))).await;
    for (call, n) in calls(&layer).iter().zip(0..) {
        let Ended::Answer(answer) = &call.ended else { panic!("{call:?}") };
        assert_eq!((call.seq, answer.text()), (n + 1, format!("answer {n}")));
        assert_eq!(call.node, Some(format!("W{n}")));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_said_of_models_and_tokens_is_recorded_too() {
    let script = ScriptedProvider::new().with_models(["a", "b"]).with_token_count(|_| 7);
    let (layer, provider) = recorded(script);
    let cx = CallContext::default();
    let info = provider.model(&cx, "a").await.unwrap();
    provider.model(&cx, "c").await.unwrap_err();
    let models = provider.models(&cx).await.unwrap();
    provider.count_tokens(&cx, &ask("How many?")).await.unwrap();
    let calls = calls(&layer);
    assert_eq!(calls[0].ended, Ended::Model(Box::new(info)));
    assert_eq!((&calls[0].asked, calls[0].model()), (&Asked::Model("a".to_owned()), Some("a")));
    assert!(matches!(&calls[1].ended, Ended::Failed { error, .. }
        if error.kind == ErrorKind::ModelNotFound));
    assert_eq!(calls[2].ended, Ended::Models(models));
    assert_eq!(calls[3].ended, Ended::Tokens(Some(7)));
    super::through_a_file(&layer.recording().unwrap());
}

#[tokio::test(start_paused = true)]
async fn one_layer_records_several_providers_and_sums_them_up() {
    let layer = RecordLayer::in_memory();
    let provider = |name: &str| {
        let script = ScriptedProvider::new().named(name).otherwise(Turn::text("fine"));
        layer.layer(Arc::new(if name == "one" { script.turn(Turn::hang()) } else { script }))
    };
    let (one, two) = (provider("one"), provider("two"));
    tokio::time::timeout(Duration::from_secs(1), whole(&*one, "Why?")).await.unwrap_err();
    whole(&*two, "Why?").await.unwrap();
    for text in ["Why?", "How?", "When?"] {
        whole(&*one, text).await.unwrap();
    }
    one.models(&CallContext::default()).await.unwrap_err();
    let recording = layer.recording().unwrap();
    assert_eq!(recording.providers(), ["one", "two"]);
    let models: Vec<_> = recording.models().iter().map(ToString::to_string).collect();
    assert_eq!(models, ["one/m", "two/m"]);
    let summary = "calls for answers: 5 (one/m 4, two/m 1); other calls: 1; failed: 1; given up: 1";
    assert_eq!(recording.to_string(), summary);
}
