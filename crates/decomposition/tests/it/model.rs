//! The model's plan: what is asked, what is made of the answer, and how it fails.

use std::sync::Arc;

use futures::FutureExt;
use ziggurat_core::chat::FinishReason;
use ziggurat_core::{DecomposeError, Decomposer, Delivery, ErrorKind, WorkerCount};
use ziggurat_decomposition::ModelDecomposer;
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn};

use crate::{exactly, plan, task};

const FIVE: &str = "1. Look at the first month\n2. Look at the second month\n3. Look at the third month\n\
                    4. Look at the fourth month\n5. Look at the fifth month";

fn answering(turn: Turn) -> (ScriptedProvider, ModelDecomposer) {
    let provider = ScriptedProvider::new().turn(turn);
    let decomposer = ModelDecomposer::new(provider.handle("m"));
    (provider, decomposer)
}

#[test]
fn the_task_alone_is_sent_and_never_as_an_instruction() {
    let (provider, decomposer) = answering(Turn::text(FIVE));
    plan(&decomposer, &task([("secret.md", "Secret.")]), WorkerCount::Auto).unwrap();
    let calls = provider.calls();
    let request = &calls[0].request;
    assert_eq!(request.messages.len(), 1);
    assert_eq!(request.messages[0].content.len(), 1);
    assert_eq!(request.messages[0].text(), "What caused the outages?");
    let system = request.system.as_deref().unwrap();
    assert!(system.contains("exactly 5 subtasks") && system.contains("numbered list"));
    assert!(
        !system.contains("outages") && !system.contains("secret") && !system.contains("{workers}")
    );
    assert_eq!((request.temperature, request.max_tokens), (Some(0.5), Some(1_000)));
    assert_eq!(request.response_schema, None);
    assert!(calls[0].streamed);
}

#[test]
fn a_schema_is_sent_to_a_model_that_obeys_it() {
    let json = r#"{"subtasks": [
        {"instruction": "Look at the first month", "specialization": "research"},
        {"instruction": "Look at the second month", "specialization": ""}]}"#;
    let provider = ScriptedProvider::new()
        .with_info(|info| info.json_schema = Some(true))
        .turn(Turn::text(json));
    let decomposer = ModelDecomposer::new(provider.handle("m"));
    let made = plan(&decomposer, &task([]), exactly(2)).unwrap();
    assert_eq!(made.subtasks[0].specialization.as_deref(), Some("research"));
    assert_eq!(made.subtasks[1].specialization, None);
    assert!(made.notes.is_empty());

    let request = &provider.calls()[0].request;
    let schema = &request.response_schema.as_ref().unwrap().schema;
    for object in [schema, &schema["properties"]["subtasks"]["items"]] {
        assert_eq!(object["additionalProperties"], false);
        let required = object["required"].as_array().unwrap();
        assert_eq!(required.len(), object["properties"].as_object().unwrap().len());
    }
    assert!(request.system.as_deref().unwrap().contains("JSON"));
}

#[test]
fn settings_are_obeyed() {
    let provider = ScriptedProvider::new()
        .with_info(|info| info.max_output_tokens = Some(3_000))
        .otherwise(Turn::text(FIVE));
    let plain = ModelDecomposer::new(provider.handle("m"));
    plan(&plain, &task([]), exactly(20)).unwrap();
    let set = plain.with_temperature(None).with_max_tokens(9_000).with_delivery(Delivery::Whole);
    plan(&set, &task([]), exactly(1)).unwrap();
    let calls = provider.calls();
    assert_eq!(calls[0].request.max_tokens, Some(1_600));
    assert_eq!(calls[1].request.max_tokens, Some(3_000));
    assert_eq!(calls[1].request.temperature, None);
    assert!(!calls[1].streamed);
}

#[test]
fn every_subtask_has_the_documents() {
    let task = task([("a.md", "A."), ("b.md", "B.")]);
    let made = plan(&answering(Turn::text(FIVE)).1, &task, WorkerCount::Auto).unwrap();
    assert_eq!(made.subtasks.len(), 5);
    for subtask in &made.subtasks {
        assert!(subtask.documents.iter().zip(task.documents()).all(|(a, b)| Arc::ptr_eq(a, b)));
        assert_eq!(subtask.documents.len(), 2);
    }
}

