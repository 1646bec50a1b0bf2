//! Never more at once than the limit, never fewer while there is work.

use tokio::time::Instant;
use ziggurat_executor::{Concurrency, Executor, JobSet, ZeroConcurrency};

use crate::support::{Census, millis, secs};

#[tokio::test(start_paused = true)]
async fn the_limit_is_reached_and_never_exceeded() {
    for limit in [1, 2, 7, 100] {
        let census = Census::default();
        let executor = Executor::new(Concurrency::new(limit).unwrap());
        let jobs = (0..60).map(|n| census.lasting(millis(1 + n % 7)));
        let ends = executor.run(jobs).await;
        assert_eq!(ends.len(), 60);
        assert_eq!(census.peak(), limit.min(60));
        assert_eq!(census.live(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_free_place_is_taken_at_once() {
    let census = Census::default();
    let start = Instant::now();
    let jobs = [3, 1, 1, 1].map(|n| census.lasting(secs(n)));
    Executor::new(Concurrency::new(2).unwrap()).run(jobs).await;
    assert_eq!(start.elapsed(), secs(3));
}

#[tokio::test(start_paused = true)]
async fn a_driver_with_its_own_queue_fills_the_room() {
    let census = Census::default();
    let mut set = JobSet::new(Concurrency::CONSERVATIVE);
    let (mut pushed, mut ended) = (0, 0);
    loop {
        while pushed < 20 && set.has_room() {
            set.push(pushed, census.lasting(secs(1)));
            pushed += 1;
        }
        assert!(set.running() + set.queued() <= 4);
        match set.next().await {
            Some(_) => ended += 1,
            None => break,
        }
    }
    assert_eq!((ended, census.peak()), (20, 4));
    assert!(set.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_set_goes_on_after_it_was_empty() {
    let census = Census::default();
    let mut set = JobSet::new(Concurrency::DEFAULT);
    assert!(set.next().await.is_none());
    set.push("late", census.lasting(secs(1)));
    assert_eq!(set.next().await.unwrap().key, "late");
    assert!(set.next().await.is_none());
}

#[test]
fn profiles_and_zero() {
    let profiles = [
        Concurrency::CONSERVATIVE,
        Concurrency::MODERATE,
        Concurrency::DEFAULT,
        Concurrency::AGGRESSIVE,
    ];
    assert_eq!(profiles.map(Concurrency::get), [4, 8, 10, 16]);
    assert_eq!(Concurrency::new(0), Err(ZeroConcurrency));
    assert_eq!(Concurrency::try_from(3).unwrap().to_string(), "3");
    assert!(ZeroConcurrency.to_string().contains("at least 1"));
}
