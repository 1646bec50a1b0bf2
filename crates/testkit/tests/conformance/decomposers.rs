//! The suite of decomposers on one with a model and on one without, both of the smallest kind.

use async_trait::async_trait;
use ziggurat_core::{
    CallContext, ChatRequest, DecomposeError, Decomposer, Delivery, Message, Model, Plan, Subtask,
    Task, WorkerCount,
};
use ziggurat_testkit::conformance::DecomposerSubject;
use ziggurat_testkit::{Turn, decomposer_conformance};

/// A subtask for each line of what the model says; or one for the whole task, without a model.
struct Lines(Option<Model>);

#[async_trait]
impl Decomposer for Lines {
    async fn decompose(
        &self,
        cx: &CallContext,
        task: &Task,
        workers: WorkerCount,
    ) -> Result<Plan, DecomposeError> {
        let text = match &self.0 {
            Some(model) => {
                let request = ChatRequest::new("", [Message::user(task.text())]);
                model.call(cx, request, Delivery::Whole).await?.text()
            }
            None => task.text().to_owned(),
        };
        let most = match workers {
            WorkerCount::Auto => usize::MAX,
            WorkerCount::Exactly(number) => number.get() as usize,
        };
        let lines = text.lines().filter(|line| !line.trim().is_empty()).take(most);
        let documents = || task.documents().iter().cloned();
        let subtasks: Vec<_> =
            lines.map(|line| Subtask::new(line).with_documents(documents())).collect();
        match subtasks.len() {
            0 => Err(DecomposeError::NoSubtasks("the answer is empty".to_owned())),
            planned if planned < most => {
                Ok(Plan::new("lines", subtasks).noting("there were no more"))
            }
            _ => Ok(Plan::new("lines", subtasks)),
        }
    }
}

fn plan(_: &ChatRequest) -> Turn {
    Turn::text("Look at March.\n\nLook at April.\nCompare them.")
}

decomposer_conformance! { with_a_model, DecomposerSubject::with_model(plan, |model| Lines(Some(model))),
except {
    a_model_that_says_nothing_is_told_of: "it takes a refusal for a plan",
} }

decomposer_conformance! { without, DecomposerSubject::new(|| Lines(None)), except {
    a_model_that_fails_is_told_of: "it asks no model",
    a_model_that_says_nothing_is_told_of: "it asks no model",
    a_model_is_asked_in_the_call_s_context: "it asks no model",
} }
