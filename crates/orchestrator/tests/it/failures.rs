//! Failure, told honestly: every way to lose a part has its outcome, its reason and its place.

use std::sync::Arc;

use ziggurat::core::chat::FinishReason;
use ziggurat::{
    AgentError, AgentOutput, AgentState, Assignment, CallContext, ErrorKind, EventKind, Outcome,
    Tier, Worker,
};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::support::{ids, kind_of, node, run, talkative, workers};

fn server_error() -> [Turn; 1] {
    [Turn::error(ErrorKind::Server, "the server is on fire")]
}

/// A provider whose workers of these numbers fail.
fn failing(numbers: impl IntoIterator<Item = u32>) -> Arc<ScriptedProvider> {
    let fail = |provider: ScriptedProvider, n| provider.when_node(format!("W{n}"), server_error());
    Arc::new(numbers.into_iter().fold(talkative(), fail))
}

#[tokio::test(start_paused = true)]
async fn a_run_without_failures_is_complete() {
    let provider = Arc::new(talkative().when_node("E1", [Turn::text("The pool, says all. [W2]")]));
    let (result, _) = run(workers(&provider, 12)).await;
    assert_eq!((result.outcome, result.reason.clone()), (Outcome::Complete, None));
    assert_eq!((result.coverage.workers_ok, result.coverage.workers_total), (12, 12));
    assert_eq!(provider.calls().len(), 12 + 2 + 1);
    let report = result.report.unwrap();
    assert!(report.starts_with("The pool, says all. [W2]\n"), "{report}");
    assert!(report.contains("\n- W2: Look into part 2.\n"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn one_lost_worker_degrades_the_run_and_is_named_everywhere() {
    let provider = failing([3]);
    let (result, _) = run(workers(&provider, 12)).await;
    assert_eq!((result.outcome, kind_of(&result)), (Outcome::Degraded, "incomplete"));
    assert_eq!(result.coverage.workers_ok, 11);
    let message = &result.reason.as_ref().unwrap().message;
    assert_eq!(message, "1 of 12 workers gave no result: W3 (server)");
    let report = result.report.as_ref().unwrap();
    assert!(report.starts_with("> **Degraded:** 1 of 12 workers"), "{report}");
    let line = "\n## Missing\n\n- W3: Look into part 3. - scripted: the server is on fire\n";
    assert!(report.contains(line), "{report}");
    for call in provider.calls() {
        let told = call.request.system.as_deref().unwrap_or("").contains("W3 (server)");
        let above = matches!(call.node.as_ref().map(|n| n.id.as_str()), Some("S1" | "E1"));
        assert_eq!(told, above, "{:?} is told of W3", call.node);
    }
    assert_eq!(node(&result, "S1").node.inputs, ["W1", "W2", "W4", "W5", "W6"]);
}

#[tokio::test(start_paused = true)]
async fn half_of_the_workers_may_fail() {
    let (result, _) = run(workers(&failing((1..=12).step_by(2)), 12)).await;
    assert_eq!((result.outcome, result.coverage.workers_ok), (Outcome::Degraded, 6));
}

#[tokio::test(start_paused = true)]
async fn without_any_worker_nothing_is_merged_and_the_run_has_failed() {
    let provider = failing(1..=12);
    let (result, events) = run(workers(&provider, 12)).await;
    assert_eq!((result.outcome, kind_of(&result)), (Outcome::Failed, "server"));
    assert_eq!(result.report, None);
    assert_eq!(provider.calls().len(), 12);
    let skipped = ids(&events, |kind| matches!(kind, EventKind::NodeSkipped { .. }));
    assert_eq!(skipped, ["S1", "S2", "E1"]);
    let message = result.reason.unwrap().message;
    assert!(message.contains("0 of 12 workers") && message.contains("on fire"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_group_without_results_is_skipped_and_the_other_passed_up() {
    let provider = failing(1..=5);
    let (result, _) = run(workers(&provider, 10)).await;
    assert_eq!(result.outcome, Outcome::Degraded);
    let reason = |id| node(&result, id).reason.as_ref().unwrap().kind;
    assert_eq!(
        (node(&result, "S1").state, reason("S1")),
        (AgentState::Skipped, ErrorKind::NoInput)
    );
    assert_eq!(
        (node(&result, "E1").state, reason("E1")),
        (AgentState::Skipped, ErrorKind::PassedUp)
    );
    assert_eq!(provider.calls().len(), 11, "ten workers and S2");
    assert!(result.report.unwrap().contains("It was the pool."));
}

#[tokio::test(start_paused = true)]
async fn a_failed_synthesizer_passes_its_inputs_up() {
    let provider = Arc::new(talkative().when_node("S1", server_error()));
    let (result, _) = run(workers(&provider, 10)).await;
    assert_eq!(node(&result, "E1").node.inputs, ["W1", "W2", "W3", "W4", "W5", "S2"]);
    assert_eq!((result.outcome, result.coverage.workers_ok), (Outcome::Degraded, 10));
    assert_eq!(result.reason.unwrap().message, "merged without S1 (server)");
}

#[tokio::test(start_paused = true)]
async fn a_failed_executive_leaves_the_syntheses() {
    let provider = talkative()
        .when_node("S1", [Turn::text("First half.")])
        .when_node("S2", [Turn::text("Second half.")])
        .when_node("E1", server_error());
    let (result, _) = run(workers(&Arc::new(provider), 10)).await;
    assert_eq!(result.outcome, Outcome::Degraded);
    let report = result.report.unwrap();
    let (first, second) = (report.find("First half."), report.find("Second half."));
    assert!(first.unwrap() < second.unwrap(), "{report}");
    assert!(report.contains("## S1: synthesis of W1, W2, W3, W4, W5"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn empty_text_is_asked_for_once_more() {
    let provider = Arc::new(talkative().when_node("W2", [Turn::empty(), Turn::text("Found.")]));
    let (result, events) = run(workers(&provider, 5)).await;
    assert_eq!(result.outcome, Outcome::Complete);
    let retrying = ids(&events, |kind| matches!(kind, EventKind::NodeRetrying { .. }));
    assert_eq!(retrying, ["W2"]);
}

#[tokio::test(start_paused = true)]
async fn empty_text_twice_is_a_failure() {
    let provider = Arc::new(talkative().when_node("W2", [Turn::empty(), Turn::text(" \n")]));
    let (result, _) = run(workers(&provider, 5)).await;
    let reason = node(&result, "W2").reason.unwrap();
    assert_eq!((result.outcome, reason.kind), (Outcome::Degraded, ErrorKind::EmptyOutput));
}

#[tokio::test(start_paused = true)]
async fn a_truncated_text_degrades_the_run() {
    let cut = Turn::text("It was the").finish(FinishReason::Length);
    let cut_again = Turn::text(" disk, but").finish(FinishReason::Length);
    let provider = Arc::new(talkative().when_node("W4", [cut, cut_again]));
    let (result, _) = run(workers(&provider, 5)).await;
    assert_eq!(result.outcome, Outcome::Degraded);
    assert_eq!(result.reason.unwrap().message, "cut before its end: W4");
}

#[tokio::test(start_paused = true)]
async fn below_the_quorum_the_run_fails_as_soon_as_that_is_certain() {
    let provider = failing([1, 2]);
    let builder =
        workers(&provider, 5).quorum(4).concurrency(ziggurat::Concurrency::new(1).unwrap());
    let (result, _) = run(builder).await;
    assert_eq!((result.outcome, kind_of(&result)), (Outcome::Failed, "server"));
    assert_eq!(provider.calls().len(), 2, "the other three could not save it");
    let message = result.reason.unwrap().message;
    assert!(
        message.starts_with("2 of 5 workers failed, the quorum is 4 and out of reach; W1: "),
        "{message}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_quorum_that_the_plan_cannot_meet_costs_nothing() {
    let provider = Arc::new(talkative());
    let (result, _) = run(workers(&provider, 3).quorum(4)).await;
    assert_eq!((result.outcome, kind_of(&result)), (Outcome::Failed, "quorum"));
    assert_eq!(result.reason.unwrap().message, "the plan has 3 workers, and the quorum is 4");
    assert_eq!(provider.calls().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_stops_the_workers() {
    let refused = Turn::error(ErrorKind::Auth, "the key in OPENAI_API_KEY was refused");
    let provider = Arc::new(ScriptedProvider::new().otherwise(refused));
    let builder = workers(&provider, 50).concurrency(ziggurat::Concurrency::new(1).unwrap());
    let (result, _) = run(builder).await;
    assert_eq!((result.outcome, kind_of(&result)), (Outcome::Failed, "auth"));
    assert_eq!(provider.calls().len(), 1);
    assert!(result.reason.unwrap().message.contains("OPENAI_API_KEY"));
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_quota_parks_the_run_with_what_it_has() {
    let broke = [Turn::error(ErrorKind::Quota, "no money left")];
    let provider = Arc::new(talkative().when_node("W7", broke));
    let builder = workers(&provider, 12).concurrency(ziggurat::Concurrency::new(1).unwrap());
    let (result, _) = run(builder).await;
    assert_eq!((result.outcome, kind_of(&result)), (Outcome::Stopped, "quota"));
    assert_eq!(result.coverage.workers_ok, 6);
    assert!(result.report.unwrap().contains("## W1: Look into part 1."));
}

#[tokio::test(start_paused = true)]
async fn a_silent_worker_is_given_its_timeout_and_no_more() {
    let provider = Arc::new(talkative().when_node("W2", [Turn::hang()]));
    let (result, _) = run(workers(&provider, 5)).await;
    let worker = node(&result, "W2");
    let reason = worker.reason.as_ref().unwrap();
    assert_eq!(
        (reason.kind, reason.message.as_str()),
        (ErrorKind::Timeout, "no result within 180 s")
    );
    assert_eq!(worker.elapsed.as_secs(), 180);
    assert_eq!((result.outcome, provider.in_flight()), (Outcome::Degraded, 0));
}

/// A worker whose code is wrong for one subtask, and silent for another.
struct Faulty;

#[async_trait::async_trait]
impl Worker for Faulty {
    async fn work(&self, _: &CallContext, a: &Assignment) -> Result<AgentOutput, AgentError> {
        match a.subtask.instruction.as_str() {
            "Look into part 2." => panic!("index out of bounds"),
            "Look into part 3." => Ok(AgentOutput::new("")),
            _ => Ok(AgentOutput::new("fine")),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_and_an_empty_answer_of_custom_code_stay_where_they_are() {
    let builder = workers(&Arc::new(talkative()), 5).worker(Arc::new(Faulty));
    let (result, _) = run(builder).await;
    let kind = |id| node(&result, id).reason.as_ref().map(|reason| reason.kind);
    assert_eq!((kind("W2"), kind("W3")), (Some(ErrorKind::Panic), Some(ErrorKind::EmptyOutput)));
    assert_eq!((result.outcome, result.coverage.workers_ok), (Outcome::Degraded, 3));
    assert_eq!(result.tier(Tier::Synthesizer).count(), 1);
}
