//! The driver: queue, limit and running futures in one place, on the caller's task.
//!
//! Nothing is spawned. The futures live inside the set, so its own limit needs no semaphore,
//! cancelling is dropping, and there is no handle whose loss would leave work behind.
//! `FuturesUnordered` polls only what was woken.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::stream::FuturesUnordered;
use futures::{Stream, StreamExt as _};
use tokio::time::Instant;

use crate::alarm::Alarm;
use crate::catch::catch;
use crate::clocks::{Clocks, RunClock};
use crate::gate::Gate;
use crate::progress::Watcher;
use crate::queue::{Queue, Queued};
use crate::running::Running;
use crate::{Clock, Concurrency, Counts, Finished, Job, JobError, Progress, SharedLimit};

/// Jobs under one limit, for a loop that adds and cancels some while others run.
///
/// Jobs start and advance only while [`next`](Self::next) (or the [`Stream`]) is polled; a driver
/// that does something long between two calls pauses them all, though not their clocks. Every job
/// pushed comes out of `next` exactly once. Dropping the set drops all its jobs, at once and for
/// good.
///
/// Keys name jobs and need not be unique: jobs may share one to be cancelled together.
///
/// A driver with a queue of its own pushes a job only when it would start at once; see
/// [`turn`](Self::turn) and [`has_room`](Self::has_room).
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
    pub(crate) gate: Gate,
    queue: Queue<'a, K, T, E>,
    running: FuturesUnordered<Running<'a, K, T, E>>,
    /// Ended and not yet told by `next`.
    pub(crate) ended: VecDeque<Finished<K, T, E>>,
    tickets: u64,
    clocks: Clocks,
    run: RunClock,
    alarm: Alarm,
    watcher: Watcher<'a, K>,
}

/// Nothing in the set is pinned in place.
impl<K, T, E> Unpin for JobSet<'_, K, T, E> {}

impl<'a, K, T, E> JobSet<'a, K, T, E> {
    /// An empty set that runs at most `limit` jobs at once.
    pub fn new(limit: Concurrency) -> Self {
        Self::with(Gate::new(limit, None), Clocks::default())
    }

    /// An empty set that runs at most `limit` jobs at once, each of them with a permit of `shared`.
    /// How the sets that share it take turns, and what their drivers owe each other, stands at
    /// [`SharedLimit`].
    pub fn sharing(limit: Concurrency, shared: &SharedLimit) -> Self {
        Self::with(Gate::new(limit, Some(shared)), Clocks::default())
    }

    pub(crate) fn with(gate: Gate, clocks: Clocks) -> Self {
        Self {
            gate,
            queue: Queue::new(),
            running: FuturesUnordered::new(),
            ended: VecDeque::new(),
            tickets: 0,
            run: RunClock::new(clocks.run),
            clocks,
            alarm: Alarm::default(),
            watcher: Watcher::nobody(),
        }
    }

