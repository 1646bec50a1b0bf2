//! From the arguments to an orchestrator and a task. Whatever is wrong is found here, before anything
//! is spent.

use std::io::{self, Read};
use std::sync::Arc;

use ziggurat::providers::{Env, Registry};
use ziggurat::{Delivery, Document, Orchestrator, OrchestratorBuilder, Task, Tier, WorkerCount};

use crate::args::RunArgs;
use crate::documents;
use crate::error::UsageError;
use crate::models::{self, Models};
use crate::plan_file::{self, Planned};

/// Everything a run needs.
pub(crate) struct Setup {
    pub(crate) orchestrator: Orchestrator,
    pub(crate) task: Task,
    /// Which model was chosen and why, in a line.
    pub(crate) why: String,
    /// One line for each file that was skipped.
    pub(crate) skipped: Vec<String>,
}

/// Reads the input and the plan, finds the models, and checks all settings.
pub(crate) async fn prepare(
    args: &RunArgs,
    registry: &Registry,
    env: Env<'_>,
) -> Result<Setup, UsageError> {
    let material = documents::read(&args.input)?;
    let documents: Vec<_> = material.documents.into_iter().map(Arc::new).collect();
    let mut skipped = material.skipped;
    let planned = match &args.plan {
        Some(path) => Some(plan_file::read(path, &documents)?),
        None => None,
    };
    if let Some(planned) = &planned {
        check_plan(args, planned)?;
        skipped.extend_from_slice(&planned.skipped);
    }
    let task = task(args, planned.as_ref(), documents)?;
    let has_material = match &planned {
        Some(planned) => planned.all_have_documents,
        None => !task.documents().is_empty(),
    };
    let models = models::find(args, registry, env, has_material).await?;
    let why = models.why.clone();
    let orchestrator = builder(args, models, planned).build()?;
    Ok(Setup { orchestrator, task, why, skipped })
}

fn task(
    args: &RunArgs,
    planned: Option<&Planned>,
    documents: Vec<Arc<Document>>,
) -> Result<Task, UsageError> {
    let text = match args.task.as_deref() {
        Some("-") => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map_err(UsageError::Stdin)?;
            text
        }
        Some(text) => text.to_owned(),
        None => planned.and_then(|planned| planned.task.clone()).ok_or(UsageError::NoTask)?,
    };
    Ok(Task::new(text)?.with_documents(documents))
}

/// A plan has as many workers as subtasks; flags must not contradict it.
fn check_plan(args: &RunArgs, planned: &Planned) -> Result<(), UsageError> {
    let subtasks = planned.workers;
    if let Some(WorkerCount::Exactly(workers)) = args.shape.workers
        && (workers.get() as usize) < subtasks
    {
        return Err(UsageError::FewerWorkersThanPlan { workers: workers.get(), subtasks });
    }
    match args.shape.quorum {
        Some(quorum) if quorum as usize > subtasks => {
            Err(UsageError::QuorumOverPlan { quorum, subtasks })
        }
        _ => Ok(()),
    }
}

fn builder(args: &RunArgs, models: Models, planned: Option<Planned>) -> OrchestratorBuilder {
    let mut worker = args.tiers.worker();
    let mut synthesizer = args.tiers.synthesizer();
    let mut executive = args.tiers.executive();
    worker.model = models.worker;
    synthesizer.model = models.synthesizer;
    executive.model = models.executive;
    let mut builder = Orchestrator::builder()
        .model(models.default)
        .tier(Tier::Worker, worker)
        .tier(Tier::Synthesizer, synthesizer)
        .tier(Tier::Executive, executive);
    if let Some(preset) = args.shape.preset {
        builder = builder.preset(preset);
    }
    if let Some(planned) = planned {
        builder = builder.workers(WorkerCount::Auto).decomposer(Arc::new(planned.plan));
    }
    builder = shape(builder, args);
    if args.model.no_stream {
        builder = builder.delivery(Delivery::Whole);
    }
    match args.model.timeout {
        Some(timeout) => builder.run_timeout(timeout),
        None => builder,
    }
}

fn shape(mut builder: OrchestratorBuilder, args: &RunArgs) -> OrchestratorBuilder {
    let shape = &args.shape;
    builder = builder.synthesizers(!shape.no_synthesizers);
    if let Some(workers) = shape.workers {
        builder = builder.workers(workers);
    }
    if let Some(fan_in) = shape.fan_in {
        builder = builder.fan_in(fan_in);
    }
    if let Some(quorum) = shape.quorum {
        builder = builder.quorum(quorum);
    }
    if let Some(concurrency) = shape.concurrency.or(shape.profile) {
        builder = builder.concurrency(concurrency);
    }
    if let Some(executive) = shape.executive {
        builder = builder.executive_mode(executive);
    }
    if !shape.specializations.is_empty() {
        builder = builder.specializations(&shape.specializations);
    }
    builder
}
