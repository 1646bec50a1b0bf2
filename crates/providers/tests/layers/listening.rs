//! How a test listens to what its thread traces, with other tests running beside it.

use std::sync::Once;

use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber, Subscriber, set_default};

static OTHERS: Once = Once::new();

/// This thread's spans and events go to the subscriber until the guard is dropped.
///
/// While a process has but one subscriber, the first thread that passes a callsite decides for all
/// whether anybody listens there, and most threads here have none. So there are always more.
pub(crate) fn listen(subscriber: impl Subscriber + Send + Sync) -> DefaultGuard {
    OTHERS.call_once(|| {
        for _ in 0..2 {
            std::mem::forget(Dispatch::new(NoSubscriber::default()));
        }
    });
    set_default(subscriber)
}