#[test]
fn more_and_fewer_than_asked_for_are_said() {
    let made = plan(&answering(Turn::text(FIVE)).1, &task([]), exactly(3)).unwrap();
    assert_eq!(made.subtasks.len(), 3);
    assert_eq!(
        made.notes,
        ["asked the model for 3 subtasks, it named 5 subtasks: the last 2 left out"]
    );
    let made = plan(&answering(Turn::text(FIVE)).1, &task([]), exactly(7)).unwrap();
    assert_eq!(made.notes, ["asked the model for 7 subtasks, it named only 5: 5 workers"]);
}

#[test]
fn an_answer_cut_at_its_bound_is_used_and_said() {
    let turn = Turn::text(FIVE).finish(FinishReason::Length);
    let made = plan(&answering(turn).1, &task([]), WorkerCount::Auto).unwrap();
    assert_eq!((made.subtasks.len(), made.notes.len()), (4, 2));
    assert!(made.notes[0].contains("cut before its end"));
}

#[test]
fn an_unknown_end_may_be_a_cut() {
    for (reason, subtasks) in [("bored", 4), ("none", 5)] {
        let turn = Turn::text(FIVE).finish(FinishReason::Other(reason.into()));
        let made = plan(&answering(turn).1, &task([]), WorkerCount::Auto).unwrap();
        assert_eq!(made.subtasks.len(), subtasks, "{reason}");
    }
}

#[test]
fn an_answer_without_subtasks_is_an_error_that_shows_it() {
    let junk = "I would rather talk about something else entirely. ".repeat(20);
    let error = plan(&answering(Turn::text(&junk)).1, &task([]), exactly(3)).unwrap_err();
    assert!(matches!(&error, DecomposeError::NoSubtasks(_)));
    let words = error.to_string();
    assert!(words.contains("I would rather talk") && words.chars().count() < 300, "{words}");
    let error = plan(&answering(Turn::empty()).1, &task([]), exactly(3)).unwrap_err();
    assert!(error.to_string().contains("empty"), "{error}");
}

#[test]
fn failures_keep_their_kind() {
    let kind = |turn| plan(&answering(turn).1, &task([]), exactly(3)).unwrap_err().kind();
    assert_eq!(kind(Turn::error(ErrorKind::Timeout, "slow")), ErrorKind::Timeout);
    assert_eq!(kind(Turn::cut("1. Look at")), ErrorKind::Interrupted);
    assert_eq!(kind(Turn::text(FIVE).finish(FinishReason::Refusal)), ErrorKind::Refusal);
    assert_eq!(
        kind(Turn::text(FIVE).finish(FinishReason::ContentFilter)),
        ErrorKind::ContentFilter
    );
}

#[test]
fn an_extractive_model_is_not_asked() {
    let provider = ScriptedProvider::new().with_info(|info| info.extractive = true);
    let decomposer = ModelDecomposer::new(provider.handle("m"));
    let error = plan(&decomposer, &task([("a.md", "A.")]), exactly(3)).unwrap_err();
    assert_eq!((error.kind(), provider.calls().len()), (ErrorKind::Unsupported, 0));
}

#[tokio::test(start_paused = true)]
async fn dropping_cancels_and_is_reported() {
    let (provider, decomposer) = answering(Turn::hang());
    let recorder = Recorder::new();
    let (cx, task) = (recorder.context(), task([]));
    let mut planning = decomposer.decompose(&cx, &task, WorkerCount::Auto);
    assert!((&mut planning).now_or_never().is_none());
    assert_eq!((provider.in_flight(), provider.cancelled()), (1, 0));
    drop(planning);
    assert_eq!((provider.in_flight(), provider.cancelled()), (0, 1));
    assert_eq!((recorder.calls().len(), recorder.cost().unknown_calls), (1, 1));
}
