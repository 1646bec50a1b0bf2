//! What is tested, as a trait: a batch of jobs in, their ends out.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;

/// Runs batches of jobs under a limit. Implemented for the executor under test, in a test.
///
/// # Contract
/// - Each job runs once and has one end; ends come in the order of the jobs.
/// - Jobs begin in their order, no more at once than the limit, and no fewer while some wait.
/// - A failure, a panic or a timeout is the end of that job and of no other.
/// - A job's clock runs from its start; time in the queue does not count.
/// - Dropping the future ends every job and leaves nothing running.
///
/// ```
/// use std::panic::AssertUnwindSafe;
/// use std::time::Duration;
/// use futures::{FutureExt, StreamExt, stream};
/// use ziggurat_testkit::conformance::{BatchExecutor, BatchJob, JobEnd};
///
/// struct Buffered;
///
/// #[async_trait::async_trait]
/// impl BatchExecutor for Buffered {
///     async fn run(&self, jobs: Vec<BatchJob>, limit: usize, timeout: Option<Duration>) -> Vec<JobEnd> {
///         let timeout = timeout.unwrap_or(Duration::MAX);
///         let one = |(number, job): (usize, BatchJob)| async move {
///             let job = AssertUnwindSafe(async { job.start().await }).catch_unwind();
///             let end = match tokio::time::timeout(timeout, job).await {
///                 Ok(Ok(Ok(value))) => JobEnd::Done(value),
///                 Ok(Ok(Err(error))) => JobEnd::Failed(error),
///                 Ok(Err(_)) => JobEnd::Panicked,
///                 Err(_) => JobEnd::TimedOut,
///             };
///             (number, end)
///         };
///         let ends = stream::iter(jobs).enumerate().map(one).buffer_unordered(limit);
///         let mut ends: Vec<_> = ends.collect().await;
///         ends.sort_by_key(|(number, _)| *number);
///         ends.into_iter().map(|(_, end)| end).collect()
///     }
/// }
///
/// ziggurat_testkit::executor_conformance!(buffered, Buffered);
/// # fn main() {}
/// ```
#[async_trait]
pub trait BatchExecutor: Send + Sync + 'static {
    /// Runs all jobs, at most `limit` of them at once; the end of each, in the order of the jobs. A job that
    /// runs for longer than `timeout`, from its start, has ended.
    async fn run(
        &self,
        jobs: Vec<BatchJob>,
        limit: usize,
        timeout: Option<Duration>,
    ) -> Vec<JobEnd>;
}

/// A job of the suite that has not begun.
pub struct BatchJob(Box<dyn FnOnce() -> BoxFuture<'static, Result<u64, String>> + Send>);

impl BatchJob {
    pub(super) fn new<F: Future<Output = Result<u64, String>> + Send + 'static>(
        make: impl FnOnce() -> F + Send + 'static,
    ) -> Self {
        Self(Box::new(move || Box::pin(make())))
    }

    /// The job begins: to be called when its turn comes, and not before. The future may panic, as any job
    /// may.
    pub fn start(self) -> BoxFuture<'static, Result<u64, String>> {
        (self.0)()
    }
}

impl fmt::Debug for BatchJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchJob").finish_non_exhaustive()
    }
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// With this value.
    Done(u64),
    /// With this error of its own.
    Failed(String),
    /// It ran for too long.
    TimedOut,
    /// It panicked.
    Panicked,
}
