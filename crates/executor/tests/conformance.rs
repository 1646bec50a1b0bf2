//! The suite of executors of the testkit, on both levels: the batch and the driver underneath.

use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;
use ziggurat_executor::{
    Concurrency, Executor, Finished, Job, JobError, JobSet, SharedLimit, Turn,
};
use ziggurat_testkit::conformance::{BatchExecutor, BatchJob, JobEnd};
use ziggurat_testkit::executor_conformance;

/// A batch.
struct Batches;

#[async_trait]
impl BatchExecutor for Batches {
    async fn run(
        &self,
        jobs: Vec<BatchJob>,
        limit: usize,
        timeout: Option<Duration>,
    ) -> Vec<JobEnd> {
        let executor = Executor::new(at_once(limit));
        let executor = match timeout {
            Some(timeout) => executor.timeout(timeout),
            None => executor,
        };
        let ends = executor.run(jobs.into_iter().map(|job| Job::new(|| job.start()))).await;
        ends.into_iter().map(end).collect()
    }
}

/// A set that all jobs are pushed into.
struct Sets;

#[async_trait]
impl BatchExecutor for Sets {
    async fn run(
        &self,
        jobs: Vec<BatchJob>,
        limit: usize,
        timeout: Option<Duration>,
    ) -> Vec<JobEnd> {
        let mut set = JobSet::new(at_once(limit));
        let mut ends: Vec<_> = jobs.iter().map(|_| None).collect();
        for (number, job) in jobs.into_iter().enumerate() {
            let job = Job::new(|| job.start());
            set.push(
                number,
                match timeout {
                    Some(timeout) => job.timeout(timeout),
                    None => job,
                },
            );
        }
        while let Some(finished) = set.next().await {
            let number = finished.key;
            ends[number] = Some(end(finished));
        }
        ends.into_iter().flatten().collect()
    }
}

fn at_once(limit: usize) -> Concurrency {
    NonZeroUsize::new(limit).map_or(Concurrency::DEFAULT, Concurrency::from)
}

/// The suite cancels by dropping, so no job is reported as cancelled.
fn end(finished: Finished<usize, u64, String>) -> JobEnd {
    match finished.outcome {
        Ok(value) => JobEnd::Done(value),
        Err(JobError::Failed(error)) => JobEnd::Failed(error),
        Err(JobError::TimedOut { .. }) => JobEnd::TimedOut,
        Err(JobError::Panicked { .. }) => JobEnd::Panicked,
        Err(JobError::Cancelled) => panic!("job {} was cancelled by nobody", finished.key),
    }
}

/// A driver with a queue of its own, under a limit that others might share.
struct Sharing(SharedLimit);

#[async_trait]
impl BatchExecutor for Sharing {
    async fn run(
        &self,
        jobs: Vec<BatchJob>,
        limit: usize,
        timeout: Option<Duration>,
    ) -> Vec<JobEnd> {
        let mut set = JobSet::sharing(at_once(limit), &self.0);
        let mut ends: Vec<_> = jobs.iter().map(|_| None).collect();
        let mut waiting = jobs.into_iter().enumerate();
        while let Some(turn) = set.turn(waiting.len() > 0).await {
            match turn {
                Turn::Ended(finished) => {
                    let number = finished.key;
                    ends[number] = Some(end(finished));
                }
                Turn::Room => {
                    if let Some((number, job)) = waiting.next() {
                        let job = Job::new(|| job.start());
                        set.push(number, job.timeout(timeout.unwrap_or(Duration::MAX)));
                    }
                }
            }
        }
        ends.into_iter().flatten().collect()
    }
}

executor_conformance!(batches, Batches);

executor_conformance!(sets, Sets);

executor_conformance!(sharing, Sharing(SharedLimit::new(at_once(1000))));
