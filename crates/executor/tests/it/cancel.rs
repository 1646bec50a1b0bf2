//! Cancelling is dropping: at once, for good, and told.

use tokio::time::{Instant, sleep, timeout};
use ziggurat_executor::{Concurrency, Executor, JobError, JobSet};

use crate::support::{Census, lasting, outcomes, secs};

#[tokio::test(start_paused = true)]
async fn a_running_job_is_dropped_before_cancel_returns() {
    let census = Census::default();
    let mut set = JobSet::new(Concurrency::DEFAULT);
    set.push("endless", census.endless());
    set.push("other", census.lasting(secs(5)));
    assert!(timeout(secs(2), set.next()).await.is_err());
    assert_eq!((census.live(), set.running()), (2, 2));

    assert_eq!(set.cancel(&"endless"), 1);
    assert_eq!((census.live(), set.running()), (1, 1));
    assert_eq!(set.cancel(&"endless"), 0, "it is cancelled once");

    let endless = set.next().await.unwrap();
    assert_eq!((endless.key, endless.outcome), ("endless", Err(JobError::Cancelled)));
    assert_eq!((endless.elapsed, endless.attempts), (secs(2), 1));
    let other = set.next().await.unwrap();
    assert_eq!((other.outcome, other.elapsed), (Ok(5000), secs(5)), "its clock went on");
    assert!(set.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_queued_job_never_starts() {
    let census = Census::default();
    let mut set = JobSet::new(Concurrency::new(1).unwrap());
    set.push(0, lasting(1));
    set.push(1, census.endless());
    set.push(2, lasting(1));
    assert!(timeout(secs(0), set.next()).await.is_err());
    assert_eq!(set.cancel(&1), 1);
    let cancelled = set.next().await.unwrap();
    assert_eq!((cancelled.key, cancelled.outcome), (1, Err(JobError::Cancelled)));
    assert_eq!((cancelled.elapsed, cancelled.attempts), (secs(0), 0));
    assert_eq!(set.next().await.unwrap().key, 0);
    assert_eq!(set.next().await.unwrap().key, 2);
    assert_eq!(census.made(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_place_of_a_cancelled_job_goes_to_the_next_in_line() {
    let census = Census::default();
    let mut set = JobSet::new(Concurrency::new(1).unwrap());
    set.push(0, census.endless());
    set.push(1, lasting(1));
    assert!(timeout(secs(3), set.next()).await.is_err());
    set.cancel(&0);
    set.next().await.unwrap();
    assert_eq!(set.next().await.unwrap().outcome, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn many_by_key_in_the_order_of_their_pushes() {
    let census = Census::default();
    let mut set = JobSet::new(Concurrency::CONSERVATIVE);
    for n in 0..20 {
        set.push((n % 2, n), census.endless().priority(n));
    }
    assert!(timeout(secs(1), set.next()).await.is_err());
    assert_eq!(set.cancel_where(|(group, _)| *group == 0), 10);
    assert_eq!((census.live(), set.running(), set.queued()), (2, 2, 8));
    for n in 0..10 {
        assert_eq!(set.next().await.unwrap().key, (0, 2 * n));
    }
    assert_eq!(set.cancel_all(), 10);
    assert_eq!((census.live(), census.made()), (0, 4));
    assert!(!set.is_empty(), "ten are still to be told");
    let mut told = 0;
    while let Some(end) = set.next().await {
        assert_eq!(end.outcome, Err(JobError::Cancelled));
        told += 1;
    }
    assert_eq!((told, census.made()), (10, 4));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_run_keeps_the_results_that_exist() {
    let census = Census::default();
    let start = Instant::now();
    let jobs = [1, 9, 2, 9, 1].map(|n| census.lasting(secs(n)));
    let executor = Executor::new(Concurrency::new(2).unwrap());
    let ends = executor.run_until(jobs, sleep(secs(4))).await;
    assert_eq!(start.elapsed(), secs(4));
    assert_eq!(ends.iter().map(|end| end.attempts).collect::<Vec<_>>(), [1, 1, 1, 1, 0]);
    let cancelled = || Err(JobError::Cancelled);
    assert_eq!(outcomes(ends), [Ok(1000), cancelled(), Ok(2000), cancelled(), cancelled()]);
    assert_eq!((census.live(), census.made()), (0, 4));
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_that_never_comes_or_is_there_from_the_start() {
    let executor = Executor::default();
    let ends = executor.run_until([lasting(1)], sleep(secs(2))).await;
    assert_eq!(outcomes(ends), [Ok(1)]);
    let ends = executor.run_until([lasting(1)], std::future::ready(())).await;
    assert_eq!(ends[0].attempts, 0);
    assert_eq!(outcomes(ends), [Err(JobError::Cancelled)]);
}

/// Jobs without a single await would otherwise keep the thread, and the timer behind the
/// cancellation never fires.
#[tokio::test(start_paused = true)]
async fn jobs_that_are_always_ready_let_others_have_their_turn() {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    tokio::spawn(async move { stop.send(()) });
    let jobs = (0..100_000).map(|n| ziggurat_executor::Job::new(move || async move { Ok(n) }));
    let ends = outcomes(Executor::default().run_until(jobs, stopped).await);
    let done = ends.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(done > 0 && done < 1000, "{done}");
    assert_eq!(ends.len(), 100_000);
}
