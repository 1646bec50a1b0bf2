//! The first phase: who works, and on what.

use std::sync::Arc;

use tokio::time::Instant;
use ziggurat_core::{DecomposeError, Decomposer, Plan, Reason, Tier};
use ziggurat_executor::{Concurrency, Job, JobSet};

use super::reasons;
use super::signals::Signals;
use super::stage::Stage;
use crate::record::DECOMPOSER;

/// Why a run ended before its first worker.
pub(crate) enum NoPlan {
    /// Somebody or something halted it.
    Halted(Reason),
    /// The plan, or a model or key, failed.
    Failed(Reason),
}

/// Lets the decomposer make the plan, under its tier's timeout.
pub(crate) async fn make_plan(
    stage: &Stage,
    decomposer: Arc<dyn Decomposer>,
) -> Result<Plan, NoPlan> {
    let (scribe, mut signals) = (&stage.scribe, Signals::new());
    let (cx, hold) = signals.context(DECOMPOSER, scribe.read().info(DECOMPOSER));
    let cx = cx.with_deadline(stage.deadline().map(Instant::into_std));
    let task = Arc::clone(&stage.task);
    let count = stage.config.workers;
    let mut jobs: JobSet<'_, (), Plan, DecomposeError> = JobSet::new(Concurrency::DEFAULT);
    let job = Job::new(move || async move { decomposer.decompose(&cx, &task, count).await });
    jobs.push((), job.timeout(stage.config.timeout(Tier::Decomposer)).hold(hold));

    let started = Instant::now();
    scribe.start(DECOMPOSER, &[]);
    let finished = loop {
        tokio::select! {
            biased;
            reason = stage.halted() => {
                drop(jobs);
                drain(stage, &mut signals);
                scribe.cancel(DECOMPOSER, reason.clone(), started.elapsed());
                return Err(NoPlan::Halted(reason));
            }
            (node, signal) = signals.recv() => scribe.hear(node, signal),
            Some(finished) = jobs.next() => break finished,
        }
    };
    drain(stage, &mut signals);
    let plan = finished.outcome.map_err(|error| reasons::of_job(&error)).and_then(not_empty);
    match plan {
        Ok(plan) => {
            scribe.complete_plan(DECOMPOSER, plan.model.as_deref(), finished.elapsed);
            Ok(plan)
        }
        Err(reason) => {
            scribe.fail(DECOMPOSER, reason.clone(), finished.elapsed);
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

fn drain(stage: &Stage, signals: &mut Signals) {
    while let Some((node, signal)) = signals.try_recv() {
        stage.scribe.hear(node, signal);
    }
}
