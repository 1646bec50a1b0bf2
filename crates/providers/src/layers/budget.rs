//! Sets aside what an attempt may cost, and settles what it did. A cap that is looked at after the
//! spending is none: a hundred calls under way at once would each see room for themselves.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use async_trait::async_trait;
use futures::poll;
use tokio::time::{Instant, timeout_at};
use ziggurat_core::{
    Budget, CallContext, CallRecord, ChatRequest, ChatResponse, ChatStream, Cost, ErrorKind, Layer,
    Meter, ModelInfo, Provider, ProviderError, Reservation, Signal, Usage, WorstCase,
};

/// Pays attempts from the context's [budget](CallContext::with_budget).
///
/// - Before an attempt its [worst case](WorstCase::of) is reserved. The input is bounded by its
///   bytes and not counted exactly: counting would be one more request for each call. The output is
///   bounded by the request, else by the model; of a model without a known bound the worst case is
///   unknown, and a budget with a cap refuses it.
/// - Afterwards what the attempt used is settled, however it ended. A refusal gives all of it back,
///   and so does an answer from a cache or a recording; an attempt that broke or was dropped counts
///   in full, since nobody knows. A stream is settled at its end.
/// - Without a budget the layer is a [`Meter`]: every attempt below it is reported all the same.
///
/// The budget itself is the caller's: the layer has no state and no cap.
///
/// # Waiting
/// A budget may let a call wait until others have given back what they did not need. The observer
/// is told so ([`Signal::Queued`]), the context's deadline is kept, and dropping the call takes
/// nothing. The layer then reports no call, as nothing was sent; a meter further out reports one
/// that cost nothing.
///
/// # Errors
/// The budget's own, usually [`ErrorKind::Budget`]; [`ErrorKind::Timeout`] if the deadline passes
/// while the call waits. Nothing was sent in either case.
///
/// # Order
/// One reservation is for one attempt, so whatever makes several - retries, fallbacks, hedges -
/// belongs outside, and whatever makes an attempt wait - limits of rate and concurrency - inside,
/// or a call that waits for money would hold a place that others need.
///
/// ```
/// # use std::sync::Arc;
/// use ziggurat_core::{Layer, Provider};
/// use ziggurat_providers::layers::BudgetLayer;
/// # use ziggurat_testkit::ScriptedProvider;
/// # let adapter: Arc<dyn Provider> = Arc::new(ScriptedProvider::new().echo());
/// let paid = BudgetLayer::new().layer(adapter); // right: retries go around this
/// ```
///
/// Budget layers within each other pay once: the inner one takes over, since it knows best what an
/// attempt is, and what the outer one had reserved is given back before the inner one reserves.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct BudgetLayer {}

impl BudgetLayer {
    /// The layer. What it pays from is the context's.
    pub fn new() -> Self {
        Self {}
    }
}

impl Layer for BudgetLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Budgeted { inner })
    }
}

struct Budgeted {
    inner: Arc<dyn Provider>,
}

impl Budgeted {
    /// The meter of an attempt that is paid for, and the context to make it with.
    async fn begin(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<(Meter, CallContext), ProviderError> {
        let info = cx.model_of(&*self.inner, &request.model);
        let Some(budget) = cx.budget() else { return Ok(Meter::start(cx, info)) };
        let reservation = self.reserve(cx, &**budget, &WorstCase::of(request, &info)).await?;
        let held = Held(Arc::new(Mutex::new(Some(reservation))));
        let handover = Handover { budget: Arc::clone(budget), held: held.clone() };
        let (meter, cx) = Meter::start(&cx.clone().with_budget(Arc::new(handover)), info);
        Ok((meter.with_reservation(Some(Box::new(held))), cx))
    }

    async fn reserve(
        &self,
        cx: &CallContext,
        budget: &dyn Budget,
        worst: &WorstCase,
    ) -> Result<Box<dyn Reservation>, ProviderError> {
        let mut reserving = pin!(async {
            let reserving = budget.reserve(cx, worst);
            let Some(deadline) = cx.deadline() else { return reserving.await };
            let in_time = timeout_at(Instant::from_std(deadline), reserving).await;
            in_time.unwrap_or_else(|_| Err(self.too_late()))
        });
        if let Poll::Ready(reserved) = poll!(reserving.as_mut()) {
            return reserved;
        }
        cx.signal(Signal::Queued);
        let reserved = reserving.await?;
        cx.signal(Signal::Dequeued);
        Ok(reserved)
    }

    fn too_late(&self) -> ProviderError {
        let message = "the deadline passed while the call waited for its budget; nothing was sent";
        ProviderError::new(self.inner.name(), ErrorKind::Timeout, message).unsent()
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for Budgeted {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.inner.known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        self.inner.model(cx, model).await
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        self.inner.models(cx).await
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        self.inner.count_tokens(cx, request).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let (meter, cx) = self.begin(cx, request).await?;
        meter.ended(self.inner.chat(&cx, request).await)
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let (meter, cx) = self.begin(cx, request).await?;
        meter.opened(self.inner.stream(&cx, request).await)
    }
}

impl fmt::Debug for Budgeted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budgeted").field("inner", &self.inner.name()).finish()
    }
}

/// A reservation that may be given back before its attempt ends.
#[derive(Clone)]
struct Held(Arc<Mutex<Option<Box<dyn Reservation>>>>);

impl Held {
    fn take(&self) -> Option<Box<dyn Reservation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Reservation for Held {
    fn settle(self: Box<Self>, record: &CallRecord) {
        if let Some(reservation) = self.take() {
            reservation.settle(record);
        }
    }
}

/// The budget as a layer further in sees it. Held by both, the same money would be counted twice,
/// and the inner one could wait for ever for what the outer one holds.
struct Handover {
    budget: Arc<dyn Budget>,
    held: Held,
}

#[async_trait]
impl Budget for Handover {
    async fn reserve(
        &self,
        cx: &CallContext,
        worst: &WorstCase,
    ) -> Result<Box<dyn Reservation>, ProviderError> {
        if let Some(outer) = self.held.take() {
            outer.settle(&CallRecord::new(&*worst.model, Usage::ZERO, Cost::ZERO));
        }
        self.budget.reserve(cx, worst).await
    }
}
