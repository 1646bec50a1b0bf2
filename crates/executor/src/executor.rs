//! Batches: jobs in, ends out, in the same order.
//!
//! A thin layer over [`JobSet`] for the common case in which all jobs are known at the start. It
//! holds settings and no state, so one executor serves any number of batches at once, each with the
//! full limit to itself.

use std::fmt;
use std::future::{Future, pending};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use crate::clocks::Clocks;
use crate::gate::Gate;
use crate::progress::Tell;
use crate::{Concurrency, Counts, Finished, Job, JobSet, Progress, SharedLimit};

/// Runs batches of jobs under one limit.
///
/// The default is [`Concurrency::DEFAULT`] (10 jobs at once) without a timeout. The limit is of
/// each batch; [`sharing`](Self::sharing) adds one over all.
///
/// No method fails as a whole: each job has its own outcome, and one that fails, times out or
/// panics leaves its siblings alone. Dropping a future returned here drops every job of its batch,
/// running or queued, and leaves nothing behind.
#[derive(Clone, Default)]
pub struct Executor {
    concurrency: Concurrency,
    clocks: Clocks,
    shared: Option<SharedLimit>,
    observer: Option<Arc<Tell<'static, usize>>>,
}

impl Executor {
    /// An executor that runs at most `concurrency` jobs of a batch at once.
    #[must_use]
    pub fn new(concurrency: Concurrency) -> Self {
        Self { concurrency, ..Self::default() }
    }

