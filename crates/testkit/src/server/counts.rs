//! What a server counts. Guards count down when they are dropped, so that every way out of a request or
//! a connection is counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::watch;
use ziggurat_core::Usage;

use super::Api;

/// What has happened to a [`FakeServer`](super::FakeServer).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Requests received.
    pub requests: usize,
    /// Requests for an answer of a model, by the API they came through.
    pub calls: BTreeMap<Api, usize>,
    /// Connections accepted.
    pub connections: usize,
    /// Connections that are open.
    pub open: usize,
    /// Connections that the client closed, rather than the script.
    pub closed_by_client: usize,
    /// Requests whose answer is under way.
    pub in_flight: usize,
    /// Requests whose answer was under way at once, at most.
    pub max_in_flight: usize,
    /// Requests whose answer was under way when the client closed the connection.
    pub abandoned: usize,
    /// Tokens read, as complete answers told.
    pub input_tokens: u64,
    /// Tokens written, as complete answers told.
    pub output_tokens: u64,
    /// Faults served: errors by status (`429`), one inside a stream as `error-event`, and `cut`, `reset`,
    /// `hang`, `stall`, `malformed`, `html`, `body`, `type`, `drip`, `empty`, `panic`.
    pub faults: BTreeMap<String, usize>,
}

impl Counts {
    /// How many faults of this name were served.
    pub fn fault(&self, name: &str) -> usize {
        self.faults.get(name).copied().unwrap_or(0)
    }

    pub(super) fn json(&self) -> Value {
        let calls =
            self.calls.iter().map(|(api, calls)| (api.name().to_owned(), Value::from(*calls)));
        json!({"requests": self.requests, "calls": Value::Object(calls.collect()),
            "connections": self.connections, "open": self.open,
            "closed_by_client": self.closed_by_client, "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight, "abandoned": self.abandoned,
            "input_tokens": self.input_tokens, "output_tokens": self.output_tokens,
            "faults": self.faults})
    }
}

/// The counts, and a bell that rings at every change.
#[derive(Debug, Default)]
pub(super) struct Counters(watch::Sender<Counts>);

impl Counters {
    pub(super) fn now(&self) -> Counts {
        self.0.borrow().clone()
    }

    pub(super) async fn until(&self, reached: impl Fn(&Counts) -> bool) {
        // An error says that the sender is gone, and the sender is this one.
        let _ = self.0.subscribe().wait_for(reached).await;
    }

    /// Begins anew; what is open or under way stays so.
    pub(super) fn reset(&self) {
        self.0.send_modify(|counts| {
            let (open, in_flight) = (counts.open, counts.in_flight);
            *counts = Counts { open, in_flight, max_in_flight: in_flight, ..Counts::default() };
        });
    }

    /// A connection, counted as open until this is dropped.
    pub(super) fn connection(self: &Arc<Self>) -> Connection {
        self.0.send_modify(|counts| {
            counts.connections += 1;
            counts.open += 1;
        });
        Connection { counters: Arc::clone(self), by_client: false }
    }

    /// A request, counted as under way until this is dropped, and as abandoned unless it was
    /// [finished](Exchange::finish).
    pub(super) fn exchange(self: &Arc<Self>) -> Exchange {
        self.0.send_modify(|counts| {
            counts.requests += 1;
            counts.in_flight += 1;
            counts.max_in_flight = counts.max_in_flight.max(counts.in_flight);
        });
        Exchange { counters: Arc::clone(self), finished: false, usage: None }
    }
}

pub(super) struct Connection {
    counters: Arc<Counters>,
    by_client: bool,
}

impl Connection {
    /// It was the client that closed it.
    pub(super) fn closed_by_client(mut self) {
        self.by_client = true;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.counters.0.send_modify(|counts| {
            counts.open -= 1;
            counts.closed_by_client += usize::from(self.by_client);
        });
    }
}

pub(super) struct Exchange {
    counters: Arc<Counters>,
    finished: bool,
    usage: Option<Usage>,
}

impl Exchange {
    /// It asks for an answer through this API.
    pub(super) fn is_call(&self, api: Api) {
        self.counters.0.send_modify(|counts| *counts.calls.entry(api).or_default() += 1);
    }

    /// A fault is served. Counted at once: some keep a request under way for good.
    pub(super) fn fault(&self, name: &str) {
        self.counters.0.send_modify(|counts| match counts.faults.get_mut(name) {
            Some(times) => *times += 1,
            None => {
                counts.faults.insert(name.to_owned(), 1);
            }
        });
    }

    /// The answer told these counts.
    pub(super) fn used(&mut self, usage: Usage) {
        self.usage = Some(usage);
    }

    pub(super) fn finish(mut self) {
        self.finished = true;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.counters.0.send_modify(|counts| {
            counts.in_flight -= 1;
            counts.abandoned += usize::from(!self.finished);
            if let Some(usage) = self.usage {
                counts.input_tokens += usage.input_tokens.unwrap_or(0);
                counts.output_tokens += usage.output_tokens.unwrap_or(0);
            }
        });
    }
}
