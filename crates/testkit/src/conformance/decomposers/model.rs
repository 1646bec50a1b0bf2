//! What a decomposer owes the model behind it, and the user where that model fails.

use ziggurat_core::{CallContext, Decomposer, ErrorKind, NodeInfo, Tier, WorkerCount};

use super::DecomposerSubject;
use super::subject::decompose;
use super::tasks::notes;
use crate::conformance::waiting::in_time;
use crate::{Recorder, ScriptedProvider, Turn};

fn with(subject: &DecomposerSubject, turn: Turn) -> (ScriptedProvider, impl Decomposer + use<>) {
    match subject.answered(turn) {
        Some(made) => made,
        None => panic!("it asks no model"),
    }
}

/// A failure of the model is the plan's error, of the same kind, or a note beside a plan that was made in
/// another way. What would fail every later call alike is not papered over.
pub async fn a_model_that_fails_is_told_of(subject: &DecomposerSubject) {
    let kinds = [
        ErrorKind::Auth,
        ErrorKind::Quota,
        ErrorKind::ModelNotFound,
        ErrorKind::RateLimit,
        ErrorKind::Server,
        ErrorKind::Timeout,
        ErrorKind::ContextLength,
    ];
    for kind in kinds {
        let (_, decomposer) = with(subject, Turn::error(kind, "not today"));
        match decompose(&decomposer, &notes(), WorkerCount::Auto).await {
            Err(error) => {
                assert_eq!(error.kind(), kind, "{error:?}");
                assert!(error.reason().message.contains("not today"), "{error:?}");
            }
            Ok(plan) => {
                assert!(!kind.is_fatal_for_model(), "{kind} is papered over: {plan:?}");
                assert!(!plan.notes.is_empty(), "{kind} is told nowhere: {plan:?}");
            }
        }
    }
}

/// An answer that names no subtasks is told of likewise: nothing is made up in silence, and a refusal is no
/// instruction.
pub async fn a_model_that_says_nothing_is_told_of(subject: &DecomposerSubject) {
    const REFUSAL: &str = "I would rather not.";
    for turn in [Turn::empty(), Turn::text("  \n\n "), Turn::refusal(REFUSAL)] {
        let (_, decomposer) = with(subject, turn.clone());
        match decompose(&decomposer, &notes(), WorkerCount::Auto).await {
            Err(error) => assert!(!error.reason().message.trim().is_empty(), "{error:?}"),
            Ok(plan) => {
                assert!(!plan.notes.is_empty(), "{turn:?} is told nowhere: {plan:?}");
                let mut instructions = plan.subtasks.iter().map(|subtask| &subtask.instruction);
                assert!(!instructions.any(|text| text.contains(REFUSAL)), "{plan:?}");
            }
        }
    }
}

/// The model is asked in the call's context: for its node, before its observer's eyes.
pub async fn a_model_is_asked_in_the_call_s_context(subject: &DecomposerSubject) {
    let (script, decomposer) = with(subject, Turn::error(ErrorKind::Server, "not today"));
    let node = NodeInfo {
        id: "D1".to_owned(),
        tier: Tier::Decomposer,
        step: 0,
        index: 0,
        inputs: Vec::new(),
    };
    let recorder = Recorder::new();
    let cx: CallContext = recorder.context().with_node(node.clone());
    let task = notes();
    // How it ends is another behaviour.
    let _ = in_time("the end", decomposer.decompose(&cx, &task, WorkerCount::Auto)).await;
    let calls = script.calls();
    assert!(!calls.is_empty(), "the model was not asked");
    assert!(calls.iter().all(|call| call.node.as_ref() == Some(&node)), "{calls:?}");
    assert_eq!(recorder.calls().len(), calls.len(), "calls that the observer was told of");
}
