//! What a call's own attempts signal while it lasts: what they cost, and how long they waited for
//! room.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use ziggurat_core::{CallContext, Cost, Signal};

/// A listener. Clones share what it heard.
#[derive(Clone, Default)]
pub(super) struct Heard(Arc<Mutex<Sums>>);

#[derive(Default)]
struct Sums {
    cost: Option<Cost>,
    queued: Duration,
    queued_since: Option<Instant>,
}

impl Heard {
    /// The same context, with this listening.
    pub(super) fn tapping(&self, cx: &CallContext) -> CallContext {
        let heard = self.clone();
        cx.tapped(move |signal| heard.sums().hear(signal))
    }

    /// What all attempts cost that were reported; `None` if none was.
    pub(super) fn cost(&self) -> Option<Cost> {
        self.sums().cost
    }

    /// How long the call waited, if it did.
    pub(super) fn queued(&self) -> Option<Duration> {
        let mut sums = self.sums();
        sums.leave_queue();
        Some(sums.queued).filter(|queued| !queued.is_zero())
    }

    fn sums(&self) -> MutexGuard<'_, Sums> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sums {
    fn hear(&mut self, signal: &Signal) {
        match signal {
            Signal::Call(record) => {
                self.cost = Some(self.cost.unwrap_or(Cost::ZERO) + record.cost);
                // An attempt that gave up waiting does not say that it waits no more.
                self.leave_queue();
            }
            Signal::Queued => {
                self.queued_since.get_or_insert_with(Instant::now);
            }
            Signal::Dequeued => self.leave_queue(),
            _ => {}
        }
    }

    fn leave_queue(&mut self) {
        self.queued += self.queued_since.take().map_or(Duration::ZERO, |since| since.elapsed());
    }
}
