//! What is tested: something that makes decomposers, with or without a model behind them.

use std::sync::Arc;

use ziggurat_core::{
    CallContext, ChatRequest, DecomposeError, Decomposer, Model, Plan, Task, WorkerCount,
};

use super::tasks::{Job, jobs};
use crate::conformance::waiting::in_time;
use crate::{ScriptedProvider, Turn};

type Answer = Arc<dyn Fn(&ChatRequest) -> Turn + Send + Sync>;

/// A decomposer under test, or rather the making of one: each behaviour gets a fresh one.
pub struct DecomposerSubject {
    make: Make,
}

type Alone = Box<dyn Fn() -> Arc<dyn Decomposer> + Send + Sync>;
type WithModel = Box<dyn Fn(Model) -> Arc<dyn Decomposer> + Send + Sync>;

enum Make {
    Alone(Alone),
    WithModel(Answer, WithModel),
}

/// A plan and what was asked for.
pub(super) struct Made {
    pub(super) job: Job,
    pub(super) plan: Plan,
}

impl DecomposerSubject {
    /// A decomposer that asks no model. What the suite would have a model do, it leaves out by name: the
    /// behaviours that begin with `a_model_…` panic for want of one.
    pub fn new<D: Decomposer + 'static>(make: impl Fn() -> D + Send + Sync + 'static) -> Self {
        Self { make: Make::Alone(Box::new(move || Arc::new(make()))) }
    }

    /// A decomposer that asks this model for its plan. What the model answers to a request for a plan is
    /// what `answer` makes of it; the suite lets it fail, hang and say nothing as well.
    pub fn with_model<D: Decomposer + 'static>(
        answer: impl Fn(&ChatRequest) -> Turn + Send + Sync + 'static,
        make: impl Fn(Model) -> D + Send + Sync + 'static,
    ) -> Self {
        let make = move |model| -> Arc<dyn Decomposer> { Arc::new(make(model)) };
        Self { make: Make::WithModel(Arc::new(answer), Box::new(make)) }
    }

    /// A decomposer that works.
    pub(super) fn working(&self) -> Arc<dyn Decomposer> {
        match &self.make {
            Make::Alone(make) => make(),
            Make::WithModel(answer, make) => {
                let answer = Arc::clone(answer);
                let script = ScriptedProvider::new().otherwise_with(move |request| answer(request));
                make(script.handle("suite-large"))
            }
        }
    }

    /// A decomposer whose model does this and nothing else; `None` if it asks none.
    pub(super) fn answered(&self, turn: Turn) -> Option<(ScriptedProvider, Arc<dyn Decomposer>)> {
        let Make::WithModel(_, make) = &self.make else { return None };
        let script = ScriptedProvider::new().otherwise(turn);
        let decomposer = make(script.handle("suite-large"));
        Some((script, decomposer))
    }

    /// The plans for all of the suite's jobs.
    ///
    /// # Panics
    /// If there is none where there must be one.
    pub(super) async fn plans(&self) -> Vec<Made> {
        let decomposer = self.working();
        let mut made = Vec::new();
        for job in jobs() {
            match decompose(&*decomposer, &job.task, job.workers).await {
                Ok(plan) => made.push(Made { job, plan }),
                Err(error) => job.assert_may_be_refused(&error),
            }
        }
        made
    }
}

/// The plan, in time.
pub(super) async fn decompose(
    decomposer: &dyn Decomposer,
    task: &Task,
    workers: WorkerCount,
) -> Result<Plan, DecomposeError> {
    let cx = CallContext::default();
    in_time("the plan", decomposer.decompose(&cx, task, workers)).await
}
