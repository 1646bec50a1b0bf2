//! Agents that do nothing but take time, and a run of them that tells when each was at work.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;
use ziggurat::decomposition::StaticPlan;
use ziggurat::{
    AgentError, AgentOutput, Assignment, CallContext, Concurrency, Merge, Orchestrator, Outcome,
    Subtask, Synthesizer, Task, Tier, TierOptions, Worker,
};

use crate::list::Span;
use crate::pyramid::Form;

/// Longer than any schedule here.
const NO_LIMIT: Duration = Duration::from_secs(100 * 365 * 86_400);

struct Timed<L> {
    begun: Instant,
    latency: L,
    spans: Mutex<Vec<Span>>,
}

impl<L: Fn(&str) -> u64 + Send + Sync> Timed<L> {
    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap()
    }

    async fn take(&self, cx: &CallContext) -> Result<AgentOutput, AgentError> {
        let id = cx.node().unwrap().id.clone();
        let start = self.now();
        tokio::time::sleep(Duration::from_millis((self.latency)(&id))).await;
        let span = Span { start, end: self.now(), id: id.clone() };
        self.spans.lock().unwrap().push(span);
        Ok(AgentOutput::new(id))
    }
}

#[async_trait]
impl<L: Fn(&str) -> u64 + Send + Sync> Worker for Timed<L> {
    async fn work(&self, cx: &CallContext, _: &Assignment) -> Result<AgentOutput, AgentError> {
        self.take(cx).await
    }
}

#[async_trait]
impl<L: Fn(&str) -> u64 + Send + Sync> Synthesizer for Timed<L> {
    async fn synthesize(&self, cx: &CallContext, _: &Merge) -> Result<AgentOutput, AgentError> {
        self.take(cx).await
    }
}

/// Runs it; gives how long it took in milliseconds, and when each node was at work.
pub(crate) async fn run(
    form: &Form,
    latency: impl Fn(&str) -> u64 + Send + Sync + 'static,
) -> (u64, Vec<Span>) {
    let agents = Arc::new(Timed { begun: Instant::now(), latency, spans: Mutex::default() });
    let subtasks = (1..=form.workers).map(|n| Subtask::new(format!("Look into part {n}.")));
    let mut builder = Orchestrator::builder()
        .decomposer(Arc::new(StaticPlan::new(subtasks).unwrap()))
        .worker(agents.clone())
        .synthesizer(agents.clone())
        .executive(agents.clone())
        .fan_in(u32::try_from(form.fan_in).unwrap())
        .executive_mode(form.executive)
        .concurrency(Concurrency::new(form.concurrency).unwrap())
        .run_timeout(NO_LIMIT);
    for tier in [Tier::Worker, Tier::Synthesizer, Tier::Executive] {
        builder = builder.tier(tier, TierOptions::default().timeout(NO_LIMIT));
    }
    let result = builder.build().unwrap().run(Task::new("What caused the outages?").unwrap()).await;
    assert_eq!(result.outcome, Outcome::Complete, "{form:?}: {:?}", result.reason);
    let mut spans = std::mem::take(&mut *agents.spans.lock().unwrap());
    spans.sort();
    // To the nanosecond: a run has no time of its own.
    assert_eq!(result.elapsed.subsec_nanos() % 1_000_000, 0, "{form:?}: {:?}", result.elapsed);
    (u64::try_from(result.elapsed.as_millis()).unwrap(), spans)
}
