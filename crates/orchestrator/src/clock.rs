//! Wall-clock time and run ids come from here, so that a test can fix both and compare whole histories.
//! Durations are measured with tokio's clock, which tests pause.

use jiff::Timestamp;
use uuid::Uuid;
use ziggurat_core::RunId;

/// Tells the time and names runs.
pub trait Clock: Send + Sync {
    /// The time that events bear.
    fn now(&self) -> Timestamp;

    /// The id of a new run.
    fn run_id(&self) -> RunId;
}

/// The machine's clock; ids are UUID v7.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn run_id(&self) -> RunId {
        RunId::new(Uuid::now_v7().to_string())
    }
}
