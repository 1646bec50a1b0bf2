//! Batches of every size: each job runs once and has its end.

use futures::future::join_all;

use super::census::{Census, millis, secs};
use super::{BatchExecutor, JobEnd};
use crate::conformance::waiting::in_time;

/// An end for each job, and each job run once.
pub async fn every_job_runs_once(executor: &dyn BatchExecutor) {
    let census = Census::default();
    let jobs = (0..50).map(|number| census.lasting(number, millis(1 + number % 7))).collect();
    let ends = in_time("the ends", executor.run(jobs, 8, None)).await;
    assert_eq!(ends, (0..50).map(JobEnd::Done).collect::<Vec<_>>());
    let mut begun = census.begun();
    begun.sort_unstable();
    assert_eq!(begun, (0..50).collect::<Vec<_>>());
    assert_eq!(census.live(), 0);
}

/// No jobs, no ends, no waiting.
pub async fn an_empty_batch_ends_at_once(executor: &dyn BatchExecutor) {
    let started = tokio::time::Instant::now();
    let ends = in_time("the ends of nothing", executor.run(Vec::new(), 4, Some(secs(9)))).await;
    assert_eq!(ends, []);
    assert!(started.elapsed() < secs(1), "it took {:?}", started.elapsed());
}

/// One job under a limit of one, or of many.
pub async fn a_single_job_is_a_batch(executor: &dyn BatchExecutor) {
    for limit in [1, 100] {
        let census = Census::default();
        let jobs = vec![census.lasting(7, secs(1))];
        let ends = in_time("the end", executor.run(jobs, limit, None)).await;
        assert_eq!((ends, census.live()), (vec![JobEnd::Done(7)], 0));
    }
}

/// Ten thousand jobs, in order, and the limit holds.
pub async fn ten_thousand_jobs_are_a_batch(executor: &dyn BatchExecutor) {
    const JOBS: u64 = 10_000;
    let census = Census::default();
    let jobs = (0..JOBS).map(|number| census.lasting(number, millis(number % 7))).collect();
    let ends = in_time("the ends", executor.run(jobs, 64, None)).await;
    assert!(ends.into_iter().eq((0..JOBS).map(JobEnd::Done)), "ends are missing or out of order");
    assert_eq!((census.begun().len(), census.peak()), (10_000, 64));
}

/// Batches at once do not mix, and each has its limit.
pub async fn batches_at_once_do_not_mix(executor: &dyn BatchExecutor) {
    let batches = (0..3_u64).map(|batch| async move {
        let census = Census::default();
        let numbers = (0..20).map(|number| batch * 100 + number);
        let jobs = numbers.clone().map(|number| census.lasting(number, secs(1))).collect();
        let ends = executor.run(jobs, 4, None).await;
        assert_eq!(ends, numbers.map(JobEnd::Done).collect::<Vec<_>>());
        assert_eq!((census.peak(), census.live()), (4, 0));
    });
    in_time("the ends of three batches", join_all(batches)).await;
}
