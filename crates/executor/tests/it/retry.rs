//! Retries: only what is judged transient, in parallel, with pauses that differ.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use ziggurat_executor::{Concurrency, Executor, Job, JobError, JobSet, Retry, Verdict};

use crate::support::{Census, TestJob, lasting, outcomes, secs};

fn always(retries: u32) -> Retry<String> {
    Retry::new(retries, |_| Verdict::Backoff)
}

/// Fails until its `good`th attempt.
fn flaky(retry: Retry<String>, good: u32) -> TestJob<'static> {
    let attempts = AtomicU32::new(0);
    Job::retrying(retry, move || {
        let attempt = attempts.fetch_add(1, SeqCst) + 1;
        async move { if attempt == good { Ok(attempt.into()) } else { Err("flaky".into()) } }
    })
}

#[tokio::test(start_paused = true)]
async fn a_transient_failure_is_tried_again() {
    let jobs = [flaky(always(2), 1), flaky(always(2), 3), flaky(always(2), 4)];
    let ends = Executor::default().run(jobs).await;
    assert_eq!(ends.iter().map(|end| end.attempts).collect::<Vec<_>>(), [1, 3, 3]);
    assert_eq!(outcomes(ends), [Ok(1), Ok(3), Err(JobError::Failed("flaky".into()))]);
}

#[tokio::test(start_paused = true)]
async fn timeouts_and_panics_reach_the_judge_and_the_timeout_is_per_attempt() {
    let retry = Retry::new(3, |error: &JobError<String>| match error {
        JobError::TimedOut { .. } => Verdict::After(secs(10)),
        _ => Verdict::Final,
    });
    let census = Census::default();
    let inner = census.clone();
    let stuck = Job::retrying(retry.clone(), move || {
        let guard = inner.enter();
        async move {
            let _guard = guard;
            std::future::pending::<Result<u64, String>>().await
        }
    });
    let panics = Job::retrying(retry, || async { panic!("final") });
    let ends = Executor::default().timeout(secs(2)).run([stuck, panics]).await;
    assert_eq!((ends[0].elapsed, ends[0].attempts), (secs(4 * 2 + 3 * 10), 4));
    assert_eq!((census.peak(), census.live()), (1, 0));
    assert_eq!(ends[1].attempts, 1);
    assert_eq!(ends[1].outcome, Err(JobError::Panicked { message: "final".into() }));
}

#[tokio::test(start_paused = true)]
async fn jobs_that_fail_together_do_not_come_back_together() {
    let ends = Executor::new(Concurrency::new(50).unwrap())
        .run((0..50).map(|_| flaky(always(1).seed(1), 2)))
        .await;
    let mut pauses: Vec<_> = ends.iter().map(|end| end.elapsed).collect();
    let slack = Duration::from_millis(1);
    assert!(pauses.iter().all(|p| *p >= secs(1) / 2 && *p <= secs(1) * 3 / 2 + slack));
    pauses.sort_unstable();
    pauses.dedup();
    assert!(pauses.len() > 40, "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn retries_run_in_parallel_with_the_rest() {
    let start = Instant::now();
    let retry = Retry::new(1, |_| Verdict::After(secs(5)));
    let mut jobs: Vec<_> = (0..5).map(|_| flaky(retry.clone(), 2)).collect();
    jobs.push(lasting(5));
    Executor::default().run(jobs).await;
    assert_eq!(start.elapsed(), secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_job_keeps_its_place_while_it_pauses_and_can_be_cancelled_there() {
    let mut set = JobSet::new(Concurrency::new(1).unwrap());
    set.push("pausing", flaky(Retry::new(1, |_| Verdict::After(secs(100))), 2));
    set.push("waiting", lasting(1));
    assert!(timeout(secs(50), set.next()).await.is_err());
    assert_eq!((set.running(), set.queued()), (1, 1));
    set.cancel(&"pausing");
    let end = set.next().await.unwrap();
    assert_eq!((end.outcome, end.attempts), (Err(JobError::Cancelled), 1));
    assert_eq!(set.next().await.unwrap().outcome, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_judge_that_panics_leaves_the_error_as_it_is() {
    let retry = Retry::new(1, |_| panic!("judge"));
    let ends = Executor::default().run([flaky(retry, 2), lasting(1)]).await;
    assert_eq!(outcomes(ends), [Err(JobError::Failed("flaky".into())), Ok(1)]);
}

#[tokio::test(start_paused = true)]
async fn pauses_follow_base_and_cap() {
    let retry = always(4).base(secs(10)).cap(secs(15)).seed(3);
    let job = Job::retrying(retry, || async {
        sleep(secs(1)).await;
        Err::<u64, _>("down".to_owned())
    });
    let end = &Executor::default().run([job]).await[0];
    let pauses = end.elapsed - secs(5);
    assert!(pauses >= Duration::from_millis(5000 + 3 * 7500), "{pauses:?}");
    assert!(pauses <= secs(4 * 15) + Duration::from_millis(4), "{pauses:?}");
}
