//! When exactly workers are cut: a timeout before the deadline for each step of merges that is left, and at
//! most a third of the whole.

use std::time::Duration;

use ziggurat::{AgentState, ErrorKind, OrchestratorBuilder, Outcome, Tier, TierOptions};

use crate::crew::{Crew, marker, task};

const SECOND: Duration = Duration::from_secs(1);

/// Ten workers under a synthesizer for each half and an executive; the last worker is a straggler.
fn crew() -> Crew {
    Crew::new(|id| if id == "W10" { 100 * SECOND } else { SECOND })
}

fn merges_within(builder: OrchestratorBuilder, timeout: Duration) -> OrchestratorBuilder {
    let options = TierOptions::default().timeout(timeout);
    builder.tier(Tier::Synthesizer, options.clone()).tier(Tier::Executive, options)
}

#[tokio::test(start_paused = true)]
async fn a_straggler_is_cut_when_a_third_of_the_time_is_left() {
    let crew = crew();
    let builder = crew.builder(10, 10).run_timeout(30 * SECOND);
    let result = builder.build().unwrap().run(task()).await;
    assert_eq!(result.outcome, Outcome::Degraded, "{:?}", result.reason);
    assert_eq!(result.elapsed, 22 * SECOND, "cut at 20 s, and two merges after that");
    assert_eq!(result.coverage.workers_ok, 9);
    let report = result.report.as_ref().unwrap();
    assert!((1..=9).all(|n| report.contains(&marker(&format!("W{n}")))), "{report}");
    let cut = result.workers().last().unwrap();
    let why = cut.reason.as_ref().unwrap().kind;
    assert_eq!((cut.state, why), (AgentState::Cancelled, ErrorKind::Deadline));
    assert_eq!(cut.elapsed, 20 * SECOND);
    let reason = &result.reason.as_ref().unwrap().message;
    assert!(reason.contains("W10 (deadline)"), "{reason}");
    assert!(crew.log().missing.contains("W10"), "the merges above it are told");
}

#[tokio::test(start_paused = true)]
async fn merges_that_are_quick_leave_workers_more_time() {
    let builder = merges_within(crew().builder(10, 10), 4 * SECOND).run_timeout(30 * SECOND);
    let result = builder.build().unwrap().run(task()).await;
    assert_eq!(result.outcome, Outcome::Degraded, "{:?}", result.reason);
    assert_eq!(result.elapsed, 24 * SECOND, "cut at 30 - 2 · 4 s, and two merges after that");
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_waits_is_skipped_when_those_at_work_are_cut() {
    let crew = Crew::new(|id| if id == "W1" { SECOND } else { 100 * SECOND });
    let builder = crew.builder(6, 3).run_timeout(30 * SECOND);
    let result = builder.build().unwrap().run(task()).await;
    assert_eq!(result.outcome, Outcome::Degraded, "{:?}", result.reason);
    let states: Vec<_> = result.workers().map(|worker| worker.state).collect();
    use AgentState::{Cancelled, Completed, Skipped};
    assert_eq!(states, [Completed, Cancelled, Cancelled, Cancelled, Skipped, Skipped]);
    assert_eq!(result.elapsed, 20 * SECOND, "one result is passed up without a call");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_below_its_quorum_without_its_stragglers_has_failed() {
    for (quorum, expected) in [(9, Outcome::Degraded), (10, Outcome::Failed)] {
        let builder = crew().builder(10, 10).quorum(quorum).run_timeout(30 * SECOND);
        let result = builder.build().unwrap().run(task()).await;
        assert_eq!(result.outcome, expected, "{:?}", result.reason);
        assert!(result.elapsed <= 22 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_without_stragglers_is_not_touched() {
    let crew = Crew::new(|_| SECOND);
    let result = crew.builder(10, 10).run_timeout(30 * SECOND).build().unwrap().run(task()).await;
    assert_eq!((result.outcome, result.elapsed), (Outcome::Complete, 3 * SECOND));
}