    /// The [`Job::timeout`] of jobs that have none of their own. There is none by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.clocks.attempt = Some(timeout);
        self
    }

    /// The [`Job::queue_timeout`] of jobs that have none of their own. There is none by default.
    #[must_use]
    pub fn queue_timeout(mut self, timeout: Duration) -> Self {
        self.clocks.queue = Some(timeout);
        self
    }

    /// The [`Job::total_timeout`] of jobs that have none of their own. There is none by default.
    #[must_use]
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.clocks.job = Some(timeout);
        self
    }

    /// The longest a batch may take, from its first poll. There is none by default.
    ///
    /// Then all that runs is dropped, what is queued never starts, and both end with
    /// [`Clock::Run`](crate::Clock::Run), beside the results that exist. Jobs pushed afterwards into
    /// a set of [`stream`](Self::stream) end the same way.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tokio::time::sleep;
    /// use ziggurat_executor::{Clock, Executor, JobError};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let after = Duration::from_secs(5);
    /// let ends = Executor::default()
    ///     .run_timeout(after)
    ///     .map([1, 9], |seconds| async move {
    ///         sleep(Duration::from_secs(seconds)).await;
    ///         Ok::<_, std::convert::Infallible>(seconds)
    ///     })
    ///     .await;
    /// assert_eq!(ends[0].outcome, Ok(1));
    /// assert_eq!(ends[1].outcome, Err(JobError::TimedOut { clock: Clock::Run, after }));
    /// # }
    /// ```
    #[must_use]
    pub fn run_timeout(mut self, timeout: Duration) -> Self {
        self.clocks.run = Some(timeout);
        self
    }

    /// Puts all batches under this limit too, beside others that share it, and keeps to its turn
    /// there: see [`SharedLimit`]. By default a batch shares nothing.
    #[must_use]
    pub fn sharing(mut self, limit: &SharedLimit) -> Self {
        self.shared = Some(limit.clone());
        self
    }

    /// Tells `observer` of every start, retry and end, by index in the input; the counts are of one
    /// batch. See [`JobSet::observe`]; an observer that borrows goes to the set of
    /// [`stream`](Self::stream). By default nobody is told.
    #[must_use]
    pub fn observe<F>(mut self, observer: F) -> Self
    where
        F: Fn(Progress<'_, usize>, Counts) + Send + Sync + 'static,
    {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Runs all jobs and returns their ends in the order of the input. The key of each is its index
    /// there.
    pub fn run<'a, T, E, I>(
        &self,
        jobs: I,
    ) -> impl Future<Output = Vec<Finished<usize, T, E>>> + use<'a, T, E, I>
    where
        I: IntoIterator<Item = Job<'a, T, E>>,
    {
        self.run_until(jobs, pending::<()>())
    }

    /// Like [`run`](Self::run), until `cancelled` completes.
    ///
    /// Then running futures are dropped, queued jobs never start, and both are reported as
    /// [`JobError::Cancelled`](crate::JobError::Cancelled) beside the results that exist. Any
    /// future will do: a sleep, a receiver, a cancellation token.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tokio::time::sleep;
    /// use ziggurat_executor::{Executor, Job, JobError};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let jobs = [1, 9].map(|seconds| Job::new(move || async move {
    ///     sleep(Duration::from_secs(seconds)).await;
    ///     Ok::<_, std::convert::Infallible>(seconds)
    /// }));
    /// let ends = Executor::default().run_until(jobs, sleep(Duration::from_secs(5))).await;
    /// assert_eq!(ends[0].outcome, Ok(1));
    /// assert_eq!(ends[1].outcome, Err(JobError::Cancelled));
    /// assert_eq!(ends[1].elapsed, Duration::from_secs(5));
    /// # }
    /// ```
    pub fn run_until<'a, T, E, I, C>(
        &self,
        jobs: I,
        cancelled: C,
    ) -> impl Future<Output = Vec<Finished<usize, T, E>>> + use<'a, T, E, I, C>
    where
        I: IntoIterator<Item = Job<'a, T, E>>,
        C: Future,
    {
        // The executor may be gone before the run is.
        let executor = self.clone();
        async move { collect(executor.stream(jobs), cancelled).await }
    }

    /// Runs `f` on every item and returns the ends in the order of the items. `f` is called when an
    /// item's turn comes.
    ///
    /// ```
    /// use ziggurat_executor::Executor;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let ends = Executor::default()
    ///     .map(["1", "two", "3"], |text| async move { text.parse::<u8>() })
    ///     .await;
    /// assert_eq!(ends[0].outcome, Ok(1));
    /// assert!(ends[1].outcome.is_err());
    /// assert_eq!(ends[2].outcome, Ok(3));
    /// # }
    /// ```
    pub fn map<I, F, Fut, T, E>(
        &self,
        items: I,
        f: F,
    ) -> impl Future<Output = Vec<Finished<usize, T, E>>> + use<I, F, Fut, T, E>
    where
        I: IntoIterator,
        I::Item: Send,
        F: Fn(I::Item) -> Fut + Sync,
        Fut: Future<Output = Result<T, E>> + Send,
    {
        let executor = self.clone();
        async move {
            let f = &f;
            executor.run(items.into_iter().map(|item| Job::new(move || f(item)))).await
        }
    }

    /// The jobs as a [`JobSet`] keyed by index, for those who want each end as it comes: `next` it,
    /// or use it as a [`Stream`](futures::Stream).
    pub fn stream<'a, T, E>(
        &self,
        jobs: impl IntoIterator<Item = Job<'a, T, E>>,
    ) -> JobSet<'a, usize, T, E> {
        let gate = Gate::new(self.concurrency, self.shared.as_ref());
        let mut set = JobSet::with(gate, self.clocks);
        if let Some(observer) = self.observer.clone() {
            set = set.observe(move |progress, counts| observer(progress, counts));
        }
        for (index, job) in jobs.into_iter().enumerate() {
            set.push(index, job);
        }
        set
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor")
            .field("concurrency", &self.concurrency)
            .field("clocks", &self.clocks)
            .field("shared", &self.shared)
            .field("observed", &self.observer.is_some())
            .finish()
    }
}

/// Drains the set; once `cancelled` completes, without waiting.
async fn collect<T, E>(
    mut set: JobSet<'_, usize, T, E>,
    cancelled: impl Future,
) -> Vec<Finished<usize, T, E>> {
    let mut cancelled = pin!(cancelled);
    let mut ends = Vec::with_capacity(set.queued());
    let mut stopped = false;
    loop {
        tokio::select! {
            // Asked first, so that jobs that are always ready cannot keep a cancellation waiting.
            biased;
            _ = &mut cancelled, if !stopped => {
                stopped = true;
                set.cancel_all();
            }
            finished = set.next() => match finished {
                Some(finished) => ends.push(finished),
                None => break,
            },
        }
    }
    ends.sort_unstable_by_key(|finished| finished.key);
    ends
}
