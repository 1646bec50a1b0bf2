//! From the arguments to an orchestrator and a task. Whatever is wrong is found here, before anything
//! is spent.

use std::io;
use std::path::Path;
use std::sync::Arc;

use ziggurat::providers::layers::HedgeLayer;
use ziggurat::providers::{Env, Registry, SelectionError};
use ziggurat::{
    Delivery, Document, Orchestrator, OrchestratorBuilder, Retain, Task, Tier, WorkerCount,
};

use crate::args::RunArgs;
use crate::bounded::{self, MIB};
use crate::config_file::{self, Settings};
use crate::error::UsageError;
use crate::layers;
use crate::library::Library;
use crate::models::{self, Models};
use crate::plan_file::{self, Planned};
use crate::recording::Tape;

/// The longest task on stdin. Material belongs into documents.
const LONGEST_TASK: u64 = MIB;

/// Everything a run needs.
pub(crate) struct Setup {
    pub(crate) orchestrator: Orchestrator,
    pub(crate) task: Task,
    /// Which model was chosen and why, in a line.
    pub(crate) why: String,
    /// What was left out and why, in lines.
    pub(crate) skipped: Vec<String>,
    /// What may not be meant as it was given, in lines.
    pub(crate) warnings: Vec<String>,
    /// What is good to know, in lines.
    pub(crate) notes: Vec<String>,
    /// Where answers go to, or come from, beside the models.
    pub(crate) tape: Tape,
}

/// Reads the settings, the input and the plan, finds the models, and checks all settings. The report will go to
/// `output`, which is therefore no input.
pub(crate) async fn prepare(
    args: &RunArgs,
    output: Option<&Path>,
    registry: &Registry,
    env: Env<'_>,
) -> Result<Setup, UsageError> {
    let Settings { registry, warnings } = config_file::apply(&args.model.config, registry, env)?;
    let tape = Tape::open(args, &registry, env)?;
    let mut registry = tape.providers(registry);
    layers::around(&mut registry, &args.calls, &tape);
    let prepared = gather(args, output, &registry, env, &tape).await;
    match prepared {
        Ok(mut setup) => {
            setup.warnings.splice(0..0, warnings.into_iter().chain(tape.warnings()));
            Ok(setup)
        }
        Err(error) => {
            let error = tape.explain(error);
            tape.discard();
            Err(error)
        }
    }
}

/// The same with the providers as they are.
async fn gather(
    args: &RunArgs,
    output: Option<&Path>,
    registry: &Registry,
    env: Env<'_>,
    tape: &Tape,
) -> Result<Setup, UsageError> {
    let mut warnings = Vec::new();
    let mut library = Library::new(output.and(args.output.output.as_deref()));
    let shared = library.read(&args.input)?;
    let draft = match &args.plan {
        Some(path) => Some(plan_file::read(path, &mut library)?),
        None => None,
    };
    let shelf = library.close();
    let planned = match draft {
        Some(draft) => Some(draft.finish(&shelf, &shared)?),
        None => None,
    };
    let mut notes = Vec::new();
    if args.plan.is_some() && args.shape.preset.is_some() {
        notes.push("the plan decides the number of workers, not --preset".to_owned());
    }
    if let Some(planned) = &planned {
        check_plan(args, planned)?;
        if !shared.is_empty() && !planned.uses_shared {
            warnings.push(
                "none of the --input documents is used by the plan: its subtasks have their own"
                    .to_owned(),
            );
        }
    }
    let task = task(args, planned.as_ref(), shelf.documents(&shared))?;
    let has_material = match &planned {
        Some(planned) => planned.without_documents.is_none(),
        None => !task.documents().is_empty(),
    };
    let models = models::find(args, registry, env, has_material, tape).await;
    let models = models.map_err(|error| without_documents(error, planned.as_ref()))?;
    warnings.extend(models.warnings.iter().cloned());
    let why = models.why.clone();
    let orchestrator = builder(args, models, planned).build()?;
    let (skipped, tape) = (shelf.skipped, tape.clone());
    Ok(Setup { orchestrator, task, why, skipped, warnings, notes, tape })
}

fn task(
    args: &RunArgs,
    planned: Option<&Planned>,
    documents: Vec<Arc<Document>>,
) -> Result<Task, UsageError> {
    let text = match args.task.as_deref() {
        Some("-") => task_from_stdin()?,
        Some(text) => text.to_owned(),
        None => planned.and_then(|planned| planned.task.clone()).ok_or(UsageError::NoTask)?,
    };
    Ok(Task::new(text)?.with_documents(documents))
}

fn task_from_stdin() -> Result<String, UsageError> {
    let bytes = bounded::read(io::stdin().lock(), LONGEST_TASK).map_err(UsageError::Stdin)?;
    let bytes = bytes.ok_or(UsageError::LongTask { mib: LONGEST_TASK / MIB })?;
    String::from_utf8(bytes)
        .map_err(|_| UsageError::Stdin(io::Error::new(io::ErrorKind::InvalidData, "not UTF-8")))
}

/// Where some subtasks have documents and others have none, that is what is wrong.
fn without_documents(error: UsageError, planned: Option<&Planned>) -> UsageError {
    use UsageError::{NoMaterial, Selection, SubtaskWithoutDocuments};
    let subtask = planned.filter(|planned| planned.any_has_documents);
    match (error, subtask.and_then(|planned| planned.without_documents)) {
        (NoMaterial { .. } | Selection(SelectionError::NothingConfigured), Some(subtask)) => {
            SubtaskWithoutDocuments { subtask }
        }
        (error, _) => error,
    }
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
    if let Some(percentile) = args.calls.hedge {
        worker = worker.layer(HedgeLayer::at_percentile(percentile));
    }
    synthesizer.model = models.synthesizer;
    executive.model = models.executive;
    let mut builder = Orchestrator::builder()
        .model(models.default)
        .tier(Tier::Worker, worker)
        .tier(Tier::Synthesizer, synthesizer)
        .tier(Tier::Executive, executive)
        // What the command shows of a node is never its whole text.
        .retain(Retain::Unmerged);
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
    if let Some(grouping) = shape.grouping {
        builder = builder.grouping(grouping);
    }
    if let Some(executive) = shape.executive {
        builder = builder.executive_mode(executive);
    }
    if !shape.specializations.is_empty() {
        builder = builder.specializations(&shape.specializations);
    }
    builder
}
