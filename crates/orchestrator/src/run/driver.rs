//! A run from start to end: assemble the crew, make the plan, climb, conclude.

use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use ziggurat_core::{ErrorKind, EventKind, Model, Plan, Reason, Task};

use super::agents::Agents;
use super::climb::Climb;
use super::crew::Crew;
use super::outcome::{Ending, conclude};
use super::plan::{NoPlan, make_plan};
use super::stage::Stage;
use super::tree::Tree;
use crate::RunResult;
use crate::config::Config;
use crate::hierarchy::Hierarchy;
use crate::record::Scribe;

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
    let crew = assemble(&stage, &models).await;
    let resolved = crew.as_ref().map(Crew::model_names);
    stage.scribe.write(EventKind::RunStarted {
        task: stage.task.text().to_owned(),
        documents: stage.task.documents().len(),
        models: resolved.unwrap_or_else(|_| models.iter().map(|m| m.info().name()).collect()),
    });
    let ending = match crew {
        Ok(crew) => run(&stage, crew).await,
        Err(no_plan) => Ending::NoPlan(no_plan),
    };
    conclude(&stage, ending)
}

async fn assemble(stage: &Stage, models: &[Model]) -> Result<Crew, NoPlan> {
    tokio::select! {
        biased;
        reason = stage.halted() => Err(NoPlan::Halted(reason)),
        crew = Crew::assemble(&stage.config, models) => {
            crew.map_err(|error| NoPlan::Failed(error.reason()))
        }
    }
}

async fn run(stage: &Stage, crew: Crew) -> Ending {
    let made = make_plan(stage, Arc::clone(&crew.decomposer)).await;
    let cautious = crew.cautious;
    match made.and_then(|plan| grow(stage, &crew, plan)) {
        Ok((agents, tree)) => {
            let climb = Climb::new(stage, agents, tree, cautious);
            let (tree, halted) = climb.climb().await;
            Ending::Climbed { tree: Box::new(tree), halted }
        }
        Err(no_plan) => Ending::NoPlan(no_plan),
    }
}

/// The pyramid over the plan and who works in it, unless the plan cannot meet the quorum or a model cannot
/// take what it is to merge: then nothing is spent on it.
fn grow(stage: &Stage, crew: &Crew, plan: Plan) -> Result<(Agents, Tree), NoPlan> {
    let (quorum, workers) = (stage.config.quorum, plan.subtasks.len());
    if quorum as usize > workers {
        let message = format!("the plan has {workers} workers, and the quorum is {quorum}");
        return Err(NoPlan::Failed(Reason::new(ErrorKind::Quorum, message)));
    }
    let workers = u32::try_from(workers).unwrap_or(u32::MAX);
    let hierarchy = Hierarchy::new(workers, stage.config.shape)
        .map_err(|error| NoPlan::Failed(Reason::of(ErrorKind::InvalidRequest, &error)))?;
    let agents = Agents::new(&stage.config, crew, &stage.task, &hierarchy);
    let agents = agents.map_err(NoPlan::Failed)?;
    Ok((agents, Tree::new(plan, hierarchy, &stage.task, &stage.scribe)))
}
