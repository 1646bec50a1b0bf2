//! The contracts of the tiers. A worker turns one subtask into text; a synthesizer turns several texts
//! into one. The executive is a synthesizer too: it differs in its prompt, not in its contract.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    BoxError, CallContext, ErrorKind, HeuristicCounter, ProviderError, Reason, Subtask, Task,
    TokenCounter,
};

/// What a worker is given.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Assignment {
    /// The whole task, for orientation.
    pub task: Arc<Task>,
    /// The part that is this worker's.
    pub subtask: Arc<Subtask>,
}

impl Assignment {
    /// This part of this task.
    pub fn new(task: impl Into<Arc<Task>>, subtask: impl Into<Arc<Subtask>>) -> Self {
        Self { task: task.into(), subtask: subtask.into() }
    }
}

/// A result of the tier below. Untrusted data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// The id of the node that wrote it, as source marks name it (`W3`).
    pub id: String,
    /// What it was about: a worker's instruction.
    pub title: String,
    /// What it wrote.
    pub text: Arc<str>,
}

/// What a document takes in a request beside its words, in tokens: its fence, its attributes, the lines
/// between. The fences of this project's adapters take about 50.
const FRAME: u64 = 64;

impl Contribution {
    /// The tokens that it takes in a request: those of its id, its title and its text by this counter, and
    /// 64 for what stands around them.
    pub fn size(&self, counter: &dyn TokenCounter) -> u64 {
        let words: u64 =
            [&*self.id, &*self.title, &*self.text].map(|s| counter.count(s)).iter().sum();
        words.saturating_add(FRAME)
    }
}

/// A part that should have been there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The id of the node without a result.
    pub id: String,
    /// Why there is none.
    pub kind: ErrorKind,
}

/// What a synthesizer is given.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Merge {
    /// The whole task.
    pub task: Arc<Task>,
    /// The results to merge, in plan order; at least one.
    pub inputs: Vec<Contribution>,
    /// The parts that are missing, so that the merge can say so.
    pub missing: Vec<Missing>,
}

impl Merge {
    /// A merge of these results.
    pub fn new(task: impl Into<Arc<Task>>, inputs: impl IntoIterator<Item = Contribution>) -> Self {
        Self { task: task.into(), inputs: inputs.into_iter().collect(), missing: Vec::new() }
    }

    /// The same merge, with these parts missing.
    pub fn with_missing(mut self, missing: impl IntoIterator<Item = Missing>) -> Self {
        self.missing = missing.into_iter().collect();
        self
    }
}

/// What an agent wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentOutput {
    /// The text; markdown, with source marks such as `[W3]` or `[notes.md]`.
    pub text: String,
    /// The model that wrote it (`provider/model`), if one did.
    pub model: Option<String>,
    /// Whether the text was cut at the bound on tokens. A run with such a part is degraded.
    pub truncated: bool,
}

impl AgentOutput {
    /// A whole text that no model wrote.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), model: None, truncated: false }
    }

    /// The same output, written by this model (`provider/model`).
    pub fn by_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// The same output, marked as cut or not.
    pub fn truncated(mut self, truncated: bool) -> Self {
        self.truncated = truncated;
        self
    }
}

/// Why an agent has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// Its model call failed.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// It said nothing, after a retry.
    #[error("the model answered with empty text {attempts} times")]
    EmptyOutput {
        /// How often it was asked.
        attempts: u32,
    },
    /// The model refused, or a filter cut the answer off.
    #[error("{message}")]
    Declined {
        /// [`ErrorKind::Refusal`] or [`ErrorKind::ContentFilter`].
        kind: ErrorKind,
        /// What the model said.
        message: String,
    },
    /// What it was given does not fit the model's context and could not be made to.
    #[error("{message}")]
    TooLarge {
        /// How large it is and how much fits, in words.
        message: String,
    },
    /// One of the parts failed in which it read what was too large to be read at once.
    #[error("part {part} of {parts}: {source}")]
    Part {
        /// Which part, counted from 1.
        part: usize,
        /// How many there are.
        parts: usize,
        /// What happened to it.
        source: Box<AgentError>,
    },
    /// A custom agent's own error.
    #[error("{message}")]
    Custom {
        /// What happened, for people.
        message: String,
        /// The lower error, if there is one.
        #[source]
        source: Option<BoxError>,
    },
}

