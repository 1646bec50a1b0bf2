//! The base of the pyramid, over a model.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use ziggurat_core::{
    AgentError, AgentOutput, Assignment, CallContext, ContentPart, HeuristicCounter, Message,
    Model, Worker,
};

use crate::ask::{Asked, ask};
use crate::{AgentSettings, prompt};

/// What marks the subtask in the message. One word, and one that documents rarely use: the embedded
/// extractive model takes every word of the text parts for its question.
const SUBTASK: &str = "Subtask: ";

/// A worker that asks a model once per subtask.
///
/// The request's system instructions hold only trusted text. The message holds the task's text; then,
/// if it differs, `Subtask: ` and the instruction as a second text part; then the subtask's documents
/// as typed parts.
///
/// # Errors
/// [`work`](Worker::work) gives
/// - [`AgentError::Provider`] when the call fails, with the provider's error inside; it is not retried,
/// - [`AgentError::EmptyOutput`] when the model was asked twice and said nothing both times,
/// - [`AgentError::Declined`] when the model refused or a filter cut its answer off,
/// - [`AgentError::Custom`] when it asked for tools instead of answering.
///
/// # Cancellation
/// Dropping the future drops the call; nothing is spawned.
#[derive(Debug, Clone)]
pub struct ModelWorker {
    model: Model,
    settings: AgentSettings,
    /// The instructions of a worker without a specialization.
    usual: Arc<OnceLock<String>>,
}

impl ModelWorker {
    /// A worker on this model with [`AgentSettings::WORKER`].
    pub fn new(model: Model) -> Self {
        Self { model, settings: AgentSettings::WORKER, usual: Arc::default() }
    }

    /// The same worker with these settings.
    pub fn with_settings(mut self, settings: AgentSettings) -> Self {
        self.settings = settings;
        self.usual = Arc::default();
        self
    }

    fn instructions(&self, specialization: Option<&str>) -> String {
        let written = || prompt::worker(specialization, self.settings.bound(self.model.info()));
        if specialization.is_none() { self.usual.get_or_init(written).clone() } else { written() }
    }
}

#[async_trait]
impl Worker for ModelWorker {
    async fn work(
        &self,
        cx: &CallContext,
        assignment: &Assignment,
    ) -> Result<AgentOutput, AgentError> {
        let system = self.instructions(assignment.subtask.specialization.as_deref());
        let Self { model, settings, .. } = self;
        let asked = Asked { cx, model, settings, counter: &HeuristicCounter };
        ask(asked, system, message(assignment)).await
    }
}

fn message(Assignment { task, subtask, .. }: &Assignment) -> Message {
    let mut message = Message::user(task.text());
    let instruction = subtask.instruction.trim();
    if !instruction.is_empty() && instruction != task.text() {
        message.content.push(ContentPart::Text { text: format!("{SUBTASK}{instruction}") });
    }
    message.with_documents(subtask.documents.iter().map(Arc::clone))
}
