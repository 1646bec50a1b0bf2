//! A clock that a paused runtime drives, so that the times in a history follow from the seed too.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;
use ziggurat::core::RunId;

/// The virtual time from a fixed moment on. It counts how often it was asked: no event is written
/// without.
pub(crate) struct VirtualClock {
    begun: Instant,
    asked: AtomicU64,
}

impl VirtualClock {
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now(), asked: AtomicU64::new(0) }
    }

    pub(crate) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

impl ziggurat::Clock for VirtualClock {
    fn now(&self) -> jiff::Timestamp {
        self.asked.fetch_add(1, Ordering::Relaxed);
        jiff::Timestamp::UNIX_EPOCH + self.begun.elapsed()
    }

    fn run_id(&self) -> RunId {
        RunId::new("simulated")
    }
}
