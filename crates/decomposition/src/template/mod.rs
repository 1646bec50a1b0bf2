//! Plans without a model: generic perspectives on any task. Weaker than a model's plan, since nothing
//! here understands the task; but free, deterministic, and never empty.

mod perspectives;

use async_trait::async_trait;
use ziggurat_core::{CallContext, DecomposeError, Decomposer, Plan, Subtask, Task, WorkerCount};

use crate::notes::count;
use crate::workers;
use perspectives::PERSPECTIVES;

/// One generic perspective per worker: facts, causes, options, risks and so on. The plan's method is
/// `template`.
///
/// - [`WorkerCount::Auto`]: [`DEFAULT_WORKERS`](crate::DEFAULT_WORKERS) perspectives.
/// - [`WorkerCount::Exactly`] one: the task itself, whole, since one perspective would not cover it.
/// - More than there are perspectives (15): one worker each and a note; none is used twice.
///
/// Each instruction contains the task's text, and each subtask has all documents of the task. It never
/// fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct TemplateDecomposer;

#[async_trait]
impl Decomposer for TemplateDecomposer {
    async fn decompose(
        &self,
        _: &CallContext,
        task: &Task,
        workers: WorkerCount,
    ) -> Result<Plan, DecomposeError> {
        let asked = workers::or_default(workers);
        let subtask = |instruction: String| {
            Subtask::new(instruction).with_documents(task.documents().iter().cloned())
        };
        if asked == 1 {
            return Ok(Plan::new("template", [subtask(task.text().to_owned())]));
        }
        let chosen = PERSPECTIVES.iter().take(asked);
        let plan = Plan::new(
            "template",
            chosen.map(|perspective| subtask(format!("{perspective}\n\nTask: {}", task.text()))),
        );
        let planned = plan.subtasks.len();
        if planned == asked {
            return Ok(plan);
        }
        Ok(plan.noting(format!(
            "asked for {asked} workers, there are only {}: {}",
            count(planned, "template"),
            count(planned, "worker"),
        )))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn perspectives_are_different_and_have_titles() {
        let titles: HashSet<_> =
            PERSPECTIVES.iter().map(|text| text.split_once(": ").unwrap().0).collect();
        assert_eq!(titles.len(), 15);
        assert_eq!(titles.len(), PERSPECTIVES.len());
    }
}
