//! For drivers with a queue of their own.
//!
//! Whoever decides at the last moment what is next must not push before a place is free. With a
//! limit of its own a set knows that by counting. Under a shared limit the place may go to another
//! set in between, so the permit is fetched first and kept until there is a job for it.

use std::future::poll_fn;
use std::task::{Context, Poll};

use crate::{Finished, JobSet};

/// What [`JobSet::turn`] waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn<K, T, E> {
    /// A job ended.
    Ended(Finished<K, T, E>),
    /// A job pushed now would start at once.
    Room,
}

impl<K, T, E> JobSet<'_, K, T, E> {
    /// Whether a job pushed now would start at once. A driver with a queue of its own asks this
    /// before it pushes, and so decides the order itself to the last moment.
    ///
    /// Under a [`SharedLimit`](crate::SharedLimit) that takes a spare permit, which this does not
    /// fetch: see [`turn`](Self::turn) and [`room`](Self::room).
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.has_own_room() && self.gate.has_spare(self.queued())
    }

    /// Waits until [`has_room`](Self::has_room). Under a shared limit it takes its turn there and
    /// keeps a spare permit, one at most, for the next job that is pushed.
    ///
    /// Jobs advance meanwhile, and what ends is kept for [`next`](Self::next). Since both need the
    /// set, they cannot stand in one `select!`: [`turn`](Self::turn) waits for either.
    ///
    /// # Cancel safety
    /// A call dropped in a `select!` keeps its turn and the permit that may come with it. A driver
    /// that has nothing to push any more says so with [`release_room`](Self::release_room), else the
    /// other sets go without that permit.
    pub async fn room(&mut self) {
        loop {
            tokio::task::coop::consume_budget().await;
            if poll_fn(|cx| self.poll_room(cx)).await {
                return;
            }
        }
    }

    /// The step of a driver with a queue of its own: waits for a job to end or, if it has `more` to
    /// push, for [`room`](Self::room). Ends come first, since they may change what is pushed next.
    /// `None` if the set is empty and there is no more.
    ///
    /// Without `more` the room that is in hand is given back; see
    /// [`release_room`](Self::release_room).
    ///
    /// # Cancel safety
    /// As with [`room`](Self::room), and no end is lost.
    ///
    /// ```
    /// use ziggurat_executor::{Concurrency, Job, JobSet, SharedLimit, Turn};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let account = SharedLimit::new(Concurrency::CONSERVATIVE);
    /// let mut set = JobSet::sharing(Concurrency::DEFAULT, &account);
    /// let mut waiting: Vec<u32> = (0..20).collect();
    /// let mut sum = 0;
    /// while let Some(turn) = set.turn(!waiting.is_empty()).await {
    ///     match turn {
    ///         Turn::Ended(end) => sum += end.outcome.unwrap_or(0),
    ///         // Here, and not before, it is decided what is next.
    ///         Turn::Room => {
    ///             if let Some(n) = waiting.pop() {
    ///                 set.push(n, Job::new(move || async move { Ok::<_, String>(n) }));
    ///             }
    ///         }
    ///     }
    /// }
    /// assert_eq!(sum, 190);
    /// # }
    /// ```
    pub async fn turn(&mut self, more: bool) -> Option<Turn<K, T, E>> {
        if !more {
            self.release_room();
        }
        tokio::task::coop::consume_budget().await;
        poll_fn(|cx| match self.poll_finished(cx) {
            Poll::Ready(Some(finished)) => Poll::Ready(Some(Turn::Ended(finished))),
            Poll::Ready(None) if !more => Poll::Ready(None),
            Poll::Pending if !more => Poll::Pending,
            _ => self.poll_spare(cx).map(|()| Some(Turn::Room)),
        })
        .await
    }

    /// Gives back what [`room`](Self::room) or [`turn`](Self::turn) fetched: the spare permit, or the
    /// place in line for one. Without a shared limit it does nothing.
    pub fn release_room(&mut self) {
        self.gate.release_spare(self.queued());
    }

    /// `false` when a job has ended and it is to be asked again.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if !self.is_idle() && self.advance(cx).is_ready() {
            return Poll::Ready(false);
        }
        self.poll_spare(cx).map(|()| true)
    }

    fn poll_spare(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.has_own_room() {
            return Poll::Pending;
        }
        self.gate.poll_spare(cx, self.queued())
    }

    fn has_own_room(&self) -> bool {
        self.running() + self.queued() < self.gate.limit().get()
    }
}
