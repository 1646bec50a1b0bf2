//! Dropping the driver leaves nothing behind, at whatever instant it happens.

use tokio::time::{Instant, sleep, timeout};
use ziggurat_executor::{Concurrency, Executor, Job, JobSet, Retry, Verdict};

use crate::support::{Census, TestJob, millis, secs};

/// Jobs of every kind: plain, timed out, panicking, failing and retried.
fn mixed(census: &Census) -> impl Iterator<Item = TestJob<'static>> {
    let census = census.clone();
    (0..40_u64).map(move |n| {
        let inner = census.clone();
        let lasting = millis(37 * (n % 11) + 5);
        match n % 4 {
            0 => census.lasting(lasting),
            1 => census.endless().timeout(lasting),
            2 => Job::new(move || async move {
                let _guard = inner.enter();
                sleep(lasting).await;
                Err("failed".into())
            }),
            _ => {
                let retry = Retry::new(1, |_| Verdict::After(millis(50)));
                Job::retrying(retry, move || {
                    let guard = inner.enter();
                    async move {
                        sleep(lasting).await;
                        drop(guard);
                        Err("again".into())
                    }
                })
            }
        }
    })
}

fn four() -> Executor {
    Executor::new(Concurrency::CONSERVATIVE)
}

#[tokio::test(start_paused = true)]
async fn a_run_dropped_at_any_instant() {
    let start = Instant::now();
    four().run(mixed(&Census::default())).await;
    let whole = u64::try_from(start.elapsed().as_millis()).unwrap();

    let mut caught_alive = 0;
    let mut instants = 0;
    for instant in (0..whole).step_by(usize::try_from(whole / 250).unwrap()) {
        let census = Census::default();
        let mut run = Box::pin(four().run(mixed(&census)));
        assert!(timeout(millis(instant), &mut run).await.is_err(), "at {instant} ms");
        caught_alive += census.live();
        assert!(census.live() <= 4);
        drop(run);
        let made = census.made();
        assert_eq!(census.live(), 0, "at {instant} ms");
        sleep(secs(60)).await;
        assert_eq!(census.made(), made, "nothing starts after the drop");
        instants += 1;
    }
    assert!(instants >= 200 && caught_alive > instants, "{instants} {caught_alive}");
}

/// Drops the future of `next` (not the set) after every single poll: nothing is lost.
#[tokio::test(start_paused = true)]
async fn a_dropped_next_loses_nothing() {
    let census = Census::default();
    let mut set = JobSet::new(Concurrency::CONSERVATIVE);
    mixed(&census).enumerate().for_each(|(key, job)| set.push(key, job));
    let (mut keys, mut dropped) = (Vec::new(), 0);
    while !set.is_empty() {
        tokio::select! {
            biased;
            end = set.next() => keys.push(end.unwrap().key),
            () = sleep(millis(1)) => dropped += 1,
        }
    }
    keys.sort_unstable();
    assert_eq!(keys, (0..40).collect::<Vec<_>>());
    assert!(dropped > 1000, "{dropped}");
    assert_eq!(census.live(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_future_is_dropped_before_its_end_is_told() {
    let census = Census::default();
    let mut set = JobSet::new(Concurrency::DEFAULT);
    mixed(&census).enumerate().for_each(|(key, job)| set.push(key, job));
    // A retried job in its pause runs without a future, so this is an upper bound.
    while set.next().await.is_some() {
        assert!(census.live() <= set.running());
    }
}
