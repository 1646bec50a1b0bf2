//! At every await point, in paused time.

use tokio::time::Instant;
use ziggurat::lifecycle::RunState;
use ziggurat::{ErrorKind, EventKind, EventReader, Outcome};

use crate::stage::{Stage, what_is_finished_is_kept};
use crate::steps::{count_polls, poll_times};

/// How often the run is polled when nobody stops it.
async fn polls() -> usize {
    let stage = Stage::new();
    let (polls, result) = count_polls(&mut stage.start()).await;
    assert_eq!(result.outcome, Outcome::Degraded, "only the broken answer is missing");
    assert_eq!(result.coverage.workers_ok + 1, result.coverage.workers_total);
    assert_eq!((stage.provider.in_flight(), stage.provider.cancelled()), (0, 1), "it hung once");
    stage.all_is_free_again().await;
    assert!(polls >= 200, "{polls} points are too few");
    polls
}

/// The events, folded; every one of them may follow those before it.
async fn folded(mut events: EventReader) -> RunState {
    let mut state = RunState::new();
    while let Some(event) = events.next().await {
        state.apply(&event).unwrap();
        assert_eq!(state.end().is_some(), matches!(event.kind, EventKind::RunFinished { .. }));
    }
    state
}

#[tokio::test(start_paused = true)]
async fn a_run_dropped_at_any_await_point_leaves_nothing_behind() {
    for point in 0..polls().await {
        let stage = Stage::new();
        let mut run = stage.start();
        let events = run.events();
        assert!(poll_times(&mut run, point).await.is_none(), "{point} polls are not all");
        let (under_way, given_up) = (stage.provider.in_flight(), stage.provider.cancelled());
        drop(run);
        assert_eq!(stage.provider.in_flight(), 0, "at {point}");
        assert_eq!(stage.provider.cancelled(), given_up + under_way, "at {point}");
        let calls = stage.provider.calls().len();
        stage.all_is_free_again().await;
        let probes = stage.provider.calls();
        assert!(probes[calls..].iter().all(|call| call.node.is_none()), "at {point}");
        assert_eq!(folded(events).await.end(), None, "at {point}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_cancelled_at_any_await_point_stops_at_once_and_keeps_what_is_finished() {
    let mut kept = std::collections::BTreeSet::new();
    for point in 0..polls().await {
        let stage = Stage::new();
        let mut run = stage.start();
        let events = run.events();
        assert!(poll_times(&mut run, point).await.is_none(), "{point} polls are not all");
        let (under_way, given_up) = (stage.provider.in_flight(), stage.provider.cancelled());
        run.canceller().cancel();
        let cancelled = Instant::now();
        let result = run.await;
        assert_eq!(cancelled.elapsed().as_nanos(), 0, "at {point}");
        assert_eq!(result.outcome, Outcome::Stopped, "at {point}");
        assert_eq!(result.reason.as_ref().map(|reason| reason.kind), Some(ErrorKind::Cancelled));
        assert_eq!(stage.provider.in_flight(), 0, "at {point}");
        assert_eq!(stage.provider.cancelled(), given_up + under_way, "at {point}");
        what_is_finished_is_kept(&result);
        kept.insert(result.coverage.workers_ok);
        stage.all_is_free_again().await;
        let end = folded(events).await.end().cloned().unwrap();
        assert_eq!((end.outcome, end.coverage), (result.outcome, result.coverage));
    }
    assert!(kept.len() >= 8, "after {kept:?} results");
}
