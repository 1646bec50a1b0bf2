//! Slow workers: merged last, asked a second time, or cut; and texts that are let go once they are merged.

use std::sync::Arc;
use std::time::Duration;

use ziggurat::hierarchy::Grouping;
use ziggurat::providers::layers::HedgeLayer;
use ziggurat::{AgentState, EventKind, Model, Outcome, Retain, Tier, TierOptions, Usage};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::support::{node, run, talkative, workers};

const SECOND: Duration = Duration::from_secs(1);

/// Ten workers of a second, the third of which takes a minute at its first call.
fn one_is_slow() -> Arc<ScriptedProvider> {
    let slow = Turn::text("late [W3]").after(60 * SECOND);
    let quick = Turn::text("in time").after(SECOND);
    Arc::new(ScriptedProvider::new().when_node("W3", [slow]).otherwise(quick))
}

#[tokio::test(start_paused = true)]
async fn in_order_of_completion_a_slow_worker_delays_only_the_last_group() {
    let (result, events) = run(workers(&one_is_slow(), 10).grouping(Grouping::AsCompleted)).await;
    assert_eq!(result.outcome, Outcome::Complete);
    assert_eq!(node(&result, "S1").node.inputs, ["W1", "W2", "W4", "W5", "W6"]);
    assert_eq!(node(&result, "S2").node.inputs, ["W7", "W8", "W9", "W10", "W3"]);
    let at = |wanted: &str| {
        let is = |kind: &EventKind| matches!(kind, EventKind::NodeCompleted { node, .. } if node.id == wanted);
        events.iter().position(|event| is(&event.kind)).unwrap()
    };
    assert!(at("S1") < at("W3"), "S1 does not wait for W3");
    let planned = events.iter().find_map(|event| match &event.kind {
        EventKind::PlanReady { nodes, .. } => nodes.iter().find(|node| node.id == "S1"),
        _ => None,
    });
    assert!(planned.unwrap().inputs.is_empty(), "nobody knows yet what it will merge");
}

#[tokio::test(start_paused = true)]
async fn a_slow_call_of_a_worker_is_made_again_told_and_charged() {
    let provider = one_is_slow();
    let hedge = HedgeLayer::after(3 * SECOND).with_percent(100);
    let tier = TierOptions::default().model(Model::known(provider.clone(), "any")).layer(hedge);
    let (result, events) = run(workers(&provider, 10).tier(Tier::Worker, tier)).await;
    assert_eq!(result.outcome, Outcome::Complete);
    assert!(result.elapsed < 10 * SECOND, "{:?}", result.elapsed);
    let hedged: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::NodeHedged { node, after_ms } => Some((node.id.as_str(), *after_ms)),
            _ => None,
        })
        .collect();
    assert_eq!(hedged, [("W3", 3000)]);
    assert_eq!((provider.calls().len(), provider.cancelled()), (14, 1));
    let third = node(&result, "W3");
    assert_eq!(third.usage, Usage::UNKNOWN, "what the dropped call used nobody will tell");
    assert_eq!(third.output.as_deref(), Some("in time"));
}

#[tokio::test(start_paused = true)]
async fn merged_texts_are_let_go_if_only_unmerged_ones_are_retained() {
    let provider = Arc::new(talkative());
    let (all, _) = run(workers(&provider, 10)).await;
    assert!(all.nodes().skip(1).all(|node| node.output.is_some()));

    let builder = workers(&provider, 10).retain(Retain::Unmerged).build().unwrap();
    let result = builder.run(crate::support::task()).await;
    assert_eq!(result.outcome, Outcome::Complete);
    assert_eq!(result.report, all.report);
    let kept: Vec<_> = result.nodes().filter(|node| node.output.is_some()).collect();
    assert_eq!(kept.iter().map(|node| node.node.id.as_str()).collect::<Vec<_>>(), ["E1"]);
    assert!(result.workers().all(|worker| worker.state == AgentState::Completed));
}

