//! Agents that take the time they are told, and keep everything they are given: a merge's text is that of
//! its inputs.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ziggurat::decomposition::StaticPlan;
use ziggurat::{
    AgentError, AgentOutput, Assignment, CallContext, Concurrency, Merge, Orchestrator,
    OrchestratorBuilder, Subtask, Synthesizer, Task, Worker,
};

type Latency = Arc<dyn Fn(&str) -> Duration + Send + Sync>;

/// One of these is every agent of a run.
#[derive(Clone)]
pub(crate) struct Crew {
    latency: Latency,
    log: Arc<Mutex<Log>>,
}

/// What the agents saw.
#[derive(Debug, Default, Clone)]
pub(crate) struct Log {
    pub(crate) started: BTreeSet<String>,
    pub(crate) finished: BTreeSet<String>,
    /// The workers that merges were told are missing.
    pub(crate) missing: BTreeSet<String>,
}

impl Crew {
    pub(crate) fn new(latency: impl Fn(&str) -> Duration + Send + Sync + 'static) -> Self {
        Self { latency: Arc::new(latency), log: Arc::default() }
    }

    pub(crate) fn builder(&self, workers: usize, concurrency: usize) -> OrchestratorBuilder {
        let subtasks = (1..=workers).map(|n| Subtask::new(format!("Look into part {n}.")));
        let crew = Arc::new(self.clone());
        Orchestrator::builder()
            .decomposer(Arc::new(StaticPlan::new(subtasks).unwrap()))
            .worker(crew.clone())
            .synthesizer(crew.clone())
            .executive(crew)
            .concurrency(Concurrency::new(concurrency).unwrap())
    }

    pub(crate) fn log(&self) -> Log {
        self.log.lock().unwrap().clone()
    }

    async fn take(&self, cx: &CallContext) -> String {
        let id = cx.node().unwrap().id.clone();
        tokio::time::sleep((self.latency)(&id)).await;
        id
    }
}

pub(crate) fn task() -> Task {
    Task::new("What caused the outages?").unwrap()
}

/// What a worker writes.
pub(crate) fn marker(id: &str) -> String {
    format!("found by {id};")
}

#[async_trait]
impl Worker for Crew {
    async fn work(&self, cx: &CallContext, _: &Assignment) -> Result<AgentOutput, AgentError> {
        self.log.lock().unwrap().started.insert(cx.node().unwrap().id.clone());
        let id = self.take(cx).await;
        self.log.lock().unwrap().finished.insert(id.clone());
        Ok(AgentOutput::new(marker(&id)))
    }
}

#[async_trait]
impl Synthesizer for Crew {
    async fn synthesize(&self, cx: &CallContext, merge: &Merge) -> Result<AgentOutput, AgentError> {
        let missing = merge.missing.iter().map(|missing| missing.id.clone());
        self.log.lock().unwrap().missing.extend(missing);
        self.take(cx).await;
        let texts: Vec<_> = merge.inputs.iter().map(|input| &*input.text).collect();
        Ok(AgentOutput::new(texts.join("\n")))
    }
}
