//! The first phase: who works, and on what.

use std::sync::Arc;

use tokio::time::Instant;
use ziggurat_core::{DecomposeError, Decomposer, NodeInfo, Plan, Reason, Tier};
use ziggurat_executor::{Concurrency, Job, JobSet};

use super::reasons;
use super::signals::Signals;
use super::stage::Stage;
use crate::NodeResult;

/// Why a run ended before its first worker.
pub(crate) enum NoPlan {
    /// Somebody or something halted it.
    Halted(Reason),
    /// The plan, or a model or key, failed.
    Failed(Reason),
}

/// The decomposer as a node, before it starts.
pub(crate) fn decomposer_node() -> NodeResult {
    NodeResult::planned(NodeInfo {
        id: "D1".to_owned(),
        tier: Tier::Decomposer,
        step: 0,
        index: 0,
        inputs: Vec::new(),
    })
}

/// Lets the decomposer make the plan, under its tier's timeout.
pub(crate) async fn make_plan(
    stage: &Stage,
    decomposer: Arc<dyn Decomposer>,
    node: &mut NodeResult,
) -> Result<Plan, NoPlan> {
    let mut signals = Signals::new();
    let cx = signals.context((), node.node.clone());
    let task = Arc::clone(&stage.task);
    let count = stage.config.workers;
    let mut jobs: JobSet<'_, (), Plan, DecomposeError> = JobSet::new(Concurrency::DEFAULT);
    let job = Job::new(move || async move { decomposer.decompose(&cx, &task, count).await });
    jobs.push((), job.timeout(stage.config.timeout(Tier::Decomposer)));

    let started = Instant::now();
    stage.start(node);
    let finished = loop {
        tokio::select! {
            biased;
            reason = stage.halted() => {
                drop(jobs);
                drain(stage, node, &mut signals);
                stage.cancelled(node, reason.clone(), started.elapsed());
                return Err(NoPlan::Halted(reason));
            }
            (_, signal) = signals.recv() => stage.hear(node, signal),
            Some(finished) = jobs.next() => break finished,
        }
    };
    drain(stage, node, &mut signals);
    let plan = finished.outcome.map_err(|error| reasons::of_job(&error)).and_then(not_empty);
    match plan {
        Ok(plan) => {
            node.model.clone_from(&plan.model);
            stage.complete(node, finished.elapsed);
            Ok(plan)
        }
        Err(reason) => {
            stage.fail(node, reason.clone(), finished.elapsed);
            Err(NoPlan::Failed(reason))
        }
    }
}

fn not_empty(plan: Plan) -> Result<Plan, Reason> {
    if plan.subtasks.is_empty() {
        let error = DecomposeError::NoSubtasks("the decomposer gave an empty list".to_owned());
        return Err(error.reason());
    }
    Ok(plan)
}

fn drain(stage: &Stage, node: &mut NodeResult, signals: &mut Signals<()>) {
    while let Some((_, signal)) = signals.try_recv() {
        stage.hear(node, signal);
    }
}
