//! One bad job harms no other: a failure, a panic and a timeout are each that job's own end.

use super::census::{Census, secs};
use super::{BatchExecutor, BatchJob, JobEnd};
use crate::conformance::waiting::in_time;

/// The ends of these jobs among others, under every limit; the others must be done.
async fn among_others(
    executor: &dyn BatchExecutor,
    bad: impl Fn(&Census, u64) -> BatchJob,
    end: impl Fn(u64) -> JobEnd,
) {
    for limit in [1, 3, 20] {
        let census = Census::default();
        let is_bad = |number: &u64| number.is_multiple_of(3);
        let jobs = (0..10).map(|number| match is_bad(&number) {
            true => bad(&census, number),
            false => census.lasting(number, secs(1)),
        });
        let ends = in_time("the ends", executor.run(jobs.collect(), limit, Some(secs(5)))).await;
        let expected = (0..10).map(|number| match is_bad(&number) {
            true => end(number),
            false => JobEnd::Done(number),
        });
        assert_eq!(ends, expected.collect::<Vec<_>>(), "under a limit of {limit}");
        assert_eq!((census.begun().len(), census.live()), (10, 0), "under a limit of {limit}");
    }
}

/// A job that fails.
pub async fn a_failed_job_leaves_its_siblings_alone(executor: &dyn BatchExecutor) {
    let failed = |number| JobEnd::Failed(format!("{number} is refused"));
    among_others(executor, |census, number| census.failing(number, secs(0)), failed).await;
}

/// A job that panics: an end like any other, and not that of the batch.
pub async fn a_panic_is_the_end_of_one_job(executor: &dyn BatchExecutor) {
    let panicking = |census: &Census, number| census.panicking(number, secs(0));
    among_others(executor, panicking, |_| JobEnd::Panicked).await;
}

/// A job that runs for too long: its future is dropped, and its place is free.
pub async fn a_job_that_takes_too_long_ends_alone(executor: &dyn BatchExecutor) {
    among_others(executor, Census::endless, |_| JobEnd::TimedOut).await;
}

/// What is done stays done, whatever happens to the others afterwards.
pub async fn values_outlive_the_failures_of_others(executor: &dyn BatchExecutor) {
    let census = Census::default();
    let jobs = vec![
        census.lasting(0, secs(1)),
        census.failing(1, secs(2)),
        census.panicking(2, secs(3)),
        census.endless(3),
        census.lasting(4, secs(2)),
    ];
    let ends = in_time("the ends", executor.run(jobs, 5, Some(secs(4)))).await;
    let failed = JobEnd::Failed("1 is refused".to_owned());
    let expected = [JobEnd::Done(0), failed, JobEnd::Panicked, JobEnd::TimedOut, JobEnd::Done(4)];
    assert_eq!(ends, expected);
    assert_eq!(census.live(), 0);
}
