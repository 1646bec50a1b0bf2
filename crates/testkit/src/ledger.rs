//! What happened to a scripted provider: who asked what, how many calls were under way at once, and
//! which of them were dropped before their end.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use ziggurat_core::{CallContext, ChatRequest, NodeInfo};

use crate::lock;

/// A call that a [`ScriptedProvider`](crate::ScriptedProvider) received.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// What was asked.
    pub request: ChatRequest,
    /// The node of a run that asked, if it was one.
    pub node: Option<NodeInfo>,
    /// Whether the answer was to be streamed.
    pub streamed: bool,
}

/// The record of all calls.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) calls: VecDeque<Call>,
    /// How many calls are kept, if not all.
    pub(crate) most: Option<usize>,
    pub(crate) in_flight: usize,
    pub(crate) max_in_flight: usize,
    pub(crate) cancelled: usize,
}

/// One call under way. Dropped before [`end`](Self::end), it counts as cancelled.
pub(crate) struct InFlight {
    ledger: Arc<Mutex<Ledger>>,
    ended: bool,
}

impl InFlight {
    pub(crate) fn begin(
        ledger: &Arc<Mutex<Ledger>>,
        cx: &CallContext,
        request: &ChatRequest,
        streamed: bool,
    ) -> Self {
        let most = lock(ledger).most;
        let call = (most != Some(0)).then(|| Call {
            request: request.clone(),
            node: cx.node().cloned(),
            streamed,
        });
        let mut entries = lock(ledger);
        if most.is_some_and(|most| entries.calls.len() >= most) {
            entries.calls.pop_front();
        }
        entries.calls.extend(call);
        entries.in_flight += 1;
        entries.max_in_flight = entries.max_in_flight.max(entries.in_flight);
        Self { ledger: Arc::clone(ledger), ended: false }
    }

    pub(crate) fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut entries = lock(&self.ledger);
        entries.in_flight -= 1;
        entries.cancelled += usize::from(!self.ended);
    }
}
