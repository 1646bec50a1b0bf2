//! Retries in a run: a leaf that always fails is called three times, however many steps are above it.

use std::sync::Arc;
use std::time::Duration;

use ziggurat::providers::layers::{RateLimitLayer, RetryLayer};
use ziggurat::{AgentState, ErrorKind, EventKind, Model, OrchestratorBuilder, Outcome};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::support::{ids, node, run, talkative, workers};

/// A pyramid over twelve workers. Its model has three retry layers within each other: one for each of its
/// tiers, were each to bring its own.
fn thrice_layered(provider: &Arc<ScriptedProvider>) -> OrchestratorBuilder {
    let model = Model::known(provider.clone(), "any");
    let layered = (0..3).fold(model, |model, _| model.layered(&RetryLayer::new().with_seed(1)));
    workers(provider, 12).model(layered)
}

fn unavailable() -> Turn {
    Turn::error(ErrorKind::Server, "the server is on fire").status(503)
}

/// How often this node asked its model.
fn calls_of(provider: &ScriptedProvider, id: &str) -> usize {
    let calls = provider.calls();
    calls.iter().filter(|call| call.node.as_ref().is_some_and(|node| node.id == id)).count()
}

#[tokio::test(start_paused = true)]
async fn a_leaf_that_always_fails_is_called_three_times() {
    let provider = Arc::new(ScriptedProvider::new().otherwise(unavailable()));
    let (result, events) = run(thrice_layered(&provider)).await;
    assert_eq!(result.outcome, Outcome::Failed);
    assert_eq!(provider.calls().len(), 12 * 3, "twelve workers, and nothing to merge");
    for n in 1..=12 {
        assert_eq!(calls_of(&provider, &format!("W{n}")), 3);
    }
    let retrying = ids(&events, |kind| matches!(kind, EventKind::NodeRetrying { .. }));
    assert_eq!(retrying.len(), 12 * 2);
    let reason = node(&result, "W1").reason.unwrap();
    assert_eq!(reason.message, "scripted: the server is on fire (3 attempts)");
}

#[tokio::test(start_paused = true)]
async fn every_tier_makes_three_attempts_and_no_tier_another_s() {
    for id in ["W7", "S1", "E1"] {
        let provider = Arc::new(talkative().when_node(id, vec![unavailable(); 27]));
        let (result, _) = run(thrice_layered(&provider)).await;
        assert_eq!(result.outcome, Outcome::Degraded);
        assert_eq!(node(&result, id).state, AgentState::Failed);
        assert_eq!(calls_of(&provider, id), 3, "{id}");
        assert_eq!(provider.calls().len(), 12 + 2 + 1 + 2, "{id}: the others are asked once");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_passes_leaves_no_mark_on_the_result() {
    let provider = Arc::new(
        ["W2", "S1", "E1"]
            .into_iter()
            .fold(talkative(), |provider, id| provider.when_node(id, vec![unavailable(); 2])),
    );
    let (result, events) = run(thrice_layered(&provider)).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Complete, None));
    let retrying = ids(&events, |kind| matches!(kind, EventKind::NodeRetrying { .. }));
    assert_eq!(retrying, ["W2", "W2", "S1", "S1", "E1", "E1"]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_limit_is_told_and_then_answers() {
    let provider = Arc::new(talkative());
    let limit = RateLimitLayer::new().requests_per_minute(2);
    let model = Model::known(provider.clone(), "any").layered(&limit);
    let (result, events) = run(workers(&provider, 3).model(model)).await;
    assert_eq!(result.outcome, Outcome::Complete);
    let queued = ids(&events, |kind| matches!(kind, EventKind::NodeQueued { .. }));
    assert_eq!(queued, ["W3"]);
    assert!(result.elapsed >= Duration::from_secs(60), "{:?}", result.elapsed);
}
