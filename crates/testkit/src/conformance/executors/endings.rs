//! Clocks run from the start of a job, and dropping a batch ends all of it.

use tokio::time::{Instant, timeout};

use super::census::{Census, secs};
use super::{BatchExecutor, JobEnd};
use crate::conformance::waiting::{in_time, settle, tasks};

/// A job that waits is not late: its time begins when it does.
pub async fn time_in_the_queue_does_not_count(executor: &dyn BatchExecutor) {
    let census = Census::default();
    let jobs = (0..5).map(|number| census.lasting(number, secs(3))).collect();
    let started = Instant::now();
    let ends = in_time("the ends", executor.run(jobs, 1, Some(secs(4)))).await;
    assert_eq!(ends, (0..5).map(JobEnd::Done).collect::<Vec<_>>());
    assert!(started.elapsed() >= secs(15), "one after another takes 15 s");
}

/// A batch that is dropped: jobs that run end, those that wait never begin, and no task is left.
pub async fn dropping_a_batch_ends_every_job(executor: &dyn BatchExecutor) {
    let census = Census::default();
    let before = tasks();
    let mut jobs: Vec<_> = (0..4).map(|number| census.endless(number)).collect();
    jobs.extend((4..20).map(|number| census.lasting(number, secs(1))));
    let ended = timeout(secs(2), executor.run(jobs, 4, None)).await;
    assert!(ended.is_err(), "endless jobs have ended: {ended:?}");
    settle().await;
    assert_eq!(census.live(), 0, "jobs run on");
    assert_eq!(tasks(), before, "tasks run on");
    tokio::time::sleep(secs(10)).await;
    assert_eq!(census.begun(), [0, 1, 2, 3], "what waited has begun");
}
