//! What holds of every run, whatever befell it. That no agent leaves a terminal state, and that none is
//! open at the end, is in the fold that every history has passed by then.

use std::collections::HashMap;
use std::sync::Arc;

use ziggurat::{AgentState, Event, EventKind, Outcome, RunResult, Tier};

use crate::play::History;
use crate::world::{Fate, World};

pub(crate) fn holds(world: &World, history: &History) {
    assert_eq!(history.orphans, 0, "calls are left under way");
    assert_eq!(history.stragglers, 0, "something is told after the end");
    parents_end_after_their_children(history);
    match &history.result {
        Some(result) => {
            every_node_ends_once(history);
            the_result_is_what_was_told(history, result);
            the_outcome_fits(world, history, result);
        }
        None => {
            assert!(matches!(world.fate, Fate::Dropped(_)));
            assert_eq!(history.state.end(), None, "a dropped run has no end");
        }
    }
}

fn ends(kind: &EventKind) -> bool {
    use EventKind as K;
    matches!(
        kind,
        K::NodeCompleted { .. }
            | K::NodeFailed { .. }
            | K::NodeSkipped { .. }
            | K::NodeCancelled { .. }
    )
}

fn every_node_ends_once(history: &History) {
    let mut ended = HashMap::<&str, u32>::new();
    for event in history.events.iter().filter(|event| ends(&event.kind)) {
        *ended.entry(event.kind.node().unwrap().id.as_str()).or_default() += 1;
    }
    for agent in history.state.agents() {
        let id = agent.node.id.as_str();
        assert_eq!(ended.remove(id), Some(1), "ends of {id}");
        assert!(agent.state.is_terminal(), "{id} is {}", agent.state);
    }
    assert!(ended.is_empty(), "ends of unplanned nodes: {ended:?}");
    let finishes = |event: &&Arc<Event>| matches!(event.kind, EventKind::RunFinished { .. });
    assert_eq!(history.events.iter().filter(finishes).count(), 1);
    assert!(history.events.last().is_some_and(|last| finishes(&last)));
}

/// As planned, and as it was really merged.
fn parents_end_after_their_children(history: &History) {
    let mut planned = HashMap::new();
    let mut ended = HashMap::<&str, bool>::new();
    for event in &history.events {
        match &event.kind {
            EventKind::PlanReady { nodes, .. } => {
                planned.extend(nodes.iter().map(|node| (node.id, node.inputs)));
            }
            EventKind::NodeStarted { node } => {
                for input in &node.inputs {
                    let state = ended.get(input.as_str());
                    assert_eq!(state, Some(&true), "{} merges {input}, without a result", node.id);
                }
            }
            kind if ends(kind) => {
                let node = kind.node().unwrap();
                for child in planned.get(&node.id).into_iter().flatten() {
                    assert!(ended.contains_key(child.as_str()), "{} before {child}", node.id);
                }
                ended.insert(&node.id, matches!(kind, EventKind::NodeCompleted { .. }));
            }
            _ => {}
        }
    }
}

fn the_result_is_what_was_told(history: &History, result: &RunResult) {
    let end = history.state.end().unwrap();
    assert_eq!((end.outcome, end.coverage), (result.outcome, result.coverage));
    assert_eq!(end.reason, result.reason);
    let told = history.state.count(Tier::Worker, &[AgentState::Completed]);
    assert_eq!(told, result.coverage.workers_ok as usize);
    assert_eq!(history.state.tier(Tier::Worker).count(), result.coverage.workers_total as usize);
    let kept = result.workers().map(|worker| (worker.node.id.clone(), worker.state));
    let told = history.state.tier(Tier::Worker).map(|agent| (agent.node.id.clone(), agent.state));
    assert!(kept.eq(told));
}

fn the_outcome_fits(world: &World, history: &History, result: &RunResult) {
    let truncated = |event: &Arc<Event>| match event.kind {
        EventKind::NodeCompleted { truncated, .. } => truncated,
        _ => false,
    };
    let agents = history.state.agents();
    let whole = agents.iter().all(|agent| agent.state == AgentState::Completed)
        && agents.iter().any(|agent| agent.node.tier == Tier::Worker)
        && !history.events.iter().any(truncated);
    let (outcome, ok) = (result.outcome, result.coverage.workers_ok);
    let said = format!("{outcome}, {:?}", result.reason);
    assert_eq!(outcome == Outcome::Complete, whole, "{said}");
    assert_eq!(result.reason.is_none(), whole, "{said}");
    let kind = result.reason.as_ref().map_or("none", |reason| reason.kind.as_str());
    match outcome {
        Outcome::Stopped => {
            assert!(matches!(kind, "cancelled" | "deadline" | "quota"), "{said}");
            assert!(kind != "cancelled" || matches!(world.fate, Fate::Cancelled(_)), "{said}");
        }
        Outcome::Failed => assert!(ok < world.quorum || result.report.is_none(), "{said}"),
        Outcome::Complete | Outcome::Degraded => {
            assert!(ok >= world.quorum && result.report.is_some(), "{said}");
        }
    }
    assert_eq!(result.report.is_some(), ok > 0, "a result is never thrown away: {said}");
}
