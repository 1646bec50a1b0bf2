//! A line of callers in which the first waits for room and the others for their turn. Nobody overtakes, so
//! that a large request is not starved by small ones.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Mutex, Notify};
use tokio::time::{Instant, sleep_until, timeout_at};
use ziggurat_core::{CallContext, Signal};

/// Callers that wait, in the order in which they came.
#[derive(Debug, Default)]
pub(in crate::layers) struct Line {
    /// Held by the first.
    turn: Mutex<()>,
    changed: Notify,
    waiting: AtomicUsize,
}

/// The context's deadline comes before there is room.
#[derive(Debug)]
pub(in crate::layers) struct Late;

impl Line {
    /// Waits in line until `attempt` gives something; it says when to ask it again if nothing
    /// [changes](Self::changed) before. `earliest` says, given how many wait already, before when it
    /// certainly gives nothing.
    ///
    /// Dropping it leaves the line.
    pub(in crate::layers) async fn enter<T>(
        &self,
        cx: &CallContext,
        mut attempt: impl FnMut() -> Result<T, Option<Instant>>,
        earliest: impl FnOnce(usize) -> Option<Instant>,
    ) -> Result<T, Late> {
        let turn = self.turn.try_lock().ok();
        if turn.is_some()
            && let Ok(got) = attempt()
        {
            return Ok(got);
        }
        // Said even of a call that is too late, so that a meter knows that nothing was sent.
        cx.signal(Signal::Queued);
        let deadline = cx.deadline().map(Instant::from_std);
        let place = Place::join(&self.waiting);
        let earliest = earliest(place.ahead);
        if deadline.is_some_and(|deadline| earliest.is_some_and(|earliest| earliest > deadline)) {
            return Err(Late);
        }
        let wait = async {
            let _turn = match turn {
                Some(turn) => turn,
                None => self.turn.lock().await,
            };
            loop {
                match attempt() {
                    Ok(got) => return got,
                    Err(again) => self.until(again).await,
                }
            }
        };
        let got = match deadline {
            Some(deadline) => timeout_at(deadline, wait).await.map_err(|_| Late)?,
            None => wait.await,
        };
        cx.signal(Signal::Dequeued);
        Ok(got)
    }

    /// There may be room now.
    pub(in crate::layers) fn changed(&self) {
        self.changed.notify_one();
    }

    async fn until(&self, again: Option<Instant>) {
        let changed = self.changed.notified();
        match again {
            Some(again) => tokio::select! {
                () = sleep_until(again) => {}
                () = changed => {}
            },
            None => changed.await,
        }
    }
}

/// A place in a line, left when it is dropped.
struct Place<'a> {
    waiting: &'a AtomicUsize,
    ahead: usize,
}

impl<'a> Place<'a> {
    fn join(waiting: &'a AtomicUsize) -> Self {
        let ahead = waiting.fetch_add(1, Ordering::Relaxed);
        Self { waiting, ahead }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
