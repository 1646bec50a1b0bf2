//! What the tests of runs share.

use std::sync::Arc;

use ziggurat::decomposition::StaticPlan;
use ziggurat::lifecycle::RunState;
use ziggurat::{
    Event, EventKind, EventReader, NodeResult, Orchestrator, OrchestratorBuilder, RunResult,
    Subtask, Task,
};
use ziggurat_testkit::{ScriptedProvider, Turn};

/// A provider that answers every call that no rule takes.
pub(crate) fn talkative() -> ScriptedProvider {
    ScriptedProvider::new().otherwise(Turn::text("It was the pool. [W1]"))
}

/// A builder over this provider with a static plan of so many subtasks, so that workers are the first
/// calls.
pub(crate) fn workers(provider: &Arc<ScriptedProvider>, count: usize) -> OrchestratorBuilder {
    let subtasks = (1..=count).map(|n| Subtask::new(format!("Look into part {n}.")));
    Orchestrator::builder()
        .model(ziggurat::Model::known(provider.clone(), "any"))
        .decomposer(Arc::new(StaticPlan::new(subtasks).unwrap()))
}

pub(crate) fn task() -> Task {
    Task::new("What caused the outages?").unwrap()
}

/// Runs the task and checks what holds of every run, whatever its end.
pub(crate) async fn run(builder: OrchestratorBuilder) -> (RunResult, Vec<Arc<Event>>) {
    let run = builder.build().unwrap().start(task());
    let reader = run.events();
    let result = run.await;
    let events = all(reader).await;
    check(&result, &events);
    (result, events)
}

pub(crate) async fn all(mut reader: EventReader) -> Vec<Arc<Event>> {
    let mut events = Vec::new();
    while let Some(event) = reader.next().await {
        events.push(event);
    }
    events
}

/// The history is legal, ends with the run, and tells what the result tells.
pub(crate) fn check(result: &RunResult, events: &[Arc<Event>]) {
    let mut state = RunState::new();
    for event in events {
        state.apply(event).unwrap_or_else(|error| panic!("{error:?}: {event:?}"));
    }
    let end = state.end().expect("run_finished is the last event");
    assert_eq!(end.outcome, result.outcome);
    assert_eq!(end.reason, result.reason);
    assert_eq!(end.coverage, result.coverage);
    assert_eq!(end.usage, result.usage.into());
    assert_eq!(end.cost_usd, result.cost.total());
    for agent in state.agents() {
        let node = node(result, &agent.node.id);
        assert_eq!(node.state, agent.state, "{}", agent.node.id);
        assert_eq!(node.node, agent.node);
        assert_eq!(
            node.output.is_some(),
            agent.state == ziggurat::AgentState::Completed && agent.node.id != "D1"
        );
    }
}

pub(crate) fn node(result: &RunResult, id: &str) -> NodeResult {
    result.node(id).unwrap_or_else(|| panic!("no {id}"))
}

/// The ids of the nodes that events of this type are about, in order.
pub(crate) fn ids(events: &[Arc<Event>], wanted: fn(&EventKind) -> bool) -> Vec<String> {
    let wanted = events.iter().filter(|event| wanted(&event.kind));
    wanted.filter_map(|event| event.kind.node()).map(|node| node.id.clone()).collect()
}

pub(crate) fn kind_of(result: &RunResult) -> &'static str {
    result.reason.as_ref().map_or("none", |reason| reason.kind.as_str())
}