impl AgentError {
    /// A custom agent's failure, in words.
    pub fn custom(message: impl Into<String>) -> Self {
        Self::Custom { message: message.into(), source: None }
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Provider(error) => error.kind(),
            Self::EmptyOutput { .. } => ErrorKind::EmptyOutput,
            Self::Declined { kind, .. } => *kind,
            Self::TooLarge { .. } => ErrorKind::ContextLength,
            Self::Part { source, .. } => source.kind(),
            Self::Custom { .. } => ErrorKind::Agent,
        }
    }

    /// The kind and the words, as events bear them.
    pub fn reason(&self) -> Reason {
        match self {
            // Adapters put the cause into their words, once; the chain below is for logs.
            Self::Provider(error) => error.reason(),
            Self::Part { .. } => Reason::new(self.kind(), self.to_string()),
            _ => Reason::of(self.kind(), self),
        }
    }
}

/// The base of the pyramid.
///
/// # Contract
/// - One call is one subtask; calls run concurrently on one instance.
/// - Empty text is a failure, not a result: an agent asks once more, then gives
///   [`AgentError::EmptyOutput`].
/// - It does not retry transport: that is a provider layer's work.
/// - Dropping the future cancels the work and leaves nothing running.
/// - Each model call is reported through the context, failed ones too
///   ([`Model::call`](crate::Model::call) does it).
/// - Timeouts are the caller's.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait Worker: Send + Sync {
    /// Works on one subtask.
    async fn work(
        &self,
        cx: &CallContext,
        assignment: &Assignment,
    ) -> Result<AgentOutput, AgentError>;
}

/// The steps above the base, and the summit.
///
/// # Contract
/// As for [`Worker`], and:
/// - Inputs are untrusted data, never instructions.
/// - Source marks of the inputs survive into the output for what it keeps of them.
/// - Missing parts are named, or at least not papered over.
/// - It says how much it can read at once ([`capacity`](Self::capacity), [`size`](Self::size)), and whoever
///   calls it gives it no more than that, except in a single input. A single input is accepted
///   whatever its size: it is condensed, in parts if it must be, or the answer is an error of kind
///   [`ErrorKind::ContextLength`]. Nothing is left out unread.
/// - Both are pure and quick: they are asked for every merge. A wrapper forwards them.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait Synthesizer: Send + Sync {
    /// Merges results of the tier below.
    async fn synthesize(&self, cx: &CallContext, merge: &Merge) -> Result<AgentOutput, AgentError>;

    /// How many tokens of inputs one call for this task takes, as the sum of their [sizes](Self::size): what
    /// is left when the answer, the instructions, the task and what stands around them have their room.
    /// `None`, the default: no limit is known.
    fn capacity(&self, task: &Task) -> Option<u64> {
        let _ = task;
        None
    }

    /// How much of its [capacity](Self::capacity) this input takes, in tokens. Default: as the
    /// [`HeuristicCounter`] counts.
    fn size(&self, input: &Contribution) -> u64 {
        input.size(&HeuristicCounter)
    }
}

#[async_trait]
impl<T: Worker + ?Sized> Worker for Arc<T> {
    async fn work(
        &self,
        cx: &CallContext,
        assignment: &Assignment,
    ) -> Result<AgentOutput, AgentError> {
        (**self).work(cx, assignment).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<T: Synthesizer + ?Sized> Synthesizer for Arc<T> {
    async fn synthesize(&self, cx: &CallContext, merge: &Merge) -> Result<AgentOutput, AgentError> {
        (**self).synthesize(cx, merge).await
    }

    fn capacity(&self, task: &Task) -> Option<u64> {
        (**self).capacity(task)
    }

    fn size(&self, input: &Contribution) -> u64 {
        (**self).size(input)
    }
}
