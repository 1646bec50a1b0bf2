//! What the contracts of worker and synthesizer ask beyond requests and answers.

use std::time::Duration;

use futures::future;
use tokio::time::timeout;
use ziggurat_agents::{AgentSettings, ModelSynthesizer, ModelWorker};
use ziggurat_core::{
    Assignment, CallContext, Delivery, ErrorKind, Signal, Subtask, Synthesizer, Usage, Worker,
};
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn};

use crate::{assignment, merge, task, work};

#[tokio::test(start_paused = true)]
async fn calls_run_concurrently_on_one_instance() {
    let provider = ScriptedProvider::new().otherwise_with(|request| {
        Turn::text(request.messages[0].text()).after(Duration::from_secs(1))
    });
    let worker = ModelWorker::new(provider.handle("m"));
    let cx = CallContext::default();
    let parts = ["a", "b", "c"].map(|part| Assignment::new(task(), Subtask::new(part)));
    let outputs = future::join_all(parts.iter().map(|part| worker.work(&cx, part))).await;
    assert_eq!(provider.max_in_flight(), 3);
    for (output, part) in outputs.into_iter().zip(["a", "b", "c"]) {
        assert!(output.unwrap().text.ends_with(&format!("Subtask: {part}")));
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_the_future_cancels_the_call_and_reports_it() {
    for turn in [Turn::hang(), Turn::stall("half an answer")] {
        let provider = ScriptedProvider::new().otherwise(turn);
        let recorder = Recorder::new();
        let (cx, assignment) = (recorder.context(), assignment());
        let running = work(&provider, &cx, &assignment);
        assert!(timeout(Duration::from_secs(1), running).await.is_err());
        assert_eq!((provider.cancelled(), provider.in_flight()), (1, 0));
        assert_eq!(recorder.cost().unknown_calls, 1);
    }
    let provider = ScriptedProvider::new().turn(Turn::hang());
    let agent = ModelSynthesizer::executive(provider.handle("m"));
    let (cx, merge) = (CallContext::default(), merge());
    assert!(timeout(Duration::from_secs(1), agent.synthesize(&cx, &merge)).await.is_err());
    assert_eq!((provider.cancelled(), provider.in_flight()), (1, 0));
}

#[tokio::test]
async fn every_call_is_reported_failed_ones_too() {
    let provider = ScriptedProvider::new().turns([
        Turn::empty().with_usage(Usage::new(10, 0)),
        Turn::error(ErrorKind::Server, "down"),
    ]);
    let recorder = Recorder::new();
    work(&provider, &recorder.context(), &assignment()).await.unwrap_err();
    let [first, second] = &recorder.calls()[..] else { panic!("two calls") };
    assert_eq!((first.usage, second.usage), (Usage::new(10, 0), Usage::UNKNOWN));
    let order: Vec<_> = recorder.signals().iter().map(kind).collect();
    assert_eq!(order, ["call", "retrying", "call"]);
}

#[tokio::test]
async fn an_observer_sees_the_text_grow_unless_it_comes_whole() {
    let provider = ScriptedProvider::new().otherwise(Turn::text("an answer of some length"));
    for (delivery, seen) in
        [(Delivery::Streamed, "an answer of some length"), (Delivery::Whole, "")]
    {
        let recorder = Recorder::new();
        let worker = ModelWorker::new(provider.handle("m"))
            .with_settings(AgentSettings::WORKER.with_delivery(delivery));
        worker.work(&recorder.context(), &assignment()).await.unwrap();
        assert_eq!(recorder.text(), seen);
    }
}

#[tokio::test]
async fn the_defaults_fall_in_temperature_and_rise_in_room() {
    let provider = ScriptedProvider::new().otherwise(Turn::text("ok"));
    let (cx, merge) = (CallContext::default(), merge());
    work(&provider, &cx, &assignment()).await.unwrap();
    for agent in [
        ModelSynthesizer::synthesizer(provider.handle("m")),
        ModelSynthesizer::executive(provider.handle("m")),
    ] {
        agent.synthesize(&cx, &merge).await.unwrap();
    }
    let sent = provider.calls().into_iter().map(|call| call.request);
    let sent: Vec<_> = sent.map(|r| (r.max_tokens.unwrap(), r.temperature.unwrap())).collect();
    assert_eq!(sent, [(2000, 0.7), (3000, 0.6), (4000, 0.5)]);
}

fn kind(signal: &Signal) -> &'static str {
    match signal {
        Signal::Text(_) => "text",
        Signal::Call(_) => "call",
        Signal::Retrying { .. } => "retrying",
        _ => "other",
    }
}
