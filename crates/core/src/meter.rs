//! The meter of one attempt. Whoever makes attempts - the handle of a model, a layer that tries again -
//! puts a meter on each. Meters within meters are no double count: the innermost reports, since it
//! knows best what was asked of whom.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures::StreamExt;
use futures::stream::poll_fn;

use crate::chat::{AnswerSource, ChatDelta, ChatResponse, ChatStream};
use crate::{CallContext, CallRecord, Cost, ModelInfo, Observer, ProviderError, Reservation};
use crate::{Signal, Usage};

/// Reports one attempt to the context's observer when it is dropped, whichever way the attempt ends:
/// an attempt that was given up may have cost money as well. What it reports is a
/// [`Signal::Call`], with unknown usage unless the meter was told.
///
/// ```
/// # use std::sync::Arc;
/// # use ziggurat_core::{CallContext, ChatRequest, ChatResponse, Meter, Provider, ProviderError};
/// async fn attempt(
///     provider: &dyn Provider,
///     cx: &CallContext,
///     request: &ChatRequest,
/// ) -> Result<ChatResponse, ProviderError> {
///     let (meter, cx) = Meter::start(cx, cx.model_of(provider, &request.model));
///     meter.ended(provider.chat(&cx, request).await)
/// }
/// ```
#[must_use = "dropped at once, it reports an attempt of unknown cost"]
pub struct Meter {
    info: Arc<ModelInfo>,
    usage: Usage,
    within: Arc<Within>,
    reservation: Option<Box<dyn Reservation>>,
}

impl Meter {
    /// Starts the meter of an attempt at this model. The attempt must be made with the context that
    /// comes back.
    pub fn start(cx: &CallContext, info: Arc<ModelInfo>) -> (Self, CallContext) {
        let within = Arc::new(Within { outer: cx.clone(), heard: Mutex::default() });
        // What is known of the model is then known to all within.
        let inner = cx.within(Arc::clone(&within) as Arc<dyn Observer>, Arc::clone(&info));
        (Self { info, usage: Usage::UNKNOWN, within, reservation: None }, inner)
    }

    /// The same meter; it settles this reservation with what it reports.
    pub fn with_reservation(mut self, reservation: Option<Box<dyn Reservation>>) -> Self {
        self.reservation = reservation;
        self
    }

    /// The attempt ended like this.
    pub fn ended(
        mut self,
        result: Result<ChatResponse, ProviderError>,
    ) -> Result<ChatResponse, ProviderError> {
        match &result {
            Ok(answer) => self.answered(answer.usage, answer.source),
            Err(error) => self.refused(error),
        }
        result
    }

    /// The attempt opened this stream, or failed before. The meter goes with the stream.
    pub fn opened(
        mut self,
        result: Result<ChatStream, ProviderError>,
    ) -> Result<ChatStream, ProviderError> {
        let mut stream = result.inspect_err(|error| self.refused(error))?;
        // Whatever breaks an open stream comes after tokens were written: what the attempt cost is then
        // unknown, even if the server calls it a refusal.
        let mut meter = Some(self);
        // Items are large, so that they are looked at where they lie.
        let metered = poll_fn(move |cx| {
            let item = stream.poll_next_unpin(cx);
            match &item {
                Poll::Ready(Some(Ok(ChatDelta::End(end)))) => {
                    if let Some(mut meter) = meter.take() {
                        meter.answered(end.usage, end.source);
                    }
                }
                Poll::Ready(Some(Err(_))) => drop(meter.take()),
                _ => {}
            }
            item
        });
        Ok(metered.boxed())
    }

    fn answered(&mut self, usage: Usage, source: AnswerSource) {
        self.usage = if source.is_free() { Usage::ZERO } else { usage };
    }

    fn refused(&mut self, error: &ProviderError) {
        if error.is_unbilled() {
            self.usage = Usage::ZERO;
        }
    }

    fn record(&self, usage: Usage) -> CallRecord {
        let cost = match usage {
            Usage::ZERO => Cost::ZERO,
            usage => {
                let amount = self.info.price.and_then(|price| price.of(&usage));
                amount.map_or(Cost::UNKNOWN, Cost::known)
            }
        };
        CallRecord::new(self.info.name(), usage, cost)
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let Heard { inner, queued } = mem::take(&mut *self.within.heard());
        let reservation = self.reservation.take();
        let outer = &self.within.outer;
        if reservation.is_none() && (inner.is_some() || !outer.is_watched()) {
            // Reported already, or nobody asks.
            return;
        }
        let record = match inner {
            Some((usage, cost)) => CallRecord::new(self.info.name(), usage, cost),
            None => self.record(if queued { Usage::ZERO } else { self.usage }),
        };
        if inner.is_none() && outer.is_watched() {
            outer.signal(Signal::Call(record.clone()));
        }
        if let Some(reservation) = reservation {
            reservation.settle(&record);
        }
    }
}

/// Listens to what is signalled from within the attempt, and passes it on.
struct Within {
    outer: CallContext,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    /// What inner meters have reported, added up.
    inner: Option<(Usage, Cost)>,
    /// Whether the attempt waits for room, so that nothing has been sent.
    queued: bool,
}

impl Within {
    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Within {
    fn signal(&self, signal: Signal) {
        match &signal {
            Signal::Call(record) => {
                let mut heard = self.heard();
                let (usage, cost) = heard.inner.take().unwrap_or((Usage::ZERO, Cost::ZERO));
                heard.inner = Some((usage + record.usage, cost + record.cost));
            }
            Signal::Queued => self.heard().queued = true,
            Signal::Dequeued => self.heard().queued = false,
            _ => {}
        }
        self.outer.signal(signal);
    }
}
