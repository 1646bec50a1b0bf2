//! Batches: jobs in, ends out, in the same order.
//!
//! A thin layer over [`JobSet`] for the common case in which all jobs are known at the start. It
//! holds settings and no state, so one executor serves any number of batches at once, each with the
//! full limit to itself.

use std::future::{Future, pending};
use std::pin::pin;
use std::time::Duration;

use crate::{Concurrency, Finished, Job, JobSet};

/// Runs batches of jobs under one limit.
///
/// The default is [`Concurrency::DEFAULT`] (10 jobs at once) without a timeout. The limit is of
/// each batch.
///
/// No method fails as a whole: each job has its own outcome, and one that fails, times out or
/// panics leaves its siblings alone. Dropping a future returned here drops every job of its batch,
/// running or queued, and leaves nothing behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Executor {
    concurrency: Concurrency,
    timeout: Option<Duration>,
}

impl Executor {
    /// An executor that runs at most `concurrency` jobs of a batch at once.
    #[must_use]
    pub const fn new(concurrency: Concurrency) -> Self {
        Self { concurrency, timeout: None }
    }

    /// The timeout of jobs that have none of their own. There is none by default.
    ///
    /// As with [`Job::timeout`], the clock runs from the start of an attempt and not from the
    /// queue.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Runs all jobs and returns their ends in the order of the input. The key of each is its index
    /// there.
    pub async fn run<'a, T, E>(
        self,
        jobs: impl IntoIterator<Item = Job<'a, T, E>>,
    ) -> Vec<Finished<usize, T, E>> {
        collect(self.stream(jobs), pending::<()>()).await
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
    pub async fn run_until<'a, T, E>(
        self,
        jobs: impl IntoIterator<Item = Job<'a, T, E>>,
        cancelled: impl Future,
    ) -> Vec<Finished<usize, T, E>> {
        collect(self.stream(jobs), cancelled).await
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
    pub async fn map<I, F, Fut, T, E>(self, items: I, f: F) -> Vec<Finished<usize, T, E>>
    where
        I: IntoIterator,
        I::Item: Send,
        F: Fn(I::Item) -> Fut + Sync,
        Fut: Future<Output = Result<T, E>> + Send,
    {
        let f = &f;
        self.run(items.into_iter().map(|item| Job::new(move || f(item)))).await
    }

    /// The jobs as a [`JobSet`] keyed by index, for those who want each end as it comes: `next` it,
    /// or use it as a [`Stream`](futures::Stream).
    pub fn stream<'a, T, E>(
        self,
        jobs: impl IntoIterator<Item = Job<'a, T, E>>,
    ) -> JobSet<'a, usize, T, E> {
        let mut set = JobSet::new(self.concurrency);
        for (index, mut job) in jobs.into_iter().enumerate() {
            job.timeout = job.timeout.or(self.timeout);
            set.push(index, job);
        }
        set
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
