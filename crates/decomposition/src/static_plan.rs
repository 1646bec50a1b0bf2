//! A plan that somebody else made: a user's own file, or code that knows its task. It is checked once,
//! at construction, and then handed out as it is.

use async_trait::async_trait;
use ziggurat_core::{CallContext, DecomposeError, Decomposer, Plan, Subtask, Task, WorkerCount};

use crate::notes::count;

/// Gives the subtasks it was built with, in their order; the plan's method is `static`.
///
/// - [`WorkerCount::Auto`]: all subtasks.
/// - [`WorkerCount::Exactly`] more than there are: all subtasks, and a note.
/// - [`WorkerCount::Exactly`] fewer than there are: an error, since a plan must not have more subtasks
///   than workers were asked for, and leaving out some of a plan that was written by hand would lose
///   work in silence.
///
/// Subtasks bear their own documents: those of the task are not handed on.
///
/// ```
/// use ziggurat_core::Subtask;
/// use ziggurat_decomposition::{StaticPlan, StaticPlanError};
/// let plan = StaticPlan::new([Subtask::new("List the outages."), Subtask::new("Rank them.")])?;
/// # drop(plan);
/// assert_eq!(StaticPlan::new([]).unwrap_err(), StaticPlanError::Empty);
/// # Ok::<(), StaticPlanError>(())
/// ```
#[derive(Debug, Clone)]
pub struct StaticPlan {
    subtasks: Vec<Subtask>,
}

/// Why a list of subtasks is not a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StaticPlanError {
    /// There are no subtasks.
    #[error("the plan is empty: it needs at least one subtask")]
    Empty,
    /// A subtask has no instruction, or only white space.
    #[error("subtask {number} has a blank instruction: say what its worker should do")]
    BlankInstruction {
        /// Which subtask, counted from 1.
        number: usize,
    },
}

impl StaticPlan {
    /// A plan of these subtasks.
    ///
    /// # Errors
    /// [`StaticPlanError::Empty`] without subtasks, [`StaticPlanError::BlankInstruction`] for the first
    /// one whose instruction is blank.
    pub fn new(subtasks: impl IntoIterator<Item = Subtask>) -> Result<Self, StaticPlanError> {
        let subtasks: Vec<_> = subtasks.into_iter().collect();
        if subtasks.is_empty() {
            return Err(StaticPlanError::Empty);
        }
        match subtasks.iter().position(|subtask| subtask.instruction.trim().is_empty()) {
            Some(index) => Err(StaticPlanError::BlankInstruction { number: index + 1 }),
            None => Ok(Self { subtasks }),
        }
    }
}

#[async_trait]
impl Decomposer for StaticPlan {
    async fn decompose(
        &self,
        _: &CallContext,
        _: &Task,
        workers: WorkerCount,
    ) -> Result<Plan, DecomposeError> {
        let plan = Plan::new("static", self.subtasks.iter().cloned());
        let planned = self.subtasks.len();
        match workers {
            WorkerCount::Exactly(asked) if (asked.get() as usize) < planned => {
                Err(DecomposeError::TooFewWorkers { planned, asked: asked.get() })
            }
            WorkerCount::Exactly(asked) if asked.get() as usize > planned => {
                Ok(plan.noting(format!(
                    "asked for {asked} workers, the plan has only {}: {}",
                    count(planned, "subtask"),
                    count(planned, "worker"),
                )))
            }
            _ => Ok(plan),
        }
    }
}
