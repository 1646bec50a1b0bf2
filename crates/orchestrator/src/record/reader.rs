//! Reads a run's events by cursor: a reader that comes late gets the whole history, and a slow one slows
//! nobody. Text deltas go another way, where they may be lost.

use std::sync::Arc;

use tokio::sync::watch;
use ziggurat_core::{Event, EventKind};

use super::book::Record;
use super::scribe::lock;

/// Reads the events of one run from the first. Clones go on from where the original is.
#[derive(Debug, Clone)]
pub struct EventReader {
    record: Arc<Record>,
    written: watch::Receiver<usize>,
    next: usize,
    finished: bool,
}

impl EventReader {
    pub(super) fn new(record: Arc<Record>, written: watch::Receiver<usize>) -> Self {
        Self { record, written, next: 0, finished: false }
    }

    /// The next event; waits for it while the run goes on. `None` after `run_finished`, or when the run
    /// was dropped and all its events are read.
    ///
    /// Cancel-safe: a call dropped before it returned loses no event.
    pub async fn next(&mut self) -> Option<Arc<Event>> {
        if self.finished {
            return None;
        }
        loop {
            let over = self.written.has_changed().is_err();
            if let Some(event) = self.read() {
                return Some(event);
            }
            if over || self.written.changed().await.is_err() {
                return self.read();
            }
        }
    }

    fn read(&mut self) -> Option<Arc<Event>> {
        let event = lock(&self.record).event(self.next)?;
        self.next += 1;
        self.finished = matches!(event.kind, EventKind::RunFinished { .. });
        Some(Arc::new(event))
    }
}
