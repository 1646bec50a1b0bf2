//! An observer that keeps what it is told, for tests to ask about afterwards.

use std::sync::{Arc, Mutex};

use ziggurat_core::{CallContext, CallRecord, Cost, Observer, Reason, Signal, Usage};

use crate::lock;

/// Collects signals. Clones share what they collect.
///
/// ```
/// use ziggurat_core::Signal;
/// use ziggurat_testkit::Recorder;
/// let recorder = Recorder::new();
/// recorder.context().signal(Signal::Text("hel".into()));
/// recorder.context().signal(Signal::Text("lo".into()));
/// assert_eq!(recorder.text(), "hello");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    signals: Arc<Mutex<Vec<Signal>>>,
}

impl Recorder {
    /// One that has heard nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A context without a node that this recorder watches.
    pub fn context(&self) -> CallContext {
        CallContext::default().with_observer(Arc::new(self.clone()))
    }

    /// All signals, in the order they came.
    pub fn signals(&self) -> Vec<Signal> {
        lock(&self.signals).clone()
    }

    /// The pieces of text, put together.
    pub fn text(&self) -> String {
        let pieces = self.signals().into_iter().filter_map(|signal| match signal {
            Signal::Text(text) => Some(text),
            _ => None,
        });
        pieces.collect()
    }

    /// The records of ended calls.
    pub fn calls(&self) -> Vec<CallRecord> {
        let calls = self.signals().into_iter().filter_map(|signal| match signal {
            Signal::Call(record) => Some(record),
            _ => None,
        });
        calls.collect()
    }

    /// The retries: which attempt began, and why.
    pub fn retries(&self) -> Vec<(u32, Reason)> {
        let retries = self.signals().into_iter().filter_map(|signal| match signal {
            Signal::Retrying { attempt, reason } => Some((attempt, reason)),
            _ => None,
        });
        retries.collect()
    }

    /// The tokens of all calls; unknown as soon as one call's are.
    pub fn usage(&self) -> Usage {
        self.calls().iter().map(|call| call.usage).sum()
    }

    /// The cost of all calls.
    pub fn cost(&self) -> Cost {
        self.calls().iter().fold(Cost::ZERO, |sum, call| sum + call.cost)
    }
}

impl Observer for Recorder {
    fn signal(&self, signal: Signal) {
        lock(&self.signals).push(signal);
    }
}
