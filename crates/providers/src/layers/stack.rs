//! All layers in one order. An order that was put together by hand is easily a wrong one, and a wrong one
//! works: it only times, throttles and charges something else than it seems to.

use std::fmt;
use std::sync::Arc;

use ziggurat_core::{Layer, Provider};

use super::{
    BudgetLayer, ConcurrencyLayer, FallbackLayer, HedgeLayer, RateLimitLayer, RetryLayer,
    TelemetryLayer, TimeoutLayer,
};
use crate::PerMinute;

/// Where a layer stands, from the inside out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Place {
    /// Next to the adapter: what a server answered, errors included, is recorded as it was.
    Record,
    /// A clock over each attempt, which does not run while the attempt waits for its turn.
    Timeout,
    /// Each attempt takes its share of a minute.
    RateLimit,
    /// Each attempt takes a slot.
    Concurrency,
    /// Each attempt is paid for.
    Budget,
    /// What failed is attempted again.
    Retry,
    /// What failed for good is asked of another model.
    Fallback,
    /// What is late is asked a second time.
    Hedge,
    /// What was answered before is not asked at all.
    Cache,
    /// What was asked is told, with everything that was done for it.
    Telemetry,
}

const PLACES: usize = Place::Telemetry as usize + 1;

/// A layer that knows its place.
pub trait Placed: Layer {
    /// Where it stands in a [`Stack`].
    const PLACE: Place;
}

/// A stack of layers, each in its [`Place`] whatever order they were given in. Cheap to clone.
///
/// The default has everything that helps any provider: timeout, rate limit, concurrency, budget, retry and
/// telemetry. Recording, fallback, hedge and cache are for those who ask.
///
/// Layers hold what calls share, so one stack is for one provider and key: whoever layers two providers
/// with it has them share their limits.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use ziggurat_core::{CallContext, ChatRequest, Layer, Message, Provider};
/// use ziggurat_providers::layers::{Place, RateLimitLayer, RetryLayer, Stack};
/// # use ziggurat_testkit::{ScriptedProvider, Turn};
/// # use ziggurat_core::ErrorKind;
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), ziggurat_core::ProviderError> {
/// # let provider = ScriptedProvider::new()
/// #     .turns([Turn::error(ErrorKind::Server, "overloaded"), Turn::text("At 09:14.")]);
/// let stack = Stack::new()
///     .with(RetryLayer::new().with_attempts(5))
///     .with(RateLimitLayer::new().requests_per_minute(500))
///     .without(Place::Concurrency);
/// let provider = stack.layer(Arc::new(provider));
/// let request = ChatRequest::new("m", [Message::user("When did the pool run out?")]);
/// // The first attempt fails here.
/// let answer = provider.chat(&CallContext::default(), &request).await?;
/// assert_eq!(answer.text(), "At 09:14.");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Stack {
    layers: [Option<Arc<dyn Layer>>; PLACES],
}

impl Stack {
    /// The default stack.
    pub fn new() -> Self {
        Self::empty()
            .with(TimeoutLayer::new())
            .with(RateLimitLayer::new())
            .with(ConcurrencyLayer::new())
            .with(BudgetLayer::new())
            .with(RetryLayer::new())
            .with(TelemetryLayer::new())
    }

    /// No layer at all.
    pub fn empty() -> Self {
        Self { layers: [const { None }; PLACES] }
    }

    /// The same stack with this layer in its place, instead of any other there.
    pub fn with(self, layer: impl Placed + 'static) -> Self {
        fn place<L: Placed>(_: &L) -> Place {
            L::PLACE
        }
        let place = place(&layer);
        self.with_at(place, Arc::new(layer))
    }

    /// The same stack with a layer of one's own in this place, instead of any other there.
    pub fn with_at(mut self, place: Place, layer: Arc<dyn Layer>) -> Self {
        self.layers[place as usize] = Some(layer);
        self
    }

    /// The same stack with nothing in this place.
    pub fn without(mut self, place: Place) -> Self {
        self.layers[place as usize] = None;
        self
    }

    /// The same stack with a rate limit of this much a minute.
    pub fn with_per_minute(self, limits: PerMinute) -> Self {
        self.with(RateLimitLayer::new().with_limits(limits))
    }
}

impl Default for Stack {
    fn default() -> Self {
        Self::new()
    }
}

impl Layer for Stack {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        self.layers.iter().flatten().fold(inner, |inner, layer| layer.layer(inner))
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let taken = PLACE_ORDER.iter().filter(|place| self.layers[**place as usize].is_some());
        f.debug_tuple("Stack").field(&taken.collect::<Vec<_>>()).finish()
    }
}

/// All places, from the inside out.
const PLACE_ORDER: [Place; PLACES] = [
    Place::Record,
    Place::Timeout,
    Place::RateLimit,
    Place::Concurrency,
    Place::Budget,
    Place::Retry,
    Place::Fallback,
    Place::Hedge,
    Place::Cache,
    Place::Telemetry,
];

macro_rules! placed {
    ($($layer:ty => $place:ident),* $(,)?) => {
        $(impl Placed for $layer {
            const PLACE: Place = Place::$place;
        })*
    };
}

placed! {
    TimeoutLayer => Timeout,
    RateLimitLayer => RateLimit,
    ConcurrencyLayer => Concurrency,
    BudgetLayer => Budget,
    RetryLayer => Retry,
    FallbackLayer => Fallback,
    HedgeLayer => Hedge,
    TelemetryLayer => Telemetry,
}

#[cfg(feature = "record")]
placed! { super::RecordLayer => Record, super::ReplayLayer => Record }

#[cfg(feature = "cache")]
placed! { super::CacheLayer => Cache }
