//! The handle that people hold: no generics, no lifetimes, cheap to clone, no state of any run.

use std::fmt;
use std::sync::Arc;

use ziggurat_core::Task;

use crate::config::Config;
use crate::{OrchestratorBuilder, Run, RunResult};

/// Runs tasks. Cheap to clone; runs of one orchestrator share nothing but its settings.
#[derive(Clone)]
pub struct Orchestrator {
    config: Arc<Config>,
}

impl Orchestrator {
    /// A builder with the defaults.
    pub fn builder() -> OrchestratorBuilder {
        OrchestratorBuilder::default()
    }

    pub(crate) fn new(config: Config) -> Self {
        Self { config: Arc::new(config) }
    }

    /// A run of this task, which makes progress while it is awaited. Its events can be read before,
    /// during and after.
    pub fn start(&self, task: impl Into<Arc<Task>>) -> Run {
        Run::new(Arc::clone(&self.config), task.into())
    }

    /// Runs this task to its end.
    ///
    /// Failures do not make this return early: how the run ended stands in the result, beside every
    /// tier's responses. Dropping the future cancels the run and leaves nothing behind.
    pub async fn run(&self, task: impl Into<Arc<Task>>) -> RunResult {
        self.start(task).await
    }
}

impl fmt::Debug for Orchestrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Orchestrator").finish_non_exhaustive()
    }
}
