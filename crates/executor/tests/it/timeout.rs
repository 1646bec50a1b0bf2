//! Clocks run from the start of a job, not from the queue.

use tokio::time::{Instant, sleep};
use ziggurat_executor::{Clock, Concurrency, Executor, Job, JobError, JobSet};

use crate::support::{Census, TestJob, lasting, millis, outcomes, secs};

#[tokio::test(start_paused = true)]
async fn time_in_the_queue_does_not_count() {
    let start = Instant::now();
    let jobs = (0..5).map(|_| lasting(3).timeout(secs(4)));
    let ends = Executor::new(Concurrency::new(1).unwrap()).run(jobs).await;
    assert_eq!(start.elapsed(), secs(15));
    assert!(ends.iter().all(|end| end.elapsed == secs(3)));
    assert_eq!(outcomes(ends), vec![Ok(3); 5]);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_drops_the_future_and_frees_its_place() {
    let census = Census::default();
    let mut set = JobSet::new(Concurrency::new(1).unwrap());
    set.push("stuck", census.endless().timeout(secs(2)));
    set.push("next", lasting(1));
    let stuck = set.next().await.unwrap();
    assert_eq!(stuck.outcome, Err(JobError::TimedOut { clock: Clock::Attempt, after: secs(2) }));
    assert_eq!((stuck.elapsed, stuck.attempts), (secs(2), 1));
    assert_eq!((census.made(), census.live()), (1, 0));
    assert_eq!(set.next().await.unwrap().outcome, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn the_executors_default_yields_to_the_jobs_own() {
    let executor = Executor::default().timeout(secs(5));
    let ends = executor.run([lasting(9), lasting(9).timeout(secs(10)), lasting(4)]).await;
    let expected =
        [Err(JobError::TimedOut { clock: Clock::Attempt, after: secs(5) }), Ok(9), Ok(4)];
    assert_eq!(outcomes(ends), expected);
}

#[tokio::test(start_paused = true)]
async fn a_result_that_is_there_wins_over_the_clock() {
    let ends = Executor::default().run([lasting(5).timeout(secs(5))]).await;
    assert_eq!(outcomes(ends), [Ok(5)]);
}

#[tokio::test(start_paused = true)]
async fn extreme_timeouts() {
    let ready: TestJob<'_> = Job::new(|| async { Ok(1) });
    let jobs = [
        ready.timeout(secs(0)),
        lasting(1).timeout(secs(0)),
        lasting(1).timeout(std::time::Duration::MAX),
    ];
    let ends = Executor::default().run(jobs).await;
    let expected =
        [Ok(1), Err(JobError::TimedOut { clock: Clock::Attempt, after: secs(0) }), Ok(1)];
    assert_eq!(outcomes(ends), expected);
}

/// The first job is ready at once, so `next` returns before the second was polled. What the driver
/// then does with its time is not the second job's.
#[tokio::test(start_paused = true)]
async fn a_slow_driver_does_not_use_up_a_timeout() {
    let mut set = JobSet::new(Concurrency::DEFAULT);
    set.push(0, Job::new(|| async { Ok(0) }));
    set.push(1, lasting(1).timeout(millis(1500)));
    assert_eq!(set.next().await.unwrap().key, 0);
    assert_eq!((set.running(), set.queued()), (1, 0));
    sleep(secs(60)).await;
    let second = set.next().await.unwrap();
    assert_eq!((second.outcome, second.elapsed), (Ok(1), secs(1)));
}

/// It never waits, it only runs out of tokio's budget for a turn; its clock must not depend on that.
#[tokio::test(start_paused = true)]
async fn a_greedy_future_times_out_too() {
    // The clock of a runtime that is never idle does not advance of itself.
    tokio::spawn(tokio::time::advance(secs(3)));
    let greedy: TestJob<'_> = Job::new(|| async {
        loop {
            tokio::task::coop::consume_budget().await;
        }
    });
    let ends = Executor::default().run([greedy.timeout(secs(2))]).await;
    assert_eq!(outcomes(ends), [Err(JobError::TimedOut { clock: Clock::Attempt, after: secs(2) })]);
}
