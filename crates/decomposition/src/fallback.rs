//! A second way to a plan when the first fails. A run should not end because one model call timed out;
//! but it should end, after that one call, when every later call would fail alike. And the plan says
//! who really made it, so that nobody takes a template for a model's thought.

use async_trait::async_trait;
use ziggurat_core::{CallContext, DecomposeError, Decomposer, ErrorKind, Plan, Task, WorkerCount};

/// The plan of the first decomposer, or if that fails the plan of the second with a note why.
///
/// Not papered over, but returned at once without asking the second:
/// - what would fail every later call with the same key and model too
///   ([`ErrorKind::is_fatal_for_model`]): a refused key is told after one call, not after a whole run;
/// - the end of the run: [`ErrorKind::Cancelled`], [`ErrorKind::Deadline`], [`ErrorKind::Stopped`];
/// - a fixed plan that asks for more workers ([`DecomposeError::TooFewWorkers`]): a user's own plan is
///   not replaced.
///
/// If the second fails as well, its error is returned if it is one of those, else the first one's: that
/// is the decomposer the user wanted.
///
/// The plan's method is that of the decomposer that made it. Dropping the future drops the one at work.
///
/// ```
/// # use ziggurat_core::{Decomposer, Model};
/// use ziggurat_decomposition::{Fallback, ModelDecomposer, TemplateDecomposer};
/// # fn f(model: Model) -> impl Decomposer {
/// Fallback::new(ModelDecomposer::new(model), TemplateDecomposer)
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Fallback<A, B> {
    first: A,
    second: B,
}

impl<A: Decomposer, B: Decomposer> Fallback<A, B> {
    /// `first`, and `second` if that fails. Both may be `Arc<dyn Decomposer>`.
    pub fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<A: Decomposer, B: Decomposer> Decomposer for Fallback<A, B> {
    async fn decompose(
        &self,
        cx: &CallContext,
        task: &Task,
        workers: WorkerCount,
    ) -> Result<Plan, DecomposeError> {
        let error = match self.first.decompose(cx, task, workers).await {
            Ok(plan) => return Ok(plan),
            Err(error) if is_final(&error) => return Err(error),
            Err(error) => error,
        };
        match self.second.decompose(cx, task, workers).await {
            Ok(mut plan) => {
                plan.notes.insert(0, note(&error, &plan.method));
                Ok(plan)
            }
            Err(second) if is_final(&second) => Err(second),
            Err(_) => Err(error),
        }
    }
}

fn is_final(error: &DecomposeError) -> bool {
    let kind = error.kind();
    kind.is_fatal_for_model()
        || matches!(kind, ErrorKind::Cancelled | ErrorKind::Deadline | ErrorKind::Stopped)
        || matches!(error, DecomposeError::TooFewWorkers { .. })
}

fn note(error: &DecomposeError, method: &str) -> String {
    let whose = match error {
        DecomposeError::Provider(_) | DecomposeError::NoSubtasks(_) => "the model's plan",
        _ => "the first plan",
    };
    format!("{whose} failed ({}: {error}): {method} plan used", error.kind())
}
