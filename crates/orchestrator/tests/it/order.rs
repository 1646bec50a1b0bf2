//! What runs when: no barriers, and never more at once than allowed.

use std::sync::Arc;
use std::time::Duration;

use ziggurat::{AgentState, Concurrency, EventKind, Outcome, Tier};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::support::{ids, run, talkative, workers};

/// Workers 1-5 answer at once, the others late.
fn uneven() -> Arc<ScriptedProvider> {
    let late = |provider: ScriptedProvider, n| {
        let turn = Turn::text("late").after(Duration::from_secs(60));
        provider.when_node(format!("W{n}"), [turn])
    };
    Arc::new((6..=10).fold(talkative(), late))
}

#[tokio::test(start_paused = true)]
async fn a_synthesizer_starts_while_workers_of_another_group_still_run() {
    let (result, events) = run(workers(&uneven(), 10)).await;
    assert_eq!(result.outcome, Outcome::Complete);
    let order: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::NodeStarted { node } => Some(("started", node.id.clone())),
            EventKind::NodeCompleted { node, .. } => Some(("completed", node.id.clone())),
            _ => None,
        })
        .collect();
    let place = |what, id: &str| order.iter().position(|(w, i)| *w == what && i == id).unwrap();
    for worker in ["W6", "W7", "W8", "W9", "W10"] {
        assert!(place("started", worker) < place("started", "S1"));
        assert!(
            place("completed", "S1") < place("completed", worker),
            "no barrier before {worker}"
        );
    }
    let between = events
        .iter()
        .find(|event| matches!(&event.kind, EventKind::NodeStarted { node } if node.id == "S1"));
    let mut state = ziggurat::lifecycle::RunState::new();
    for event in events.iter().take_while(|event| event.seq <= between.unwrap().seq) {
        state.apply(event).unwrap();
    }
    assert_eq!(state.count(Tier::Worker, &[AgentState::Running]), 5);
}

#[tokio::test(start_paused = true)]
async fn the_concurrency_is_used_and_never_exceeded() {
    let second = Turn::text("done").after(Duration::from_secs(1));
    for limit in [1, 3, 10, 64] {
        let provider = Arc::new(ScriptedProvider::new().otherwise(second.clone()));
        let concurrency = Concurrency::new(limit).unwrap();
        let (result, _) = run(workers(&provider, 40).concurrency(concurrency)).await;
        assert_eq!(result.outcome, Outcome::Complete);
        assert_eq!(provider.max_in_flight(), limit.min(40));
    }
}

#[tokio::test(start_paused = true)]
async fn ten_tasks_of_six_seconds_take_twelve_at_five_and_six_at_ten() {
    for (limit, seconds) in [(5, 12), (10, 6)] {
        let slow = Turn::text("done").after(Duration::from_secs(6));
        let provider =
            (1..=10).fold(talkative(), |p, n| p.when_node(format!("W{n}"), [slow.clone()]));
        let builder =
            workers(&Arc::new(provider), 10).concurrency(Concurrency::new(limit).unwrap());
        let (result, _) = run(builder).await;
        assert_eq!(result.elapsed.as_secs(), seconds, "at {limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn workers_start_in_plan_order() {
    let (_, events) = run(workers(&Arc::new(talkative()), 30)).await;
    let started = ids(&events, |kind| matches!(kind, EventKind::NodeStarted { .. }));
    let workers: Vec<_> = started.iter().filter(|id| id.starts_with('W')).cloned().collect();
    let expected: Vec<_> = (1..=30).map(|n| format!("W{n}")).collect();
    assert_eq!(workers, expected);
}
