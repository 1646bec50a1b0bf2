//! The order of starts and of ends: that of the jobs.

use super::census::{Census, millis, secs};
use super::{BatchExecutor, JobEnd};
use crate::conformance::waiting::in_time;

/// Ends come in the order of the jobs, whichever ended first.
pub async fn ends_are_in_the_order_of_the_jobs(executor: &dyn BatchExecutor) {
    let census = Census::default();
    let jobs = [4, 1, 3, 2].map(|time| match time {
        3 => census.failing(time, secs(time)),
        time => census.lasting(time, secs(time)),
    });
    let ends = in_time("the ends", executor.run(jobs.into(), 4, None)).await;
    let failed = JobEnd::Failed("3 is refused".to_owned());
    assert_eq!(ends, [JobEnd::Done(4), JobEnd::Done(1), failed, JobEnd::Done(2)]);
}

/// First in, first out: no job is overtaken by one that came after it.
pub async fn jobs_begin_in_their_order(executor: &dyn BatchExecutor) {
    for limit in [1, 3] {
        let census = Census::default();
        let jobs = (0..40).map(|number| census.lasting(number, millis(1 + number * 31 % 11)));
        in_time("the ends", executor.run(jobs.collect(), limit, None)).await;
        assert_eq!(census.begun(), (0..40).collect::<Vec<_>>(), "under a limit of {limit}");
    }
}
