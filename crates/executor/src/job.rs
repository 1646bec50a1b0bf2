//! A job: a future that does not exist yet.
//!
//! What waits in the queue is the closure, not the future. A queued job therefore costs little more
//! than what its closure captures, holds no connection and no timer, and cannot have done anything
//! if it is cancelled there.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::{Hold, Retry};

/// Async work that starts when there is room for it.
///
/// Dropping a job that has not started drops its closure and runs none of it. `'a` is what the job
/// may borrow.
///
/// ```
/// use std::time::Duration;
/// use ziggurat_executor::Job;
///
/// let text = String::from("borrowed");
/// let job = Job::new(|| async { Ok::<_, std::io::Error>(text.len()) })
///     .priority(5)
///     .timeout(Duration::from_secs(30));
/// # drop(job);
/// ```
#[must_use = "a job does nothing until an Executor or a JobSet runs it"]
pub struct Job<'a, T, E> {
    pub(crate) work: Work<'a, T, E>,
    pub(crate) priority: i32,
    // Boxed, so that the many jobs that keep to the defaults do not pay for it in the queue.
    settings: Option<Box<Settings>>,
}

/// What a job says of itself; the defaults apply to the rest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) timeout: Option<Duration>,
    pub(crate) queue_timeout: Option<Duration>,
    pub(crate) total_timeout: Option<Duration>,
    pub(crate) hold: Option<Hold>,
}

/// The future of one attempt.
pub(crate) type JobFuture<'a, T, E> = BoxFuture<'a, Result<T, E>>;

/// What another attempt would be made from, if there may be one.
pub(crate) type Repeat<'a, T, E> = Option<Box<Again<'a, T, E>>>;

/// What makes the future: once, or for every attempt.
pub(crate) enum Work<'a, T, E> {
    Once(Box<dyn FnOnce() -> JobFuture<'a, T, E> + Send + 'a>),
    // Boxed, so that the many jobs that are never retried do not pay for it in the queue.
    Again(Box<Again<'a, T, E>>),
}

/// Work that can be made again, and when it should be.
pub(crate) struct Again<'a, T, E> {
    pub(crate) make: Box<dyn Fn() -> JobFuture<'a, T, E> + Send + 'a>,
    pub(crate) retry: Retry<E>,
}

impl<'a, T, E> Job<'a, T, E> {
    /// A job of one attempt. `make` is called when the job starts, never while it is queued.
    pub fn new<F, Fut>(make: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'a,
        Fut: Future<Output = Result<T, E>> + Send + 'a,
    {
        // `make` is called by the first poll, so that its panics are caught where the future's are.
        Self::of(Work::Once(Box::new(move || Box::pin(async move { make().await }))))
    }

    /// A job that is tried again as `retry` says; `make` is called once for each attempt.
    ///
    /// The job keeps its place under the limit while it pauses between attempts: when a service
    /// asks for patience, the executor must not fill the gap with more calls to it. A
    /// [`timeout`](Self::timeout) is of each attempt, a [`total_timeout`](Self::total_timeout) of
    /// all.
    pub fn retrying<F, Fut>(retry: Retry<E>, make: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'a,
        Fut: Future<Output = Result<T, E>> + Send + 'a,
    {
        let make = Arc::new(make);
        let make = Box::new(move || -> JobFuture<'a, T, E> {
            let make = Arc::clone(&make);
            Box::pin(async move { make().await })
        });
        Self::of(Work::Again(Box::new(Again { make, retry })))
    }

    /// Queued jobs of a higher priority start first, equals in the order they were pushed. The
    /// default is 0. A job that runs is never interrupted for one of a higher priority.
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// The longest an attempt may run, from its start; time in the queue does not count. When it is
    /// exceeded the future is dropped. Without it the job may run for ever, unless the
    /// [`Executor`](crate::Executor) has a default.
    ///
    /// A result that is there when the time is over counts. This holds for all clocks.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings_mut().timeout = Some(timeout);
        self
    }

    /// The longest the job may wait in the queue, from its push. When it is exceeded the job ends
    /// without having started ([`Clock::Queue`](crate::Clock::Queue)), even if nothing else happens
    /// in its set. Without it the job waits as long as it takes, unless the
    /// [`Executor`](crate::Executor) has a default.
    pub fn queue_timeout(mut self, timeout: Duration) -> Self {
        self.settings_mut().queue_timeout = Some(timeout);
        self
    }

    /// The longest the job may take from the start of its first attempt, over all attempts and the
    /// pauses between them ([`Clock::Job`](crate::Clock::Job)). The error is final. Without it there
    /// is no such bound, unless the [`Executor`](crate::Executor) has a default.
    ///
    /// A pause that would last until this time is over is not begun: no attempt could follow it, so
    /// the error of the last one is the outcome at once.
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.settings_mut().total_timeout = Some(timeout);
        self
    }

    /// While `hold` is held, [`timeout`](Self::timeout) and [`total_timeout`](Self::total_timeout)
    /// stand still. See [`Hold`].
    pub fn hold(mut self, hold: Hold) -> Self {
        self.settings_mut().hold = Some(hold);
        self
    }

    pub(crate) fn settings(&self) -> Option<&Settings> {
        self.settings.as_deref()
    }

    fn settings_mut(&mut self) -> &mut Settings {
        self.settings.get_or_insert_default()
    }

    fn of(work: Work<'a, T, E>) -> Self {
        Self { work, priority: 0, settings: None }
    }
}

impl<'a, T, E> Work<'a, T, E> {
    /// The future of one attempt, and the means to make another.
    pub(crate) fn begin(self) -> (JobFuture<'a, T, E>, Repeat<'a, T, E>) {
        match self {
            Self::Once(make) => (make(), None),
            Self::Again(again) => ((again.make)(), Some(again)),
        }
    }
}

impl<T, E> fmt::Debug for Job<'_, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("priority", &self.priority)
            .field("timeout", &self.settings().and_then(|settings| settings.timeout))
            .field("retried", &matches!(self.work, Work::Again(_)))
            .finish()
    }
}
