//! The library's own way: an orchestrator over a model within the default stack of layers, its events read
//! by somebody.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;
use ziggurat::core::{AgentState, DecomposeError};
use ziggurat::hierarchy::ExecutiveMode;
use ziggurat::providers::layers::Stack;
use ziggurat::{
    AgentError, AgentOutput, CallContext, Concurrency, Decomposer, Delivery, Layer, Merge, Model,
    Orchestrator, Plan, Provider, Retain, Run, RunResult, Subtask, Synthesizer, Task, WorkerCount,
};
use ziggurat_providers::{OpenAi, ServerConfig};

use crate::Error;
use crate::delays::Delays;
use crate::work::Done;
use crate::workload::{Composition, MODEL, TASK, Workload};

/// Longer than any workload takes.
const LIMIT: Duration = Duration::from_secs(3_600);

/// The provider within the default stack. It bears no key: one that the server does not look at would have
/// the first worker go alone, which is a matter of keys and not of cost.
///
/// # Errors
/// If it cannot be set up.
pub fn provider(address: SocketAddr) -> Result<Arc<dyn Provider>, Error> {
    let config = ServerConfig::new("bench", format!("http://{address}/v1"));
    Ok(Stack::new().layer(Arc::new(OpenAi::new(config).map_err(Error::found)?)))
}

/// Does the work with an orchestrator.
///
/// # Errors
/// If the orchestrator cannot be set up.
pub async fn run(provider: Arc<dyn Provider>, workload: &Workload) -> Result<Done, Error> {
    let merges = matches!(workload.composition, Composition::Tree | Composition::CodeTree);
    let delivery = if workload.streamed { Delivery::Streamed } else { Delivery::Whole };
    let concurrency = Concurrency::new(workload.concurrency).map_err(Error::found)?;
    let mut builder = Orchestrator::builder()
        .model(Model::known(provider, MODEL))
        .decomposer(Arc::new(Parts(workload.clone())))
        .concurrency(concurrency)
        .delivery(delivery)
        .synthesizers(merges)
        .retain(if merges { Retain::Unmerged } else { Retain::All })
        .run_timeout(LIMIT);
    if !merges {
        builder = builder.executive_mode(ExecutiveMode::Never);
    }
    if workload.composition == Composition::CodeTree {
        builder = builder.synthesizer(Arc::new(Stub)).executive(Arc::new(Stub));
    }
    let run = builder.build().map_err(Error::found)?.start(Task::new(TASK).map_err(Error::found)?);
    let (events, delays) = (read_events(&run), workload.streamed.then(|| read_deltas(&run)));
    let result = run.await;
    events.await.map_err(Error::found)?;
    let delays = match delays {
        Some(delays) => delays.await.unwrap_or_default(),
        None => Delays::default(),
    };
    Ok(done(&result, workload, delays))
}

fn done(result: &RunResult, workload: &Workload, delays: Delays) -> Done {
    let by_model = |state: &AgentState| *state == AgentState::Completed;
    let all = result.workers().chain(result.synthesizers()).chain(result.executive());
    let (mut calls, mut failed) = (0, 0);
    for node in all {
        calls += 1;
        failed += u64::from(!by_model(&node.state));
    }
    if workload.composition == Composition::CodeTree {
        calls = u64::from(workload.workers);
    }
    Done { calls, failed, delays }
}

fn read_events(run: &Run) -> JoinHandle<u64> {
    let mut reader = run.events();
    tokio::spawn(async move {
        let mut seen = 0;
        while let Some(event) = reader.next().await {
            seen = event.seq;
        }
        seen
    })
}

fn read_deltas(run: &Run) -> JoinHandle<Delays> {
    let mut reader = run.deltas();
    tokio::spawn(async move {
        let mut delays = Delays::default();
        loop {
            match reader.recv().await {
                Ok(delta) => delays.hear(&delta.text),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return delays,
            }
        }
    })
}

/// The plan, made without a model, and handed over rather than kept.
struct Parts(Workload);

#[async_trait]
impl Decomposer for Parts {
    async fn decompose(
        &self,
        _: &CallContext,
        _: &Task,
        _: WorkerCount,
    ) -> Result<Plan, DecomposeError> {
        let parts = (0..self.0.workers).map(|worker| Subtask::new(self.0.instruction(worker)));
        Ok(Plan::new("bench", parts))
    }
}

/// Merges without a call.
struct Stub;

#[async_trait]
impl Synthesizer for Stub {
    async fn synthesize(&self, _: &CallContext, _: &Merge) -> Result<AgentOutput, AgentError> {
        Ok(AgentOutput::new("merged"))
    }
}
