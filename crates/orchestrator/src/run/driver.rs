//! A run from start to end: assemble the crew, make the plan, climb, conclude.

use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use ziggurat_core::{EventKind, Plan, PlannedSubtask, Reason, Task};

use super::climb::Climb;
use super::crew::Crew;
use super::outcome::{Ending, conclude};
use super::plan::{NoPlan, decomposer_node, make_plan};
use super::stage::Stage;
use super::tree::Tree;
use crate::config::Config;
use crate::events::Scribe;
use crate::{NodeResult, RunResult};

/// Runs the task. Dropping the future cancels everything.
pub(crate) async fn drive(
    config: Arc<Config>,
    task: Arc<Task>,
    scribe: Arc<Scribe>,
    cancel: CancellationToken,
) -> RunResult {
    let models = config.models(task.documents().is_empty());
    let timeout = config.run_timeout(&models);
    let stage = Stage { config, task, scribe, cancel, started: Instant::now(), timeout };
    stage.write(EventKind::RunStarted {
        task: stage.task.text().to_owned(),
        documents: stage.task.documents().len(),
        models: models.iter().map(|model| model.info().name()).collect(),
    });
    let mut decomposer = decomposer_node();
    let ending = match prepare(&stage, &models, &mut decomposer).await {
        Ok((crew, plan, tree)) => {
            let (tree, halted) = Climb::new(&stage, crew, tree).climb().await;
            Ending::Climbed { plan, tree: Box::new(tree), halted }
        }
        Err(no_plan) => Ending::NoPlan(no_plan),
    };
    conclude(&stage, decomposer, ending)
}

async fn prepare(
    stage: &Stage,
    models: &[ziggurat_core::Model],
    decomposer: &mut NodeResult,
) -> Result<(Crew, Plan, Tree), NoPlan> {
    let crew = tokio::select! {
        biased;
        reason = stage.halted() => return Err(NoPlan::Halted(reason)),
        crew = Crew::assemble(&stage.config, models) => crew.map_err(|error| {
            NoPlan::Failed(Reason::new(error.kind(), error.to_string()))
        })?,
    };
    let plan = make_plan(stage, Arc::clone(&crew.decomposer), decomposer).await?;
    let tree = Tree::new(&plan, stage.config.shape).map_err(|error| {
        NoPlan::Failed(Reason::new(ziggurat_core::ErrorKind::InvalidRequest, error.to_string()))
    })?;
    stage.write(plan_ready(&plan, &tree));
    Ok((crew, plan, tree))
}

fn plan_ready(plan: &Plan, tree: &Tree) -> EventKind {
    let subtasks = plan.subtasks.iter().map(|subtask| PlannedSubtask {
        instruction: subtask.instruction.clone(),
        specialization: subtask.specialization.clone(),
        documents: subtask.documents.iter().map(|document| document.title.clone()).collect(),
    });
    EventKind::PlanReady {
        method: plan.method.clone().into_owned(),
        subtasks: subtasks.collect(),
        nodes: tree.nodes.iter().map(|result| result.node.clone()).collect(),
        notes: plan.notes.clone(),
    }
}
