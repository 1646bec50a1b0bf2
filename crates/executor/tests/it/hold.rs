//! While a job is held, it does not execute, and its clocks stand still.

use tokio::time::sleep;
use ziggurat_executor::{Clock, Executor, Hold, Job, JobError, Retry, Verdict};

use crate::support::{TestJob, late, outcomes, secs};

/// Works, waits while it is held, works again; seconds each.
fn held(work: u64, wait: u64, rest: u64) -> TestJob<'static> {
    let hold = Hold::new();
    let inner = hold.clone();
    Job::new(move || async move {
        sleep(secs(work)).await;
        inner.begin();
        sleep(secs(wait)).await;
        inner.end();
        sleep(secs(rest)).await;
        Ok(work + rest)
    })
    .hold(hold)
}

#[tokio::test(start_paused = true)]
async fn held_time_does_not_count_and_the_rest_does() {
    let jobs = [held(4, 100, 6), held(4, 100, 7), held(0, 100, 10), held(0, 100, 11)];
    let ends = Executor::default().timeout(secs(10)).run(jobs).await;
    assert_eq!(ends[0].elapsed, secs(110));
    assert_eq!((ends[1].elapsed, ends[3].elapsed), (secs(110), secs(110)));
    let cut = || late(Clock::Attempt, 10);
    assert_eq!(outcomes(ends), [Ok(10), cut(), Ok(10), cut()]);
}

#[tokio::test(start_paused = true)]
async fn the_jobs_clock_stands_still_and_the_runs_does_not() {
    let executor = Executor::default().total_timeout(secs(10));
    let ends = executor.run([held(4, 100, 6), held(4, 100, 7)]).await;
    assert_eq!(ends[1].elapsed, secs(110));
    assert_eq!(outcomes(ends), [Ok(10), late(Clock::Job, 10)]);
    let ends = executor.run_timeout(secs(50)).run([held(4, 100, 6)]).await;
    assert_eq!(outcomes(ends), [late(Clock::Run, 50)]);
}

#[tokio::test(start_paused = true)]
async fn a_hold_at_the_last_instant_leaves_no_time() {
    let ends =
        Executor::default().timeout(secs(10)).run([held(10, 100, 1), held(10, 100, 0)]).await;
    assert_eq!(ends[0].elapsed, secs(110));
    assert_eq!(outcomes(ends), [late(Clock::Attempt, 10), Ok(10)]);
}

#[tokio::test(start_paused = true)]
async fn holds_are_counted_and_many_in_a_row_add_up() {
    let hold = Hold::new();
    hold.end(); // without a begin it is nothing
    let inner = hold.clone();
    let job: TestJob<'_> = Job::new(move || async move {
        for _ in 0..3 {
            inner.begin();
            sleep(secs(20)).await;
            inner.begin();
            sleep(secs(20)).await;
            inner.end();
            assert!(inner.is_held());
            sleep(secs(20)).await;
            inner.end();
            assert!(!inner.is_held());
            sleep(secs(3)).await;
        }
        sleep(secs(9)).await;
        Ok(0)
    });
    let ends = Executor::default().timeout(secs(10)).run([job.hold(hold)]).await;
    assert_eq!(ends[0].elapsed, secs(3 * 60 + 10));
    assert_eq!(outcomes(ends), [late(Clock::Attempt, 10)]);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_its_clock_and_the_job_one_for_all() {
    let hold = Hold::new();
    let inner = hold.clone();
    let retry = Retry::new(9, |_: &JobError<String>| Verdict::After(secs(1)));
    let job: TestJob<'_> = Job::retrying(retry, move || {
        let hold = inner.clone();
        async move {
            hold.begin();
            sleep(secs(50)).await;
            hold.end();
            std::future::pending().await
        }
    });
    // Each attempt: 50 s held, 4 s of its own; then a pause of 1 s. The third is cut after 2 s.
    let job = job.timeout(secs(4)).total_timeout(secs(12)).hold(hold);
    let ends = Executor::default().run([job]).await;
    assert_eq!((ends[0].elapsed, ends[0].attempts), (secs(2 * 55 + 52), 3));
    assert_eq!(outcomes(ends), [late(Clock::Job, 12)]);
}