#[tokio::test(start_paused = true)]
async fn what_a_failed_merge_passes_up_is_not_let_go() {
    let failing = ScriptedProvider::new()
        .when_node("S2", [Turn::error(ziggurat::ErrorKind::InvalidRequest, "no")])
        .otherwise(Turn::text("It was the pool."));
    let builder = workers(&Arc::new(failing), 10).retain(Retain::Unmerged);
    let result = builder.build().unwrap().run(crate::support::task()).await;
    assert_eq!(result.outcome, Outcome::Degraded);
    let inputs = node(&result, "E1").node.inputs;
    assert_eq!(inputs, ["S1", "W6", "W7", "W8", "W9", "W10"]);
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_an_agent_stands_still_while_its_call_waits_for_room() {
    // One call at a time; ten workers of a second each, and three seconds for each.
    let limits = ziggurat::providers::layers::ConcurrencyLayer::new().with_max(1);
    let quick = ScriptedProvider::new().otherwise(Turn::text("in time").after(SECOND));
    let provider = Arc::new(quick);
    let tier = TierOptions::default().timeout(3 * SECOND).layer(limits);
    let tier = tier.model(Model::known(provider.clone(), "any"));
    let (result, _) = run(workers(&provider, 10).tier(Tier::Worker, tier)).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.reason);
    assert!(result.elapsed >= 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_small_run_is_not_starved_by_a_large_one_that_shares_its_limit() {
    let account = ziggurat::SharedLimit::new(ziggurat::Concurrency::new(4).unwrap());
    let quick = || Arc::new(ScriptedProvider::new().otherwise(Turn::text("x").after(SECOND)));
    let (one, other) = (quick(), quick());
    let large = run(workers(&one, 400).shared_limit(&account));
    let small = run(workers(&other, 4).shared_limit(&account));
    let ((large, _), (small, _)) = tokio::join!(large, small);
    assert_eq!((large.outcome, small.outcome), (Outcome::Complete, Outcome::Complete));
    // One place of four at each turn, after the first four of the large run.
    assert!(small.elapsed <= 5 * SECOND, "{:?}", small.elapsed);
    assert!(large.elapsed >= 120 * SECOND, "{:?}", large.elapsed);
    assert_eq!(account.in_use(), 0);
    assert_eq!(one.max_in_flight().max(other.max_in_flight()), 4);
}

#[tokio::test(start_paused = true)]
async fn a_second_attempt_that_waits_for_room_stops_no_clock() {
    let limits = ziggurat::providers::layers::ConcurrencyLayer::new().with_max(1);
    let provider = Arc::new(ScriptedProvider::new().otherwise(Turn::hang()));
    let hedge = HedgeLayer::after(SECOND).with_percent(100);
    let tier = TierOptions::default().timeout(10 * SECOND).layer(limits).layer(hedge);
    let tier = tier.model(Model::known(provider.clone(), "any"));
    let (result, events) = run(workers(&provider, 1).tier(Tier::Worker, tier)).await;
    let reason = node(&result, "W1").reason.unwrap();
    assert_eq!((reason.kind, result.elapsed), (ziggurat::ErrorKind::Timeout, 10 * SECOND));
    let waits = |kind: &EventKind| matches!(kind, EventKind::NodeQueued { .. });
    assert!(!events.iter().any(|event| waits(&event.kind)), "the first attempt waits for nothing");
}

#[tokio::test(start_paused = true)]
async fn a_merge_that_finds_no_place_in_time_does_not_make_the_run_late() {
    let account = ziggurat::SharedLimit::new(ziggurat::Concurrency::new(1).unwrap());
    let quick = Arc::new(ScriptedProvider::new().otherwise(Turn::text("in time").after(SECOND)));
    let limit = 60 * SECOND;
    let large = workers(&quick, 5).shared_limit(&account).run_timeout(limit);
    let other = async {
        tokio::time::sleep(Duration::from_millis(4_500)).await;
        let _permit = account.acquire().await;
        tokio::time::sleep(1_000 * SECOND).await;
    };
    let (result, _) = tokio::select! {
        ended = run(large) => ended,
        () = other => panic!("the run does not end"),
    };
    assert!(result.elapsed < limit, "{:?}", result.elapsed);
    assert_eq!(result.outcome, Outcome::Degraded, "{:?}", result.reason);
    assert!(result.report.unwrap().contains("in time"));
}

#[tokio::test(start_paused = true)]
async fn a_text_that_is_paid_for_is_kept_when_its_continuation_does_not_come() {
    let cut =
        Turn::text("The pool ran out, and").finish(ziggurat::core::chat::FinishReason::Length);
    for timeout in [Duration::from_secs(10), Duration::from_secs(10_000)] {
        let provider = ScriptedProvider::new().when_node("W1", [cut.clone(), Turn::hang()]);
        let provider = Arc::new(provider.otherwise(Turn::text("merged").after(SECOND)));
        let tier = TierOptions::default().timeout(timeout);
        let builder = workers(&provider, 5).tier(Tier::Worker, tier).run_timeout(60 * SECOND);
        let (result, _) = run(builder).await;
        let first = node(&result, "W1");
        assert_eq!(first.output.as_deref(), Some("The pool ran out, and"), "{timeout:?}");
        assert!(first.truncated);
        assert_eq!((result.outcome, result.coverage.workers_ok), (Outcome::Degraded, 5));
        assert!(result.elapsed < 60 * SECOND);
    }
}

/// All workers take so long; merges take a second.
fn all_take(time: Duration) -> Arc<ScriptedProvider> {
    let work = Turn::text("in time").after(time);
    let script = ScriptedProvider::new().otherwise(Turn::text("merged").after(SECOND));
    Arc::new((1..=10).fold(script, |script, n| script.when_node(format!("W{n}"), [work.clone()])))
}

#[tokio::test(start_paused = true)]
async fn workers_go_on_while_there_is_nothing_to_merge() {
    // Cut at 8 s of 12, if anybody were done.
    let builder = workers(&all_take(9 * SECOND), 10).run_timeout(12 * SECOND);
    let (result, _) = run(builder).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.reason);
    assert_eq!(result.elapsed, 11 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn late_workers_are_cut_when_half_of_what_is_left_is_over() {
    let provider = all_take(9 * SECOND);
    let slow = ScriptedProvider::new().when_node("W10", [Turn::hang()]).otherwise_with({
        let turn = Turn::text("in time").after(9 * SECOND);
        move |_| turn.clone()
    });
    let tier = TierOptions::default().model(Model::known(Arc::new(slow), "any"));
    let builder = workers(&provider, 10).tier(Tier::Worker, tier).run_timeout(13 * SECOND);
    let (result, _) = run(builder).await;
    // 9 s, half of the 3.87 s that are left then, and two merges in what remains.
    let last = node(&result, "W10");
    assert_eq!(last.elapsed, Duration::from_millis(9_000 + 3_870 / 2));
    assert_eq!(last.reason.unwrap().kind, ziggurat::ErrorKind::Deadline);
    assert_eq!((result.outcome, result.coverage.workers_ok), (Outcome::Degraded, 9));
    assert!(result.elapsed < 13 * SECOND, "{:?}", result.elapsed);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_takes_the_workers_time_leaves_them_what_is_left() {
    let plan = Turn::text("1. Look into the outages of May.\n2. Look into the outages of June.");
    let quick = Turn::text("in time").after(SECOND / 10);
    let script = ScriptedProvider::new().when_tier(Tier::Decomposer, [plan.after(5 * SECOND)]);
    let provider = Arc::new(script.otherwise(quick));
    let builder = ziggurat::Orchestrator::builder()
        .model(Model::known(provider, "any"))
        .run_timeout(6 * SECOND);
    let (result, _) = run(builder).await;
    assert_eq!(result.coverage.workers_ok, result.coverage.workers_total, "{:?}", result.reason);
    assert!(result.elapsed < 6 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_slow_first_worker_holds_up_the_others_for_a_moment_only() {
    let unchecked = ScriptedProvider::new()
        .with_models(["any"])
        .with_info(|info| info.key_checked = Some(false))
        .when_node("W1", [Turn::text("late").after(60 * SECOND)])
        .otherwise(Turn::text("in time").after(SECOND));
    let builder = workers(&Arc::new(unchecked), 10).run_timeout(30 * SECOND);
    let (result, _) = run(builder).await;
    assert_eq!((result.outcome, result.coverage.workers_ok), (Outcome::Degraded, 9));
    assert_eq!(node(&result, "W2").state, AgentState::Completed);
}

#[tokio::test(start_paused = true)]
async fn a_merge_that_runs_out_of_the_runs_time_says_so() {
    let hanging = ScriptedProvider::new().when_node("S2", [Turn::hang()]);
    let provider = Arc::new(hanging.otherwise(Turn::text("in time").after(SECOND)));
    let (result, _) = run(workers(&provider, 10).run_timeout(30 * SECOND)).await;
    let reason = node(&result, "S2").reason.unwrap();
    assert_eq!(reason.kind, ziggurat::ErrorKind::Deadline, "{reason}");
    assert!(reason.message.ends_with("its share of the run's time"), "{reason}");
    assert!(result.elapsed < 30 * SECOND);
    assert_eq!(result.coverage.workers_ok, 10);
}

struct Unsizable;

#[async_trait::async_trait]
impl ziggurat::Synthesizer for Unsizable {
    async fn synthesize(
        &self,
        _: &ziggurat::CallContext,
        _: &ziggurat::Merge,
    ) -> Result<ziggurat::AgentOutput, ziggurat::AgentError> {
        Ok(ziggurat::AgentOutput::new("merged"))
    }

    fn capacity(&self, _: &ziggurat::Task) -> Option<u64> {
        Some(1_000)
    }

    fn size(&self, _: &ziggurat::Contribution) -> u64 {
        panic!("no idea")
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_over_sizes_costs_the_merge_and_not_the_run() {
    let builder = workers(&Arc::new(talkative()), 10).synthesizer(Arc::new(Unsizable));
    let (result, _) = run(builder).await;
    assert_eq!(result.outcome, Outcome::Degraded);
    assert_eq!(node(&result, "S1").reason.unwrap().kind, ziggurat::ErrorKind::Panic);
    assert_eq!(node(&result, "E1").node.inputs.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_run_keeps_a_text_that_is_being_continued() {
    let cut =
        Turn::text("The pool ran out, and").finish(ziggurat::core::chat::FinishReason::Length);
    let provider = ScriptedProvider::new().when_node("W1", [cut, Turn::hang()]);
    let provider = Arc::new(provider.otherwise(Turn::hang()));
    let run = workers(&provider, 3).build().unwrap().start(crate::support::task());
    let canceller = run.canceller();
    let cancel = async {
        tokio::time::sleep(5 * SECOND).await;
        canceller.cancel();
    };
    let (result, ()) = tokio::join!(run, cancel);
    assert_eq!((result.outcome, result.coverage.workers_ok), (Outcome::Stopped, 1));
    assert!(result.report.unwrap().contains("The pool ran out, and"));
    assert_eq!(provider.in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn merges_that_wait_for_room_leave_time_to_those_above_them() {
    let limits = ziggurat::providers::layers::ConcurrencyLayer::new().with_max(1);
    let silent = Arc::new(ScriptedProvider::new().otherwise(Turn::hang()));
    let taken = ziggurat::Layer::layer(&limits, silent);
    let provider = Arc::new(ScriptedProvider::new().otherwise(Turn::text("in time").after(SECOND)));
    let tier = TierOptions::default().layer(limits);
    let tier = tier.model(Model::known(provider.clone(), "any"));
    let builder = workers(&provider, 10).tier(Tier::Synthesizer, tier).run_timeout(60 * SECOND);
    let request = ziggurat::ChatRequest::new("any", [ziggurat::Message::user("Why?")]);
    let context = ziggurat::CallContext::default();
    let (result, _) = tokio::select! {
        biased;
        _ = taken.chat(&context, &request) => panic!("it hangs"),
        ended = run(builder) => ended,
    };
    assert_eq!(result.outcome, Outcome::Degraded);
    let reason = node(&result, "S1").reason.unwrap();
    assert_eq!(reason.kind, ziggurat::ErrorKind::Deadline, "{reason}");
    let executive = node(&result, "E1");
    assert_eq!((executive.state, executive.node.inputs.len()), (AgentState::Completed, 10));
    assert!(result.elapsed < 40 * SECOND, "{:?}", result.elapsed);
}
