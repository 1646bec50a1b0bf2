//! The suite of executors finds faults: each one here breaks one promise, and the behaviour that says so
//! panics.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::{FutureExt, StreamExt, stream};
use tokio::time::{Instant, timeout, timeout_at};
use ziggurat_testkit::conformance::{BatchExecutor, BatchJob, JobEnd, executor};

/// Which promise is broken.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    AsTheyEnd,
    OneMore,
    OneAfterAnother,
    Windows,
    LastFirst,
    Forgets,
    StopsAtAFailure,
    StopsAtAPanic,
    ForgetsTimeouts,
    ClockFromTheQueue,
    StartsAll,
    Spawns,
    WaitsForNothing,
    OneBatchAtATime,
}

struct Faulty {
    fault: Fault,
    busy: Mutex<bool>,
}

impl Faulty {
    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    async fn one(&self, job: BatchJob, queued: Instant, time: Option<Duration>) -> JobEnd {
        let time = match time {
            Some(_) if self.has(Fault::ForgetsTimeouts) => Duration::from_secs(60),
            time => time.unwrap_or(Duration::from_secs(3_600)),
        };
        let job = AssertUnwindSafe(async { job.start().await }).catch_unwind();
        let ended = match self.fault {
            Fault::ClockFromTheQueue => timeout_at(queued + time, job).await,
            Fault::Spawns => timeout(time, tokio::spawn(job)).await.map(Result::unwrap),
            _ => timeout(time, job).await,
        };
        match ended {
            Ok(Ok(Ok(value))) => JobEnd::Done(value),
            Ok(Ok(Err(error))) => JobEnd::Failed(error),
            Ok(Err(panic)) if self.has(Fault::StopsAtAPanic) => std::panic::resume_unwind(panic),
            Ok(Err(_)) => JobEnd::Panicked,
            Err(_) => JobEnd::TimedOut,
        }
    }

    fn limit(&self, limit: usize) -> usize {
        match self.fault {
            Fault::OneMore => limit + 1,
            Fault::OneAfterAnother => 1,
            _ => limit,
        }
    }
}

#[async_trait]
impl BatchExecutor for Faulty {
    async fn run(
        &self,
        mut jobs: Vec<BatchJob>,
        limit: usize,
        time: Option<Duration>,
    ) -> Vec<JobEnd> {
        if self.has(Fault::WaitsForNothing) && jobs.is_empty() {
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        if std::mem::replace(&mut *self.busy.lock().unwrap(), true)
            && self.has(Fault::OneBatchAtATime)
        {
            return Vec::new();
        }
        if self.has(Fault::LastFirst) {
            jobs.reverse();
        }
        if self.has(Fault::Forgets) {
            jobs.truncate(5_000);
        }
        if self.has(Fault::StartsAll) {
            // What waits in the queue has begun to run.
            let begun = jobs.into_iter().map(|job| tokio::spawn(job.start()));
            let ends = begun.map(|job| async { JobEnd::Done(job.await.unwrap().unwrap()) });
            return futures::future::join_all(ends).await;
        }
        let queued = Instant::now();
        let one = |(number, job)| async move { (number, self.one(job, queued, time).await) };
        let jobs = stream::iter(jobs.into_iter().enumerate()).map(one);
        let limit = self.limit(limit);
        let mut ends: Vec<_> = match self.fault {
            Fault::Windows => {
                let mut ends = Vec::new();
                let mut windows = jobs.chunks(limit);
                while let Some(window) = windows.next().await {
                    ends.extend(futures::future::join_all(window).await);
                }
                ends
            }
            Fault::StopsAtAFailure => {
                let fine = |end: &JobEnd| matches!(end, JobEnd::Done(_));
                jobs.buffer_unordered(limit)
                    .take_while(|(_, end)| std::future::ready(fine(end)))
                    .collect()
                    .await
            }
            _ => jobs.buffer_unordered(limit).collect().await,
        };
        *self.busy.lock().unwrap() = false;
        match self.fault {
            Fault::AsTheyEnd => {}
            Fault::LastFirst => ends.sort_by_key(|(number, _)| std::cmp::Reverse(*number)),
            _ => ends.sort_by_key(|(number, _)| *number),
        }
        ends.into_iter().map(|(_, end)| end).collect()
    }
}

fn faulty(fault: Fault) -> Arc<dyn BatchExecutor> {
    Arc::new(Faulty { fault, busy: Mutex::default() })
}

macro_rules! found {
    ($($name:ident: $fault:ident, $behaviour:ident;)*) => {
        $(
            #[tokio::test(start_paused = true)]
            #[should_panic]
            async fn $name() {
                executor::$behaviour(&*faulty(Fault::$fault)).await;
            }
        )*
    };
}

found! {
    ends_as_they_come: AsTheyEnd, ends_are_in_the_order_of_the_jobs;
    ends_of_a_batch_as_they_come: AsTheyEnd, every_job_runs_once;
    one_more_than_the_limit: OneMore, the_limit_is_never_exceeded;
    a_panic_that_ends_it_all: StopsAtAPanic, a_panic_is_the_end_of_one_job;
    one_after_another: OneAfterAnother, the_limit_is_reached;
    one_window_after_another: Windows, a_free_place_is_taken_at_once;
    the_last_first: LastFirst, jobs_begin_in_their_order;
    jobs_that_are_forgotten: Forgets, ten_thousand_jobs_are_a_batch;
    a_failure_that_ends_it_all: StopsAtAFailure, a_failed_job_leaves_its_siblings_alone;
    values_that_a_failure_takes_away: StopsAtAFailure, values_outlive_the_failures_of_others;
    timeouts_that_are_forgotten: ForgetsTimeouts, a_job_that_takes_too_long_ends_alone;
    clocks_that_run_in_the_queue: ClockFromTheQueue, time_in_the_queue_does_not_count;
    jobs_that_run_on: Spawns, dropping_a_batch_ends_every_job;
    jobs_that_all_begin_at_once: StartsAll, dropping_a_batch_ends_every_job;
    nothing_takes_its_time: WaitsForNothing, an_empty_batch_ends_at_once;
    batches_in_each_other_s_way: OneBatchAtATime, batches_at_once_do_not_mix;
}
