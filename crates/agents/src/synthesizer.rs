//! The steps above the base and the summit, over a model. They are one type, as they are one trait in
//! `ziggurat-core`: an executive differs from a synthesizer in its prompt and its defaults, not in
//! what it does.

use async_trait::async_trait;
use ziggurat_core::{
    AgentError, AgentOutput, CallContext, Contribution, Document, Merge, Message, Model,
    Synthesizer,
};

use crate::prompt::{self, Role};
use crate::{AgentSettings, ask};

/// A synthesizer or an executive that asks a model once per merge.
///
/// The request's system instructions hold only trusted text, the ids and reasons of missing parts among
/// it. The message holds the task's text and the inputs as documents of origin
/// [`Agent`](ziggurat_core::Origin::Agent), each under the id that source marks name.
///
/// # Errors
/// [`synthesize`](Synthesizer::synthesize) gives
/// - [`AgentError::Provider`] when the call fails, with the provider's error inside; it is not retried,
/// - [`AgentError::EmptyOutput`] when the model was asked twice and said nothing both times,
/// - [`AgentError::Declined`] when the model refused or a filter cut its answer off,
/// - [`AgentError::Custom`] when it asked for tools instead of answering.
///
/// # Cancellation
/// Dropping the future drops the call; nothing is spawned.
#[derive(Debug, Clone)]
pub struct ModelSynthesizer {
    model: Model,
    role: Role,
    settings: AgentSettings,
}

impl ModelSynthesizer {
    /// A synthesizer on this model with [`AgentSettings::SYNTHESIZER`].
    pub fn synthesizer(model: Model) -> Self {
        Self { model, role: Role::Synthesizer, settings: AgentSettings::SYNTHESIZER }
    }

    /// An executive on this model with [`AgentSettings::EXECUTIVE`].
    pub fn executive(model: Model) -> Self {
        Self { model, role: Role::Executive, settings: AgentSettings::EXECUTIVE }
    }

    /// The same agent with these settings.
    pub fn with_settings(mut self, settings: AgentSettings) -> Self {
        self.settings = settings;
        self
    }
}

#[async_trait]
impl Synthesizer for ModelSynthesizer {
    async fn synthesize(&self, cx: &CallContext, merge: &Merge) -> Result<AgentOutput, AgentError> {
        let bound = self.settings.bound(self.model.info());
        let system = prompt::merge(self.role, &merge.missing, bound);
        let message =
            Message::user(merge.task.text()).with_documents(merge.inputs.iter().map(document));
        ask::ask(cx, &self.model, &self.settings, system, message).await
    }
}

fn document(input: &Contribution) -> Document {
    Document::new(&input.id, &*input.text).titled(&input.title).from_agent()
}
