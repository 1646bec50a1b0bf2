//! One call: the first attempt, and perhaps a second beside it.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::{Either, select};
use tokio::time::{Instant, timeout};
use ziggurat_core::{CallContext, ProviderError, Signal};

use super::latencies::Latencies;
use super::{Begins, HedgeLayer};

impl HedgeLayer {
    /// The first success of up to two attempts.
    pub(super) async fn race<T, F>(
        &self,
        cx: &CallContext,
        latencies: &Mutex<Latencies>,
        attempt: impl Fn(CallContext) -> F,
    ) -> Result<T, ProviderError>
    where
        F: Future<Output = Result<T, ProviderError>>,
    {
        let begun = Instant::now();
        locked(&self.shared.allowance).earn(self.percent);
        let result = match self.delay(latencies) {
            Some(delay) => self.hedged(cx, delay, attempt).await,
            None => attempt(cx.clone()).await,
        };
        if result.is_ok() {
            // How long the first attempt took. If the second one won, it is not known but at least this:
            // left out, the slow calls would be missing among those that tell what is slow.
            locked(latencies).add(begun.elapsed());
        }
        result
    }

    /// When a second attempt begins, if at all.
    fn delay(&self, latencies: &Mutex<Latencies>) -> Option<Duration> {
        match self.begins {
            Begins::After(delay) => Some(delay),
            Begins::AtPercentile(percentile) => {
                locked(latencies).percentile(percentile, self.samples)
            }
        }
    }

    async fn hedged<T, F>(
        &self,
        cx: &CallContext,
        delay: Duration,
        attempt: impl Fn(CallContext) -> F,
    ) -> Result<T, ProviderError>
    where
        F: Future<Output = Result<T, ProviderError>>,
    {
        let mut first = pin!(attempt(cx.clone()));
        if let Ok(result) = timeout(delay, &mut first).await {
            return result;
        }
        if !locked(&self.shared.allowance).spend() {
            return first.await;
        }
        tracing::debug!(?delay, "a slow call is made a second time");
        cx.signal(Signal::Hedged { after: delay });
        let second = pin!(attempt(beside(cx)));
        match select(first, second).await {
            Either::Left((Ok(answer), _)) | Either::Right((Ok(answer), _)) => Ok(answer),
            Either::Left((Err(error), second)) => second.await.map_err(|_| error),
            Either::Right((Err(_), first)) => first.await,
        }
    }
}

/// The context of a second attempt. That it waits for room is not told: the first one goes on, and whoever
/// listens takes the call for one.
fn beside(cx: &CallContext) -> CallContext {
    let outer = cx.clone();
    let observer = move |signal: Signal| {
        if !matches!(signal, Signal::Queued | Signal::Dequeued) {
            outer.signal(signal);
        }
    };
    cx.clone().with_observer(Arc::new(observer))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
