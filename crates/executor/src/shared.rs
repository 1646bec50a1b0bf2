//! One limit over several sets.
//!
//! What a limit protects - an account, a database, a disk - is usually not one run's alone. The
//! sets that share a limit need not know of each other or live on the same thread; all they have in
//! common is a count behind a lock that is held for a few instructions, and never while anybody
//! else's code runs.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use crate::Concurrency;
use crate::line::Line;

/// A limit that several [`JobSet`](crate::JobSet)s and [`Executor`](crate::Executor)s share. Clones
/// are handles of one limit.
///
/// A job holds a [`Permit`] for as long as it holds a place in its set, pauses between attempts
/// included. It comes back however the job ends: with a value or without, cancelled, dropped with
/// its set, or by a panic.
///
/// # Fairness
/// Between sets, not jobs: sets that wait are served in a circle, one permit each. A run of 10,000
/// jobs delays one of 5 by as many jobs as there are sets in the circle, not by 10,000. Inside a set
/// priorities decide, as ever.
///
/// A permit that is given to a set waits for it to be polled. A driver that leaves its set alone for
/// long while jobs are queued there keeps one permit from the others.
///
/// A job must not wait for jobs under the limit that it holds a permit of: if all permits are held
/// by such jobs, none ever ends.
///
/// ```
/// use ziggurat_executor::{Concurrency, Executor, SharedLimit};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let account = SharedLimit::new(Concurrency::MODERATE);
/// let executor = Executor::default().sharing(&account);
/// let work = |n: u32| async move { Ok::<_, std::convert::Infallible>(n) };
/// // Ten at most in each, eight at most in both.
/// let (large, small) = tokio::join!(executor.map(0..10_000, work), executor.map(0..5, work));
/// assert_eq!((large.len(), small.len()), (10_000, 5));
/// assert_eq!(account.in_use(), 0);
/// # }
/// ```
#[derive(Clone)]
pub struct SharedLimit(Arc<Shared>);

struct Shared {
    limit: Concurrency,
    line: Mutex<Line>,
}

/// A place under a [`SharedLimit`], given back when it is dropped.
#[must_use = "a permit is given back when it is dropped"]
pub struct Permit(SharedLimit);

impl SharedLimit {
    /// At most `limit` jobs at once, in all sets together.
    #[must_use]
    pub fn new(limit: Concurrency) -> Self {
        Self(Arc::new(Shared { limit, line: Mutex::new(Line::new(limit.get())) }))
    }

    /// How many there may be at once.
    #[must_use]
    pub fn limit(&self) -> Concurrency {
        self.0.limit
    }

    /// How many permits are held, or given to somebody who has not come for them yet.
    #[must_use]
    pub fn in_use(&self) -> usize {
        self.limit().get() - self.line().free()
    }

    /// Waits for a permit, for work that is not a job. Each call takes its turn like a set.
    ///
    /// # Cancel safety
    /// A call that is dropped gives up its turn; a permit that it was about to get goes to the next.
    pub async fn acquire(&self) -> Permit {
        let mut seat = Seat::new(self);
        poll_fn(|cx| seat.poll_permit(cx)).await
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let woken = self.0.line().release();
        if let Some(waker) = woken {
            waker.wake();
        }
    }
}

/// One who may wait for permits, one at a time. Dropping it gives up its turn.
pub(crate) struct Seat {
    shared: SharedLimit,
    turn: Option<u64>,
}

impl Seat {
    pub(crate) fn new(shared: &SharedLimit) -> Self {
        Self { shared: shared.clone(), turn: None }
    }

    /// A permit, or a turn in the line.
    pub(crate) fn poll_permit(&mut self, cx: &mut Context<'_>) -> Poll<Permit> {
        let waker = cx.waker().clone();
        // The second is dropped when the lock is free again.
        let (granted, _later) = self.shared.line().ask(&mut self.turn, waker);
        if granted { Poll::Ready(Permit(self.shared.clone())) } else { Poll::Pending }
    }

    /// Gives up the turn, if there is one.
    pub(crate) fn leave(&mut self) {
        let Some(turn) = self.turn.take() else { return };
        let (_later, woken) = self.shared.line().leave(turn);
        if let Some(waker) = woken {
            waker.wake();
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave();
    }
}

impl fmt::Debug for SharedLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedLimit")
            .field("limit", &self.limit())
            .field("in_use", &self.in_use())
            .finish()
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}
