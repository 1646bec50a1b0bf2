//! The agents' promises, one test each, over a scripted provider.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod answer;
mod context;
mod continuation;
mod contract;
mod marks;
mod request;

use ziggurat_agents::{ModelSynthesizer, ModelWorker};
use ziggurat_core::{
    AgentError, AgentOutput, Assignment, CallContext, ChatRequest, Contribution, Document, Merge,
    Subtask, Synthesizer, Task, Worker,
};
use ziggurat_testkit::ScriptedProvider;

fn task() -> Task {
    Task::new("What caused the outages?").unwrap()
}

fn assignment() -> Assignment {
    let notes = Document::new("notes.md", "12 March: the pool ran out of connections.");
    let subtask = Subtask::new("Look at March.").specialized("research").with_documents([notes]);
    Assignment::new(task(), subtask)
}

fn input(id: &str, text: &str) -> Contribution {
    Contribution { id: id.into(), title: format!("What {id} was asked"), text: text.into() }
}

fn merge() -> Merge {
    Merge::new(task(), [input("W1", "The pool [notes.md]."), input("W3", "The disk [diary.md].")])
}

async fn work(
    provider: &ScriptedProvider,
    cx: &CallContext,
    assignment: &Assignment,
) -> Result<AgentOutput, AgentError> {
    ModelWorker::new(provider.handle("m")).work(cx, assignment).await
}

async fn synthesize(provider: &ScriptedProvider, merge: &Merge) -> Result<AgentOutput, AgentError> {
    let agent = ModelSynthesizer::synthesizer(provider.handle("m"));
    agent.synthesize(&CallContext::default(), merge).await
}

/// The only request so far.
fn request(provider: &ScriptedProvider) -> ChatRequest {
    let mut calls = provider.calls();
    assert_eq!(calls.len(), 1);
    calls.remove(0).request
}
