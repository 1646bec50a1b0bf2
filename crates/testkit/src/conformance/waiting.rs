//! Waiting with an end: a behaviour that does not come is a failure, never a test that hangs.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

/// How long anything may take that ought to happen at once.
const SOON: Duration = Duration::from_secs(5);

/// The same where time is paused: it costs nothing there, and a layer may pause between its attempts.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

tokio::task_local! {
    /// How long the suite that runs waits; [`SOON`] outside of one.
    pub(super) static WAIT: Duration;
}

/// What comes of it.
///
/// # Panics
/// If nothing does, in time.
pub(super) async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
    let wait = WAIT.try_with(|wait| *wait).unwrap_or(SOON);
    match timeout(wait, work).await {
        Ok(done) => done,
        Err(_) => panic!("waited {wait:?} in vain for this: {what}"),
    }
}

/// Looks again and again until it is so.
///
/// # Panics
/// If it never is, in time.
pub(super) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let looking = async {
        while !is_so() {
            sleep(Duration::from_millis(1)).await;
        }
    };
    in_time(what, looking).await;
}

/// Lets everything that can go on do so, in paused time.
pub(super) async fn settle() {
    sleep(Duration::from_millis(10)).await;
}

/// How many tasks there are that somebody spawned.
pub(super) fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}
