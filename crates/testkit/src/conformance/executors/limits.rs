//! How many jobs run at once: no more than the limit, and no fewer while some wait.

use tokio::time::Instant;

use super::BatchExecutor;
use super::census::{Census, millis, secs};
use crate::conformance::waiting::in_time;

const LIMITS: [usize; 4] = [1, 2, 7, 100];

/// How many of 60 jobs ran at once, under this limit.
async fn peak(executor: &dyn BatchExecutor, limit: usize) -> usize {
    let census = Census::default();
    let jobs = (0..60).map(|number| census.lasting(number, millis(1 + number % 7))).collect();
    let ends = in_time("the ends", executor.run(jobs, limit, None)).await;
    assert_eq!(ends.len(), 60);
    census.peak()
}

/// Never more than the limit at once.
pub async fn the_limit_is_never_exceeded(executor: &dyn BatchExecutor) {
    for limit in LIMITS {
        let peak = peak(executor, limit).await;
        assert!(peak <= limit, "{peak} at once under a limit of {limit}");
    }
}

/// As many as the limit allows, where there are as many.
pub async fn the_limit_is_reached(executor: &dyn BatchExecutor) {
    for limit in LIMITS {
        let peak = peak(executor, limit).await;
        assert!(peak >= limit.min(60), "{peak} at once under a limit of {limit}");
    }
}

/// A place that becomes free is taken at once: one long job does not make the others wait in a row behind it.
pub async fn a_free_place_is_taken_at_once(executor: &dyn BatchExecutor) {
    let census = Census::default();
    let jobs = (0..).zip([3, 1, 1, 1]).map(|(number, time)| census.lasting(number, secs(time)));
    let started = Instant::now();
    in_time("the ends", executor.run(jobs.collect(), 2, None)).await;
    assert!(started.elapsed() < millis(3_500), "it took {:?}, not 3 s", started.elapsed());
}
