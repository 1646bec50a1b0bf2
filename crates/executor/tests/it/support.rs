//! Jobs that can be watched.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use tokio::time::sleep;
use ziggurat_executor::{Clock, Concurrency, Finished, Job, JobError, SharedLimit};

pub(crate) type TestJob<'a> = Job<'a, u64, String>;
pub(crate) type TestOutcome = Result<u64, JobError<String>>;

pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A job that takes `seconds` and yields them.
pub(crate) fn lasting(seconds: u64) -> TestJob<'static> {
    Job::new(move || async move {
        sleep(secs(seconds)).await;
        Ok(seconds)
    })
}

/// What a job that was late ends with.
pub(crate) fn late(clock: Clock, after: u64) -> TestOutcome {
    Err(JobError::TimedOut { clock, after: secs(after) })
}

pub(crate) fn at_once(limit: usize) -> Concurrency {
    Concurrency::new(limit).unwrap()
}

pub(crate) fn account(limit: usize) -> SharedLimit {
    SharedLimit::new(at_once(limit))
}

pub(crate) fn outcomes<K>(ends: Vec<Finished<K, u64, String>>) -> Vec<TestOutcome> {
    ends.into_iter().map(|finished| finished.outcome).collect()
}

/// Counts futures: how many were made, how many exist, how many existed at once.
#[derive(Clone, Default)]
pub(crate) struct Census(Arc<Counts>);

#[derive(Default)]
struct Counts {
    made: AtomicUsize,
    live: AtomicUsize,
    peak: AtomicUsize,
}

/// Exists as long as the future it was moved into.
pub(crate) struct Guard(Census);

impl Census {
    pub(crate) fn enter(&self) -> Guard {
        self.0.made.fetch_add(1, SeqCst);
        let live = self.0.live.fetch_add(1, SeqCst) + 1;
        self.0.peak.fetch_max(live, SeqCst);
        Guard(self.clone())
    }

    pub(crate) fn made(&self) -> usize {
        self.0.made.load(SeqCst)
    }

    pub(crate) fn live(&self) -> usize {
        self.0.live.load(SeqCst)
    }

    pub(crate) fn peak(&self) -> usize {
        self.0.peak.load(SeqCst)
    }

    /// A job that is counted from its start to the drop of its future.
    pub(crate) fn lasting(&self, duration: Duration) -> TestJob<'static> {
        let census = self.clone();
        Job::new(move || async move {
            let _guard = census.enter();
            sleep(duration).await;
            Ok(u64::try_from(duration.as_millis()).unwrap())
        })
    }

    /// A job that never ends of itself.
    pub(crate) fn endless(&self) -> TestJob<'static> {
        let census = self.clone();
        Job::new(move || async move {
            let _guard = census.enter();
            std::future::pending().await
        })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.live.fetch_sub(1, SeqCst);
    }
}
