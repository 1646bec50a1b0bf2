//! What a server counts. Guards count down when they are dropped, so that every way out of a request or
//! a connection is counted.

use std::sync::Arc;

use tokio::sync::watch;

/// What has happened to a [`FakeServer`](super::FakeServer).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Requests received.
    pub requests: usize,
    /// Connections accepted.
    pub connections: usize,
    /// Connections that are open.
    pub open: usize,
    /// Requests whose answer is under way.
    pub in_flight: usize,
    /// Requests whose answer was under way when the client closed the connection.
    pub abandoned: usize,
}

/// The counts, and a bell that rings at every change.
#[derive(Debug, Default)]
pub(super) struct Counters(watch::Sender<Counts>);

impl Counters {
    pub(super) fn now(&self) -> Counts {
        *self.0.borrow()
    }

    pub(super) async fn until(&self, reached: impl Fn(&Counts) -> bool) {
        // An error says that the sender is gone, and the sender is this one.
        let _ = self.0.subscribe().wait_for(reached).await;
    }

    /// A connection, counted as open until this is dropped.
    pub(super) fn connection(self: &Arc<Self>) -> Connection {
        self.0.send_modify(|counts| {
            counts.connections += 1;
            counts.open += 1;
        });
        Connection(Arc::clone(self))
    }

    /// A request, counted as under way until this is dropped, and as abandoned unless it was
    /// [finished](Exchange::finish).
    pub(super) fn exchange(self: &Arc<Self>) -> Exchange {
        self.0.send_modify(|counts| {
            counts.requests += 1;
            counts.in_flight += 1;
        });
        Exchange { counters: Arc::clone(self), finished: false }
    }
}

pub(super) struct Connection(Arc<Counters>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.0.send_modify(|counts| counts.open -= 1);
    }
}

pub(super) struct Exchange {
    counters: Arc<Counters>,
    finished: bool,
}

impl Exchange {
    pub(super) fn finish(mut self) {
        self.finished = true;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.counters.0.send_modify(|counts| {
            counts.in_flight -= 1;
            counts.abandoned += usize::from(!self.finished);
        });
    }
}
