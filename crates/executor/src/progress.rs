//! What a set tells while it works, and to whom.
//!
//! The observer is a guest: it is called on the driver's task between two polls, so it must be quick
//! and must not block; what it panics with ends here.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use crate::catch::catch;
use crate::{Finished, JobErrorKind};

/// What happened to one job.
#[derive(Debug)]
pub enum Progress<'p, K> {
    /// An attempt started.
    Started {
        /// The job's.
        key: &'p K,
        /// From 1.
        attempt: u32,
    },
    /// An attempt failed, and there will be another.
    Retrying {
        /// The job's.
        key: &'p K,
        /// The attempt that failed, from 1.
        attempt: u32,
        /// How it failed.
        error: JobErrorKind,
        /// The time until the next one starts.
        pause: Duration,
    },
    /// The job ended; [`JobSet::next`](crate::JobSet::next) will return it.
    Finished {
        /// The job's.
        key: &'p K,
        /// How it failed; `None` if it has a value.
        error: Option<JobErrorKind>,
        /// How often it was started; 0 if never.
        attempts: u32,
        /// As in [`Finished::elapsed`].
        elapsed: Duration,
    },
}

/// How many jobs of a set are where, after what was just told. Their sum is the number of pushes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Waiting for a place.
    pub queued: usize,
    /// Holding one.
    pub running: usize,
    /// Ended, since the observer was set.
    pub finished: usize,
}

/// What is called.
pub(crate) type Tell<'a, K> = dyn Fn(Progress<'_, K>, Counts) + Send + Sync + 'a;

/// An observer with its counts, or nobody. Clones share both.
pub(crate) struct Watcher<'a, K>(Option<Arc<Watch<'a, K>>>);

struct Watch<'a, K> {
    queued: AtomicUsize,
    running: AtomicUsize,
    finished: AtomicUsize,
    tell: Arc<Tell<'a, K>>,
}

impl<'a, K> Watcher<'a, K> {
    pub(crate) fn nobody() -> Self {
        Self(None)
    }

    pub(crate) fn new(tell: Arc<Tell<'a, K>>, queued: usize, running: usize) -> Self {
        let count = AtomicUsize::new;
        let (queued, running, finished) = (count(queued), count(running), count(0));
        Self(Some(Arc::new(Watch { queued, running, finished, tell })))
    }

    pub(crate) fn queued(&self) {
        if let Some(watch) = &self.0 {
            watch.queued.fetch_add(1, Relaxed);
        }
    }

    /// A job left the queue for a place.
    pub(crate) fn placed(&self) {
        if let Some(watch) = &self.0 {
            watch.queued.fetch_sub(1, Relaxed);
            watch.running.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn started(&self, key: &K, attempt: u32) {
        self.tell(|| Progress::Started { key, attempt });
    }

    pub(crate) fn retrying(&self, key: &K, attempt: u32, error: JobErrorKind, pause: Duration) {
        self.tell(|| Progress::Retrying { key, attempt, error, pause });
    }

    /// A job ended that had a place, or was still queued.
    pub(crate) fn finished<T, E>(&self, end: &Finished<K, T, E>, had_place: bool) {
        let Some(watch) = &self.0 else { return };
        let left = if had_place { &watch.running } else { &watch.queued };
        left.fetch_sub(1, Relaxed);
        watch.finished.fetch_add(1, Relaxed);
        let error = end.outcome.as_ref().err().map(crate::JobError::kind);
        let Finished { key, attempts, elapsed, .. } = end;
        self.tell(|| Progress::Finished { key, error, attempts: *attempts, elapsed: *elapsed });
    }

    fn tell<'p>(&self, progress: impl FnOnce() -> Progress<'p, K>)
    where
        K: 'p,
    {
        if let Some(watch) = &self.0 {
            let _ = catch(|| (watch.tell)(progress(), watch.counts()));
        }
    }
}

impl<K> Watch<'_, K> {
    fn counts(&self) -> Counts {
        Counts {
            queued: self.queued.load(Relaxed),
            running: self.running.load(Relaxed),
            finished: self.finished.load(Relaxed),
        }
    }
}

/// Not derived: that would ask `K` to be `Clone`.
impl<K> Clone for Watcher<'_, K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} queued, {} running, {} finished", self.queued, self.running, self.finished)
    }
}
