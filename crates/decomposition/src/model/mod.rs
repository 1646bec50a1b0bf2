//! A plan made by a model. One call; what comes back is read with patience, since models answer in prose
//! where a list was asked for and in JSON where it was not, but nothing is made up: an answer without
//! subtasks is an error, and what to do then is the caller's choice ([`Fallback`](crate::Fallback)).

mod request;

use async_trait::async_trait;
use ziggurat_core::chat::{ChatResponse, FinishReason};
use ziggurat_core::{
    CallContext, DecomposeError, Decomposer, Delivery, ErrorKind, Model, Plan, ProviderError,
    Subtask, Task, WorkerCount,
};

use crate::notes::{count, excerpt};
use crate::parse::{self, Answer, Item};
use crate::workers;

/// Asks a model for self-contained subtasks that do not overlap and cover the task. The plan's method is
/// `model`.
///
/// The system's instructions are fixed text and a number; the user's message is the task's text and nothing
/// else. Documents are not sent, and every subtask gets all of the task's. With a model known to obey JSON
/// schemas one is sent, else a numbered list is asked for; either is understood from either.
///
/// - [`WorkerCount::Auto`]: [`DEFAULT_WORKERS`](crate::DEFAULT_WORKERS) subtasks are asked for.
/// - More subtasks than asked for: the first ones, and a note how many were left out.
/// - Fewer: fewer workers, and a note. Subtasks shorter than 10 characters and exact repetitions do not
///   count.
/// - A specialization is kept if it is one short word.
///
/// Defaults: temperature 0.5; at most 1,000 tokens for the answer, 80 more per worker from the thirteenth on;
/// streamed. There is no retry and no timeout here: layers and callers have them. Dropping the future cancels
/// the call.
///
/// # Errors
/// - [`DecomposeError::Provider`]: the call failed; the model refused ([`ErrorKind::Refusal`]) or a filter cut
///   it off ([`ErrorKind::ContentFilter`]); or it is an extractive one, which cannot plan
///   ([`ErrorKind::Unsupported`], without a call).
/// - [`DecomposeError::NoSubtasks`]: the answer names none; the error has the beginning of the answer.
#[derive(Debug, Clone)]
pub struct ModelDecomposer {
    model: Model,
    temperature: Option<f32>,
    max_tokens: Option<u32>,
    delivery: Delivery,
}

impl ModelDecomposer {
    /// Plans by this model.
    pub fn new(model: Model) -> Self {
        Self { model, temperature: Some(0.5), max_tokens: None, delivery: Delivery::default() }
    }

    /// The same with this temperature; `None` for the model's own. The default is 0.5: the plan is the one
    /// step where some invention helps and much of it hurts.
    pub fn with_temperature(mut self, temperature: impl Into<Option<f32>>) -> Self {
        self.temperature = temperature.into();
        self
    }

    /// The same with this bound on the answer. Models that think before they answer need more than the
    /// default of 1,000.
    pub fn with_max_tokens(mut self, max_tokens: u32) -> Self {
        self.max_tokens = Some(max_tokens);
        self
    }

    /// The same with answers fetched this way; streamed by default.
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    fn failure(&self, kind: ErrorKind, message: impl Into<String>) -> DecomposeError {
        ProviderError::new(&self.model.info().provider, kind, message).into()
    }

    /// The answer's text, unless it is none.
    fn text(&self, response: &ChatResponse) -> Result<String, DecomposeError> {
        let said = || excerpt(&response.text(), EXCERPT);
        match response.finish {
            FinishReason::Refusal => {
                Err(self
                    .failure(ErrorKind::Refusal, format!("the model refused to plan: {}", said())))
            }
            FinishReason::ContentFilter => Err(self.failure(
                ErrorKind::ContentFilter,
                format!("a filter cut the plan off: {}", said()),
            )),
            _ => Ok(response.text()),
        }
    }
}

/// How much of an answer an error shows.
const EXCERPT: usize = 200;

#[async_trait]
impl Decomposer for ModelDecomposer {
    async fn decompose(
        &self,
        cx: &CallContext,
        task: &Task,
        workers: WorkerCount,
    ) -> Result<Plan, DecomposeError> {
        if self.model.info().extractive {
            let message = "the model only quotes documents and cannot plan";
            return Err(self.failure(ErrorKind::Unsupported, message));
        }
        let asked = workers::or_default(workers);
        let request = self.request(task, asked);
        let response = self.model.call(cx, request, self.delivery).await?;
        let text = self.text(&response)?;
        let answer = parse::subtasks(&text, !is_whole(&response.finish));
        if answer.items.is_empty() {
            return Err(DecomposeError::NoSubtasks(if text.trim().is_empty() {
                "the model's answer is empty".to_owned()
            } else {
                format!("the model answered \"{}\"", excerpt(&text, EXCERPT))
            }));
        }
        Ok(plan(task, answer, asked).by_model(self.model.author(&response)))
    }
}

/// Whether an answer with this end has all that the model had to say. A reason that nobody here knows may
/// mean a cut; no reason at all (`none`) does not.
fn is_whole(finish: &FinishReason) -> bool {
    match finish {
        FinishReason::Stop | FinishReason::ToolCalls => true,
        FinishReason::Other(reason) => reason == "none",
        _ => false,
    }
}

fn plan(task: &Task, answer: Answer, asked: usize) -> Plan {
    let named = answer.items.len();
    let subtasks =
        answer.items.into_iter().take(asked).map(|Item { instruction, specialization }| {
            let mut subtask = Subtask::new(instruction);
            subtask.specialization = specialization;
            subtask.with_documents(task.documents().iter().cloned())
        });
    let mut plan = Plan::new("model", subtasks);
    if answer.cut {
        plan = plan.noting("the model's answer was cut before its end; what was whole is used");
    }
    let (planned, named_words) = (count(named.min(asked), "worker"), count(named, "subtask"));
    let asked_words = count(asked, "subtask");
    if named < asked {
        plan.noting(format!("asked the model for {asked_words}, it named only {named}: {planned}"))
    } else if named > asked {
        let surplus = named - asked;
        plan.noting(format!(
            "asked the model for {asked_words}, it named {named_words}: the last {surplus} left out"
        ))
    } else {
        plan
    }
}
