//! Jobs that are counted: which have begun, in which order, how many run, and how many ran at once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::sleep;

use super::BatchJob;
use crate::lock;

/// Clones share their counts.
#[derive(Clone, Default)]
pub(super) struct Census(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    begun: Vec<u64>,
    live: usize,
    peak: usize,
}

/// Exists as long as the job it was moved into.
struct Present(Census);

impl Census {
    fn enter(&self, number: u64) -> Present {
        let mut counts = lock(&self.0);
        counts.begun.push(number);
        counts.live += 1;
        counts.peak = counts.peak.max(counts.live);
        Present(self.clone())
    }

    /// The jobs that have begun, in the order in which they did.
    pub(super) fn begun(&self) -> Vec<u64> {
        lock(&self.0).begun.clone()
    }

    /// How many are not over.
    pub(super) fn live(&self) -> usize {
        lock(&self.0).live
    }

    /// How many there were at once, at most.
    pub(super) fn peak(&self) -> usize {
        lock(&self.0).peak
    }

    /// A job of this number that does this work.
    pub(super) fn job<F: Future<Output = Result<u64, String>> + Send + 'static>(
        &self,
        number: u64,
        work: impl FnOnce() -> F + Send + 'static,
    ) -> BatchJob {
        let census = self.clone();
        BatchJob::new(move || {
            let present = census.enter(number);
            let work = work();
            async move {
                let _present = present;
                work.await
            }
        })
    }

    /// A job that takes this long and yields its number.
    pub(super) fn lasting(&self, number: u64, duration: Duration) -> BatchJob {
        self.job(number, move || async move {
            sleep(duration).await;
            Ok(number)
        })
    }

    /// A job that fails after this long.
    pub(super) fn failing(&self, number: u64, duration: Duration) -> BatchJob {
        self.job(number, move || async move {
            sleep(duration).await;
            Err(format!("{number} is refused"))
        })
    }

    /// A job that panics after this long.
    pub(super) fn panicking(&self, number: u64, duration: Duration) -> BatchJob {
        self.job(number, move || async move {
            sleep(duration).await;
            panic!("job {number} panics, as the suite wants it to")
        })
    }

    /// A job that never ends of itself.
    pub(super) fn endless(&self, number: u64) -> BatchJob {
        self.job(number, std::future::pending)
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        lock(&self.0.0).live -= 1;
    }
}

pub(super) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
