//! The decomposers from outside: the contract on each of them, and what each promises beyond it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests panic as tests do")]

mod conformance;
mod material;
mod model;
mod partition;
mod wrappers;

use std::num::NonZeroU32;

use futures::FutureExt;
use ziggurat_core::{CallContext, DecomposeError, Decomposer, Document, Plan, Task, WorkerCount};

fn exactly(number: u32) -> WorkerCount {
    WorkerCount::Exactly(NonZeroU32::new(number).unwrap())
}

fn task<'a>(documents: impl IntoIterator<Item = (&'a str, &'a str)>) -> Task {
    let documents = documents.into_iter().map(|(id, text)| Document::new(id, text));
    Task::new("What caused the outages?").unwrap().with_documents(documents)
}

/// The plan of a decomposer that waits for nothing.
fn plan(
    decomposer: &impl Decomposer,
    task: &Task,
    workers: WorkerCount,
) -> Result<Plan, DecomposeError> {
    let cx = CallContext::default();
    decomposer.decompose(&cx, task, workers).now_or_never().expect("it waits for nothing")
}