    /// Tells `observer` of every start, retry and end from now on, with the counts after it; it
    /// takes the place of an earlier observer.
    ///
    /// It is called on the driver's task, between two polls: what takes long there delays every
    /// job. If it panics, no job notices. A set that is dropped tells nothing of the jobs dropped
    /// with it.
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use ziggurat_executor::{Concurrency, Job, JobSet, Progress};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ziggurat_executor::ZeroConcurrency> {
    /// let lines = Mutex::new(Vec::new());
    /// let mut set = JobSet::new(Concurrency::new(1)?).observe(|progress, counts| {
    ///     if let (Progress::Finished { key, .. }, Ok(mut lines)) = (progress, lines.lock()) {
    ///         lines.push(format!("{key}: {counts}"));
    ///     }
    /// });
    /// for name in ["a", "b"] {
    ///     set.push(name, Job::new(|| async { Ok::<_, std::convert::Infallible>(()) }));
    /// }
    /// while set.next().await.is_some() {}
    /// drop(set);
    /// let lines = lines.into_inner().unwrap_or_default();
    /// assert_eq!(
    ///     lines,
    ///     ["a: 1 queued, 0 running, 1 finished", "b: 0 queued, 0 running, 2 finished"],
    /// );
    /// # Ok(())
    /// # }
    /// ```
    pub fn observe<F>(mut self, observer: F) -> Self
    where
        F: Fn(Progress<'_, K>, Counts) + Send + Sync + 'a,
    {
        self.watcher = Watcher::new(Arc::new(observer), self.queued(), self.running());
        for running in self.running.iter_mut() {
            running.watch(self.watcher.clone());
        }
        self
    }

    /// Queues a job. It starts inside [`next`](Self::next), when there is room and nothing before
    /// it in line. The clock of its [`queue_timeout`](Job::queue_timeout) starts here.
    pub fn push(&mut self, key: K, job: Job<'a, T, E>) {
        let ticket = self.tickets;
        self.tickets += 1;
        let timeout = job.settings().and_then(|own| own.queue_timeout).or(self.clocks.queue);
        self.queue.push(Queued { key, job, ticket }, timeout);
        self.watcher.queued();
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
        self.is_idle() && self.ended.is_empty()
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
    pub fn cancel_where(&mut self, matches: impl FnMut(&K) -> bool) -> usize {
        self.end_where(matches, || JobError::Cancelled)
    }

    /// Whether there is nothing that could end.
    pub(crate) fn is_idle(&self) -> bool {
        self.running.is_empty() && self.queue.len() == 0
    }

    pub(crate) fn poll_finished(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Finished<K, T, E>>> {
        loop {
            if let Some(finished) = self.ended.pop_front() {
                return Poll::Ready(Some(finished));
            }
            if self.is_idle() {
                return Poll::Ready(None);
            }
            ready!(self.advance(cx));
        }
    }

    /// Starts what may start and polls what was woken. Ready when there is more in `ended`.
    pub(crate) fn advance(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let told = self.ended.len();
        self.run.start();
        // A driver that was away may come back after a time; what is late by then does not start.
        // At the very instant jobs go first: a result that is there wins over the clock.
        let just_before = |now: Instant| now.checked_sub(Duration::from_nanos(1));
        self.end_late(|| just_before(Instant::now()));
        loop {
            if self.ended.len() > told {
                return Poll::Ready(());
            }
            self.start(cx);
            if let Poll::Ready(Some(Some(finished))) = self.running.poll_next_unpin(cx) {
                self.ended.push_back(finished);
                return Poll::Ready(());
            }
            let time = self.next_time();
            ready!(self.alarm.poll(cx, time));
            self.end_late(|| Some(Instant::now()));
        }
    }

    /// Fills the places there are.
    fn start(&mut self, cx: &mut Context<'_>) {
        while self.running.len() < self.gate.limit().get() && self.queue.len() > 0 {
            let Poll::Ready(permit) = self.gate.poll_permit(cx) else { return };
            let Some(queued) = self.queue.pop() else { break };
            self.watcher.placed();
            let watcher = self.watcher.clone();
            self.running.push(Running::new(queued, &self.clocks, permit, watcher));
        }
        if self.queue.len() == 0 {
            self.gate.nothing_queued();
        }
    }

    /// When a clock of the set will run out.
    fn next_time(&self) -> Option<Instant> {
        self.queue.earliest().into_iter().chain(self.run.end()).min()
    }

    /// Ends what a clock of the set has overtaken by `time`, which is only asked if there is one.
    fn end_late(&mut self, time: impl FnOnce() -> Option<Instant>) {
        if matches!(self.run, RunClock::None) && self.queue.earliest().is_none() {
            return;
        }
        let Some(time) = time() else { return };
        if let Some(after) = self.run.run_out(time) {
            self.end_where(|_| true, || JobError::TimedOut { clock: Clock::Run, after });
            return;
        }
        while let Some((queued, after)) = self.queue.pop_late(time) {
            let finished =
                self.end_queued(queued, JobError::TimedOut { clock: Clock::Queue, after });
            self.ended.push_back(finished);
        }
    }

    fn end_where(
        &mut self,
        mut matches: impl FnMut(&K) -> bool,
        error: impl Fn() -> JobError<E>,
    ) -> usize {
        let mut ended = Vec::new();
        for running in std::mem::take(&mut self.running) {
            let ticket = running.ticket();
            if running.key().is_some_and(&mut matches) {
                ended.extend(running.end(error()).map(|finished| (ticket, finished)));
            } else {
                self.running.push(running);
            }
        }
        for queued in self.queue.remove_where(matches) {
            let ticket = queued.ticket;
            ended.push((ticket, self.end_queued(queued, error())));
        }
        if self.queue.len() == 0 {
            self.gate.nothing_queued();
        }
        ended.sort_by_key(|(ticket, _)| *ticket);
        let count = ended.len();
        self.ended.extend(ended.into_iter().map(|(_, finished)| finished));
        count
    }

    /// The end of a job that never started.
    fn end_queued(&self, queued: Queued<'a, K, T, E>, error: JobError<E>) -> Finished<K, T, E> {
        let Queued { key, job, .. } = queued;
        let _ = catch(|| drop(job));
        let outcome = Err(error);
        let finished = Finished { key, outcome, elapsed: Duration::ZERO, attempts: 0 };
        self.watcher.finished(&finished, false);
        finished
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
            .field("limit", &self.gate.limit())
            .field("running", &self.running())
            .field("queued", &self.queued())
            .finish_non_exhaustive()
    }
}
