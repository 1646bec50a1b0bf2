//! The log of a run's events. It is append-only and read by cursor: a reader that comes late gets the
//! whole history, and a slow one slows nobody. Text deltas go another way, where they may be lost.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, watch};
use ziggurat_core::{Event, EventKind, RunId, TextDelta};

use crate::clock::Clock;

/// How many text deltas a slow reader may lag behind before it loses some.
const DELTA_BUFFER: usize = 1024;

type Log = Arc<Mutex<Vec<Arc<Event>>>>;

/// Writes the log: stamps `seq`, run and time. There is one per run.
pub(crate) struct Scribe {
    run_id: RunId,
    clock: Arc<dyn Clock>,
    log: Log,
    written: watch::Sender<usize>,
    deltas: broadcast::Sender<TextDelta>,
}

impl Scribe {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            run_id: clock.run_id(),
            clock,
            log: Log::default(),
            written: watch::Sender::new(0),
            deltas: broadcast::Sender::new(DELTA_BUFFER),
        }
    }

    pub(crate) fn run_id(&self) -> &RunId {
        &self.run_id
    }

    pub(crate) fn write(&self, kind: EventKind) {
        let mut log = lock(&self.log);
        let seq = log.len() as u64 + 1;
        let event = Event { seq, run_id: self.run_id.clone(), time: self.clock.now(), kind };
        tracing::debug!(target: "ziggurat", run_id = %event.run_id, seq, ?event.kind, "event");
        log.push(Arc::new(event));
        self.written.send_replace(log.len());
    }

    pub(crate) fn delta(&self, node: &str, text: String) {
        if self.deltas.receiver_count() > 0 {
            let delta = TextDelta { run_id: self.run_id.clone(), node: node.to_owned(), text };
            // An error says that the last reader has just gone.
            self.deltas.send(delta).ok();
        }
    }

    pub(crate) fn reader(&self) -> EventReader {
        EventReader {
            log: Arc::clone(&self.log),
            written: self.written.subscribe(),
            next: 0,
            finished: false,
        }
    }

    pub(crate) fn deltas(&self) -> broadcast::Receiver<TextDelta> {
        self.deltas.subscribe()
    }
}

/// Reads the events of one run from the first. Clones go on from where the original is.
#[derive(Debug, Clone)]
pub struct EventReader {
    log: Log,
    written: watch::Receiver<usize>,
    next: usize,
    finished: bool,
}

impl EventReader {
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
        let event = lock(&self.log).get(self.next).cloned()?;
        self.next += 1;
        self.finished = matches!(event.kind, EventKind::RunFinished { .. });
        Some(event)
    }
}

/// A panic elsewhere cannot leave a half-pushed event: the log is fit to use after one.
fn lock(log: &Log) -> MutexGuard<'_, Vec<Arc<Event>>> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}
