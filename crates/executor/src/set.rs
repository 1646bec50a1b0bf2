//! The driver: queue, limit and running futures in one place, on the caller's task.
//!
//! Nothing is spawned. The futures live inside the set, so the limit needs no semaphore, cancelling
//! is dropping, and there is no handle whose loss would leave work behind. `FuturesUnordered` polls
//! only what was woken.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use futures::stream::FuturesUnordered;

use crate::queue::{Queue, Queued};
use crate::running::Running;
use crate::{Concurrency, Finished, Job};

/// Jobs under one limit, for a loop that adds and cancels some while others run.
///
/// Jobs start and advance only while [`next`](Self::next) (or the [`Stream`]) is polled; a driver
/// that does something long between two calls pauses them all, though not their clocks. Every job
/// pushed comes out of `next` exactly once. Dropping the set drops all its jobs, at once and for
/// good.
///
/// Keys name jobs and need not be unique: jobs may share one to be cancelled together.
///
/// ```
/// use std::time::Duration;
/// use tokio::{select, time::sleep};
/// use ziggurat_executor::{Concurrency, Job, JobSet};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let mut set = JobSet::new(Concurrency::CONSERVATIVE);
/// for n in 0..6_u64 {
///     set.push(n, Job::new(move || async move {
///         sleep(Duration::from_secs(n)).await;
///         Ok::<_, std::io::Error>(n)
///     }));
/// }
/// let mut stop = std::pin::pin!(sleep(Duration::from_millis(2500)));
/// let (mut kept, mut stopped) = (0, false);
/// loop {
///     select! {
///         () = &mut stop, if !stopped => { stopped = true; set.cancel_all(); }
///         finished = set.next() => match finished {
///             Some(job) => kept += u32::from(job.is_ok()),
///             None => break,
///         },
///     }
/// }
/// assert_eq!(kept, 3); // 0, 1 and 2 s; the rest were cancelled
/// # }
/// ```
#[must_use = "the jobs of a set run only while it is polled"]
pub struct JobSet<'a, K, T, E> {
    limit: Concurrency,
    queue: Queue<'a, K, T, E>,
    running: FuturesUnordered<Running<'a, K, T, E>>,
    /// Cancelled and not yet reported.
    cancelled: VecDeque<Finished<K, T, E>>,
    tickets: u64,
}

/// Nothing in the set is pinned in place.
impl<K, T, E> Unpin for JobSet<'_, K, T, E> {}

impl<'a, K, T, E> JobSet<'a, K, T, E> {
    /// An empty set that runs at most `limit` jobs at once.
    pub fn new(limit: Concurrency) -> Self {
        Self {
            limit,
            queue: Queue::new(),
            running: FuturesUnordered::new(),
            cancelled: VecDeque::new(),
            tickets: 0,
        }
    }

    /// Queues a job. It starts inside [`next`](Self::next), when there is room and nothing before
    /// it in line.
    pub fn push(&mut self, key: K, job: Job<'a, T, E>) {
        let ticket = self.tickets;
        self.tickets += 1;
        self.queue.push(Queued { key, job, ticket });
    }

    /// Whether a job pushed now would start at once. A driver with a queue of its own asks this
    /// before it pushes, and so decides the order itself to the last moment.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.running() + self.queued() < self.limit.get()
    }

    /// How many jobs hold a place under the limit.
    #[must_use]
    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// How many jobs wait for one.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Whether [`next`](Self::next) would return `None`: nothing runs, waits or is still to be
    /// reported.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.running.is_empty() && self.queue.len() == 0 && self.cancelled.is_empty()
    }

    /// Waits for a job to end, in the order they end. `None` if the set is empty; after a push
    /// there is more.
    ///
    /// # Cancel safety
    /// All state is in the set. A call dropped in a `select!` loses nothing, and the jobs go on at
    /// the next call.
    pub async fn next(&mut self) -> Option<Finished<K, T, E>> {
        // A loop over jobs that are all ready at once would never let the runtime have its thread.
        tokio::task::coop::consume_budget().await;
        std::future::poll_fn(|cx| self.poll_finished(cx)).await
    }

    /// Cancels the jobs with this key and returns how many there were. See
    /// [`cancel_where`](Self::cancel_where).
    pub fn cancel(&mut self, key: &K) -> usize
    where
        K: PartialEq,
    {
        self.cancel_where(|other| other == key)
    }

    /// Cancels every job and returns how many there were. See [`cancel_where`](Self::cancel_where).
    pub fn cancel_all(&mut self) -> usize {
        self.cancel_where(|_| true)
    }

    /// Cancels the jobs whose key matches and returns how many there were.
    ///
    /// The futures of running jobs are dropped before this returns, queued jobs never start. Each
    /// is reported by [`next`](Self::next) as [`JobError::Cancelled`](crate::JobError::Cancelled),
    /// in the order of their pushes. Takes one pass over the set, so many jobs are best cancelled
    /// in one call.
    pub fn cancel_where(&mut self, mut matches: impl FnMut(&K) -> bool) -> usize {
        let mut ended = Vec::new();
        for running in std::mem::take(&mut self.running) {
            let ticket = running.ticket();
            if running.key().is_some_and(&mut matches) {
                ended.extend(running.cancel().map(|finished| (ticket, finished)));
            } else {
                self.running.push(running);
            }
        }
        for queued in self.queue.remove_where(matches) {
            let ticket = queued.ticket;
            ended.extend(Running::new(queued).cancel().map(|finished| (ticket, finished)));
        }
        ended.sort_by_key(|(ticket, _)| *ticket);
        let count = ended.len();
        self.cancelled.extend(ended.into_iter().map(|(_, finished)| finished));
        count
    }

    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<Option<Finished<K, T, E>>> {
        if let Some(finished) = self.cancelled.pop_front() {
            return Poll::Ready(Some(finished));
        }
        while self.running.len() < self.limit.get() {
            let Some(queued) = self.queue.pop() else { break };
            self.running.push(Running::new(queued));
        }
        Pin::new(&mut self.running).poll_next(cx).map(Option::flatten)
    }
}

/// The same as [`next`](JobSet::next), for the combinators of [`futures::StreamExt`]. It ends when
/// the set is empty, and goes on after another push.
impl<K, T, E> Stream for JobSet<'_, K, T, E> {
    type Item = Finished<K, T, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_finished(cx)
    }
}

impl<K, T, E> fmt::Debug for JobSet<'_, K, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobSet")
            .field("limit", &self.limit)
            .field("running", &self.running())
            .field("queued", &self.queued())
            .finish_non_exhaustive()
    }
}
