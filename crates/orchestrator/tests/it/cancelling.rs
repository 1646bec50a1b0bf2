//! Halting a run: by its user, by its deadline, by dropping it. Nothing goes on afterwards.

use std::sync::Arc;
use std::time::Duration;

use ziggurat::{AgentState, EventKind, Outcome};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::support::{all, check, ids, kind_of, node, run, talkative, task, workers};

/// Workers take 1 s, 2 s, 3 s and so on; merges 1 s.
fn staggered(count: u64) -> Arc<ScriptedProvider> {
    let second = Turn::text("merged").after(Duration::from_secs(1));
    let late = |provider: ScriptedProvider, n: u64| {
        let turn = Turn::text(format!("part {n}")).after(Duration::from_secs(n));
        provider.when_node(format!("W{n}"), [turn])
    };
    Arc::new((1..=count).fold(ScriptedProvider::new().otherwise(second), late))
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_run_keeps_what_is_finished() {
    let provider = staggered(10);
    let run = workers(&provider, 10).build().unwrap().start(task());
    let (events, canceller) = (run.events(), run.canceller());
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(7_500)).await;
        canceller.cancel();
    };
    let (result, ()) = tokio::join!(run, cancel);
    let events = all(events).await;
    check(&result, &events);
    assert_eq!((result.outcome, kind_of(&result)), (Outcome::Stopped, "cancelled"));
    assert_eq!(result.coverage.workers_ok, 7);
    assert_eq!((provider.in_flight(), provider.cancelled()), (0, 3));
    let report = result.report.as_ref().unwrap();
    assert!(report.contains("merged") && report.contains("part 7"), "{report}");
    assert!(!report.contains("part 1\n"), "S1 merged it: {report}");
    let cancelled = ids(&events, |kind| matches!(kind, EventKind::NodeCancelled { .. }));
    assert_eq!(cancelled, ["W8", "W9", "W10"]);
    assert_eq!(node(&result, "E1").state, AgentState::Skipped);
    let told = events.iter().find_map(|event| match &event.kind {
        EventKind::NodeCancelled { node, reason, usage, elapsed_ms, .. } if node.id == "W8" => {
            Some((reason.kind, usage.input_tokens, *elapsed_ms))
        }
        _ => None,
    });
    let expected = (ziggurat::ErrorKind::Cancelled, None, 7_500);
    assert_eq!(told, Some(expected), "a call that was cut off costs nobody knows what");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_run_is_kept() {
    let provider = staggered(10);
    let builder = workers(&provider, 10).run_timeout(Duration::from_secs(4));
    let (result, events) = run(builder).await;
    // A third is kept for merges.
    let cut = Duration::from_secs(4) - Duration::from_secs(4) / 3;
    assert_eq!((result.outcome, kind_of(&result)), (Outcome::Degraded, "incomplete"));
    assert!(result.elapsed >= cut && result.elapsed < Duration::from_secs(4), "{result:?}");
    assert_eq!(provider.in_flight(), 0);
    let cancelled = ids(&events, |kind| matches!(kind, EventKind::NodeCancelled { .. }));
    assert_eq!(
        cancelled,
        result.workers().skip(2).map(|worker| worker.node.id).collect::<Vec<_>>()
    );
    let reason = node(&result, "W7").reason.unwrap();
    assert_eq!(reason.kind, ziggurat::ErrorKind::Deadline);
    assert_eq!(reason.message, "not done after 2.667 s; the rest of the run's time is for merging");
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_not_made_by_the_deadline_stops_the_run() {
    let silent = Arc::new(ScriptedProvider::new().otherwise(Turn::hang()));
    let builder = ziggurat::Orchestrator::builder().model(ziggurat::Model::known(silent, "any"));
    let (result, _) = run(builder.run_timeout(Duration::from_secs(4))).await;
    assert_eq!((result.outcome, kind_of(&result)), (Outcome::Stopped, "deadline"));
    assert_eq!(result.elapsed, Duration::from_secs(4));
}

#[tokio::test(start_paused = true)]
async fn models_that_cost_nothing_have_no_deadline_of_their_own() {
    let slow = Turn::text("late").after(Duration::from_secs(170));
    for (price, outcome) in
        [(None, Outcome::Degraded), (Some(ziggurat::core::Price::FREE), Outcome::Complete)]
    {
        let provider = ScriptedProvider::new()
            .otherwise(slow.clone())
            .with_info(move |info| info.price = price);
        let one = ziggurat::Concurrency::new(1).unwrap();
        let (result, _) = run(workers(&Arc::new(provider), 4).concurrency(one)).await;
        assert_eq!(result.outcome, outcome, "{price:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_cancelled_before_it_began_calls_nobody() {
    let provider = Arc::new(talkative());
    let run = workers(&provider, 5).build().unwrap().start(task());
    run.canceller().cancel();
    let result = run.await;
    assert_eq!((result.outcome, result.report), (Outcome::Stopped, None));
    assert_eq!(provider.calls().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_run_dropped_at_any_instant_leaves_nothing_behind() {
    for instant in 0..240 {
        let provider = staggered(10);
        let run = workers(&provider, 10).build().unwrap().start(task());
        let events = run.events();
        let limit = Duration::from_millis(instant * 50);
        tokio::time::timeout(limit, run).await.expect_err("it takes longer than 12 s");
        assert_eq!(provider.in_flight(), 0, "at {limit:?}");
        let seen = all(events).await;
        assert!(!seen.iter().any(|e| matches!(e.kind, EventKind::RunFinished { .. })));
    }
}
