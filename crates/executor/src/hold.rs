//! Waiting that is not executing.
//!
//! A job that waits for its turn under somebody's rate limit has started, but is not at work, and a
//! timeout that ran meanwhile would punish it for the traffic of others. Only the code inside the
//! job knows when that is; the hold is how it says so, without the executor knowing what it waits
//! for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Stops the clocks of a job while it is held. Clones are handles of one hold.
///
/// Given to a job with [`Job::hold`](crate::Job::hold). While more holds were begun than ended, the
/// clocks of the attempt and of the job ([`Job::timeout`](crate::Job::timeout),
/// [`Job::total_timeout`](crate::Job::total_timeout)) stand still; afterwards the time that was left
/// counts. The clocks of the queue and of the run go on.
///
/// Call it from inside the job's future: the executor looks after each poll of it, and a change
/// made elsewhere is seen at the next. A hold whose end never comes leaves the clocks standing, for
/// all attempts that follow too.
///
/// ```
/// use std::time::Duration;
/// use tokio::time::sleep;
/// use ziggurat_executor::{Executor, Hold, Job};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let hold = Hold::new();
/// let inner = hold.clone();
/// let job = Job::new(|| async move {
///     inner.begin();
///     sleep(Duration::from_secs(100)).await; // for a rate limit, say
///     inner.end();
///     sleep(Duration::from_secs(9)).await; // the work itself
///     Ok::<_, std::convert::Infallible>("done")
/// })
/// .timeout(Duration::from_secs(10))
/// .hold(hold);
/// let ends = Executor::default().run([job]).await;
/// assert_eq!(ends[0].outcome, Ok("done"));
/// assert_eq!(ends[0].elapsed, Duration::from_secs(109));
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Hold(Arc<AtomicUsize>);

impl Hold {
    /// A hold that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The job is held from now on, until the [`end`](Self::end) that belongs to this.
    pub fn begin(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Ends what one [`begin`](Self::begin) began. Without one it does nothing.
    pub fn end(&self) {
        let less = |count: usize| count.checked_sub(1);
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Whether more was begun than ended.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}
