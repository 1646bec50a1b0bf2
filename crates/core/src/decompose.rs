//! The contract of a decomposer: from a task to a plan.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{BoxError, CallContext, ErrorKind, Plan, ProviderError, Reason, Task};

/// How many workers the plan should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WorkerCount {
    /// The decomposer decides.
    #[default]
    Auto,
    /// This many, unless the task has fewer parts; a plan then says so in its notes.
    Exactly(NonZeroU32),
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecomposeError {
    /// The model call failed.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The answer holds no subtasks.
    #[error("the plan has no subtasks: {0}")]
    NoSubtasks(String),
    /// There is nothing to divide.
    #[error("the task has no documents to divide among workers")]
    NoDocuments,
    /// The plan is fixed and has more subtasks than workers were asked for.
    #[error("the plan has {planned} subtasks, more than the workers asked for ({asked})")]
    TooFewWorkers {
        /// How many subtasks the plan has.
        planned: usize,
        /// How many workers were asked for.
        asked: u32,
    },
    /// A custom decomposer's own error.
    #[error("{message}")]
    Custom {
        /// What happened, for people.
        message: String,
        /// The lower error, if there is one.
        #[source]
        source: Option<BoxError>,
    },
}

impl DecomposeError {
    /// A custom decomposer's failure, in words.
    pub fn custom(message: impl Into<String>) -> Self {
        Self::Custom { message: message.into(), source: None }
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Provider(error) => error.kind(),
            Self::NoSubtasks(_) => ErrorKind::Protocol,
            Self::NoDocuments => ErrorKind::NoInput,
            Self::TooFewWorkers { .. } => ErrorKind::InvalidRequest,
            Self::Custom { .. } => ErrorKind::Agent,
        }
    }

    /// The kind and the words, as events bear them.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Provider(error) => error.reason(),
            _ => Reason::of(self.kind(), self),
        }
    }
}

/// Divides a task among workers.
///
/// # Contract
/// - A plan has at least one subtask, and with [`WorkerCount::Exactly`] never more than asked for.
/// - Fewer than asked for is allowed and said in the plan's notes; so is a fallback that was taken.
/// - No instruction is blank.
/// - Without a model the same task gives the same plan.
/// - Dropping the future cancels the work and leaves nothing running.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait Decomposer: Send + Sync {
    /// Makes the plan.
    async fn decompose(
        &self,
        cx: &CallContext,
        task: &Task,
        workers: WorkerCount,
    ) -> Result<Plan, DecomposeError>;
}

#[async_trait]
impl<T: Decomposer + ?Sized> Decomposer for Arc<T> {
    async fn decompose(
        &self,
        cx: &CallContext,
        task: &Task,
        workers: WorkerCount,
    ) -> Result<Plan, DecomposeError> {
        (**self).decompose(cx, task, workers).await
    }
}
