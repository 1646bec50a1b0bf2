//! The steps above the base and the summit, over a model. They are one type, as they are one trait in
//! `ziggurat-core`: an executive differs from a synthesizer in its prompt and its defaults, not in
//! what it does.

use std::fmt;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use ziggurat_core::{
    AgentError, AgentOutput, CallContext, Contribution, Document, HeuristicCounter, Merge, Message,
    Missing, Model, Synthesizer, Task, TokenCounter,
};

use crate::ask::{Asked, ask};
use crate::prompt::{self, Role};
use crate::{AgentSettings, condense, room};

/// A synthesizer or an executive that asks a model once per merge.
///
/// The request's system instructions hold only trusted text, the ids and reasons of missing parts among
/// it. The message holds the task's text and the inputs as documents of origin
/// [`Agent`](ziggurat_core::Origin::Agent), each under the id that source marks name.
///
/// # What fits
/// Its [`capacity`](Synthesizer::capacity) is the model's context without the bound on an answer, the
/// instructions with up to 50 missing parts, the task, and a twentieth for what was guessed. Where a model
/// has no bound on its answers from [settings](AgentSettings::max_tokens), the model's own is taken, at most
/// half of the context, or a quarter if it is unknown. It is `None` if nobody knows the context's size. Texts are
/// counted by the [`HeuristicCounter`] unless [`with_counter`](Self::with_counter) has a better one.
///
/// Several inputs are sent as they are: whoever calls sees to it that they fit. A single input that is too large is
/// first condensed: it is read in parts that fit, one call each, one after the other, and the answers take its
/// place; if they are still too large, again. Then it is merged like any other, so that its text is as long
/// as a merge's and names what is missing. Every byte of the input is in exactly one part.
///
/// # Errors
/// [`synthesize`](Synthesizer::synthesize) gives
/// - [`AgentError::Provider`] when the call fails, with the provider's error inside; it is not retried,
/// - [`AgentError::EmptyOutput`] when the model was asked twice and said nothing both times,
/// - [`AgentError::Declined`] when the model refused or a filter cut its answer off,
/// - [`AgentError::Custom`] when it asked for tools instead of answering,
/// - [`AgentError::Part`] when one of these happened to a part of a single input that was too large,
/// - [`AgentError::TooLarge`] when such an input could not be made to fit: a round shrank it by less than a
///   quarter, or what is left of the context beside instructions and task is less than 128 tokens.
///
/// # Cancellation
/// Dropping the future drops the call; nothing is spawned.
#[derive(Clone)]
pub struct ModelSynthesizer {
    model: Model,
    role: Role,
    settings: AgentSettings,
    counter: Arc<dyn TokenCounter>,
    /// The instructions of a merge of which nothing is missing, which is nearly every one.
    usual: Arc<OnceLock<String>>,
    /// The tokens of the longest instructions.
    longest: Arc<OnceLock<u64>>,
}

impl ModelSynthesizer {
    /// A synthesizer on this model with [`AgentSettings::SYNTHESIZER`].
    pub fn synthesizer(model: Model) -> Self {
        Self::new(model, Role::Synthesizer, AgentSettings::SYNTHESIZER)
    }

    /// An executive on this model with [`AgentSettings::EXECUTIVE`].
    pub fn executive(model: Model) -> Self {
        Self::new(model, Role::Executive, AgentSettings::EXECUTIVE)
    }

    fn new(model: Model, role: Role, settings: AgentSettings) -> Self {
        let counter = Arc::new(HeuristicCounter);
        Self { model, role, settings, counter, usual: Arc::default(), longest: Arc::default() }
    }

    /// The same agent with these settings.
    pub fn with_settings(mut self, settings: AgentSettings) -> Self {
        self.settings = settings;
        (self.usual, self.longest) = Default::default();
        self
    }

    /// The same agent, its texts counted by this.
    pub fn with_counter(mut self, counter: Arc<dyn TokenCounter>) -> Self {
        self.counter = counter;
        self.longest = Arc::default();
        self
    }

    async fn merge(
        &self,
        asked: Asked<'_>,
        merge: &Merge,
        inputs: &[Contribution],
    ) -> Result<AgentOutput, AgentError> {
        let message = Message::user(merge.task.text()).with_documents(inputs.iter().map(document));
        ask(asked, self.instructions(&merge.missing), message).await
    }

    fn instructions(&self, missing: &[Missing]) -> String {
        let written = || prompt::merge(self.role, missing, self.settings.bound(self.model.info()));
        if missing.is_empty() { self.usual.get_or_init(written).clone() } else { written() }
    }
}

#[async_trait]
impl Synthesizer for ModelSynthesizer {
    async fn synthesize(&self, cx: &CallContext, merge: &Merge) -> Result<AgentOutput, AgentError> {
        let Self { model, settings, counter, .. } = self;
        let asked = Asked { cx, model, settings, counter: &**counter };
        if let [input] = &merge.inputs[..]
            && let Some(capacity) = self.capacity(&merge.task)
            && self.size(input) > capacity
        {
            let condensed = condense::to_fit(asked, &merge.task, input, capacity).await?;
            let output = self.merge(asked, merge, &[condensed.input]).await?;
            let truncated = output.truncated || condensed.truncated;
            return Ok(output.truncated(truncated));
        }
        self.merge(asked, merge, &merge.inputs).await
    }

    fn capacity(&self, task: &Task) -> Option<u64> {
        let info = self.model.info();
        let system = *self.longest.get_or_init(|| {
            let text = prompt::longest_merge(self.role, self.settings.bound(info));
            self.counter.count(&text)
        });
        let beside = system + self.counter.count(task.text());
        room::for_documents(info, &self.settings, beside)
    }

    fn size(&self, input: &Contribution) -> u64 {
        input.size(&*self.counter)
    }
}

impl fmt::Debug for ModelSynthesizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelSynthesizer")
            .field("model", &self.model)
            .field("role", &self.role)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

fn document(input: &Contribution) -> Document {
    Document::new(&input.id, &*input.text).titled(&input.title).from_agent()
}
