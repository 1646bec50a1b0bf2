//! A second attempt where the first one takes unusually long. Of many workers the slowest decides when the
//! run goes on, and a slow call is often slow for a reason that the same call a moment later does not have.

mod allowance;
mod latencies;
mod race;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ChatStream, Layer, Meter, ModelInfo, Provider,
    ProviderError,
};

use allowance::Allowance;
use latencies::Latencies;

/// How many calls must have been answered before a percentile of them means anything, unless set otherwise.
pub const DEFAULT_HEDGE_SAMPLES: usize = 20;

/// How many of a hundred calls may be made twice, unless set otherwise: about twice the tail that is to be
/// cut, and too few to bring down a server that is slow because it has too much to do.
pub const DEFAULT_HEDGE_PERCENT: u32 = 10;

/// Makes a call a second time when the first attempt is slow, and takes the first success.
///
/// - The second attempt is the same request to the same model. It starts once the first has taken longer
///   than a fixed time ([`after`](Self::after)) or than most calls did
///   ([`at_percentile`](Self::at_percentile)); there is never a third.
/// - The attempt that is not needed any more is dropped, which cancels it. What it cost is reported as
///   unknown, since nobody will tell.
/// - A second attempt says so ([`Signal::Hedged`](ziggurat_core::Signal::Hedged)).
/// - If one attempt fails while the other runs, the other one decides. If both fail, the error is the first
///   attempt's. A first attempt that fails before the second has begun is a failure: trying again is for
///   retries.
/// - A stream is hedged until it is open, never after its first piece.
/// - Over time, at most [`DEFAULT_HEDGE_PERCENT`] of calls are made twice.
/// - No task is spawned: dropping the call drops both attempts.
///
/// What is measured - the time to a whole answer, and to an open stream - and what is allowed belongs to
/// the layer: clones, and all that it is put around, share it. Calls to models of quite different speed
/// should have layers of their own.
///
/// Put it outside retries and fallbacks, and within a cache: a hedge is a whole call with all that belongs
/// to it.
///
/// ```
/// use std::time::Duration;
/// use ziggurat_core::Layer;
/// use ziggurat_providers::layers::HedgeLayer;
/// use ziggurat_testkit::{ScriptedProvider, Turn};
/// # use std::sync::Arc;
/// # use ziggurat_core::{CallContext, ChatRequest, Message, Provider, ProviderError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ProviderError> {
/// let script = ScriptedProvider::new().turns([Turn::hang(), Turn::text("In steps.")]);
/// let layer = HedgeLayer::after(Duration::from_millis(5)).with_percent(100);
///
/// let request = ChatRequest::new("any", [Message::user("How is a ziggurat built?")]);
/// let provider = layer.layer(Arc::new(script.clone()));
/// assert_eq!(provider.chat(&CallContext::default(), &request).await?.text(), "In steps.");
/// assert_eq!((script.calls().len(), script.cancelled()), (2, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct HedgeLayer {
    begins: Begins,
    samples: usize,
    percent: u32,
    shared: Arc<Shared>,
}

/// When the second attempt begins.
#[derive(Debug, Clone, Copy)]
enum Begins {
    After(Duration),
    AtPercentile(u8),
}

#[derive(Debug, Default)]
struct Shared {
    answers: Mutex<Latencies>,
    openings: Mutex<Latencies>,
    allowance: Mutex<Allowance>,
}

impl HedgeLayer {
    /// Makes a call again when it has taken this long.
    pub fn after(delay: Duration) -> Self {
        Self::new(Begins::After(delay))
    }

    /// Makes a call again when it has taken longer than this many percent of the latest 256 calls did, from
    /// 1 to 99. Where more calls than the others are slow, slow is usual: of a tail of 5 percent, 95 cuts
    /// some and 90 most.
    pub fn at_percentile(percentile: u8) -> Self {
        Self::new(Begins::AtPercentile(percentile.clamp(1, 99)))
    }

    fn new(begins: Begins) -> Self {
        Self {
            begins,
            samples: DEFAULT_HEDGE_SAMPLES,
            percent: DEFAULT_HEDGE_PERCENT,
            shared: Arc::default(),
        }
    }

    /// The same layer; a percentile counts once so many calls were answered, at most 256. Default:
    /// [`DEFAULT_HEDGE_SAMPLES`].
    pub fn with_samples(mut self, samples: usize) -> Self {
        self.samples = samples.clamp(1, latencies::WINDOW);
        self
    }

    /// The same layer; so many of a hundred calls may be made twice. What is not used is kept for up to ten
    /// hedges at once. Default: [`DEFAULT_HEDGE_PERCENT`].
    pub fn with_percent(mut self, percent: u32) -> Self {
        self.percent = percent.min(100);
        self
    }
}

impl Layer for HedgeLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Hedge { inner, layer: self.clone() })
    }
}

struct Hedge {
    inner: Arc<dyn Provider>,
    layer: HedgeLayer,
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for Hedge {
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
        let info = cx.model_of(&*self.inner, &request.model);
        let attempt = |cx: CallContext| {
            let (meter, cx) = Meter::start(&cx, Arc::clone(&info));
            async move { meter.ended(self.inner.chat(&cx, request).await) }
        };
        self.layer.race(cx, &self.layer.shared.answers, attempt).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let info = cx.model_of(&*self.inner, &request.model);
        let attempt = |cx: CallContext| {
            let (meter, cx) = Meter::start(&cx, Arc::clone(&info));
            async move { meter.opened(self.inner.stream(&cx, request).await) }
        };
        self.layer.race(cx, &self.layer.shared.openings, attempt).await
    }
}
