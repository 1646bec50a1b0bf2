//! Makespans in virtual time: the executor adds nothing to the jobs' own.

use tokio::time::Instant;
use ziggurat_executor::{Concurrency, Executor};

use crate::support::{lasting, secs};

/// Ten tasks of 6 s: 12 s with five at once, 6 s with ten.
#[tokio::test(start_paused = true)]
async fn ten_tasks_of_six_seconds() {
    for (limit, expected) in [(1, 60), (5, 12), (10, 6), (16, 6)] {
        let start = Instant::now();
        let executor = Executor::new(Concurrency::new(limit).unwrap());
        executor.run((0..10).map(|_| lasting(6))).await;
        assert_eq!(start.elapsed(), secs(expected), "limit {limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_jobs() {
    let start = Instant::now();
    let executor = Executor::new(Concurrency::new(100).unwrap());
    let ends = executor.run((0..100_000).map(|_| lasting(1))).await;
    assert_eq!(start.elapsed(), secs(1000));
    assert!(ends.iter().all(|end| end.outcome == Ok(1)));
}
