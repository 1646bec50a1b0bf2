//! Policies around any provider, one a file. Each is a [`Layer`](ziggurat_core::Layer): it takes a provider
//! and gives one back, so they can be put around each other, around a provider of this crate, or around one's
//! own.
//!
//! | from the inside out | what it does |
//! |---|---|
//! | [`RecordLayer`], [`ReplayLayer`] | keeps what a provider answers; answers from what was kept |
//! | [`TimeoutLayer`] | ends an attempt that takes too long, and a stream that is silent for too long |
//! | [`RateLimitLayer`] | lets attempts through as fast as a key's requests and tokens a minute allow |
//! | [`ConcurrencyLayer`] | lets as many attempts run at once as the server bears |
//! | [`BudgetLayer`] | sets aside what an attempt may cost, and settles what it did |
//! | [`RetryLayer`] | tries again what may succeed a moment later |
//! | [`FallbackLayer`] | asks another model where one cannot answer |
//! | [`HedgeLayer`] | asks a second time where the first answer is late |
//! | [`CacheLayer`] | answers alike questions once |
//! | [`TelemetryLayer`] | a tracing span for each call |
//!
//! # The order matters
//! A [`Stack`] keeps it. By hand it is easily wrong, and a wrong order does not fail: it only means something
//! else. A clock within the retries is a clock for each attempt, so that a hung connection costs one of
//! them:
//!
//! ```
//! # use std::sync::Arc;
//! # use std::time::Duration;
//! # use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Layer, Message, Provider};
//! # use ziggurat_providers::layers::{RetryLayer, TimeoutLayer};
//! # use ziggurat_testkit::{ScriptedProvider, Turn};
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! # let (cx, request) = (CallContext::default(), ChatRequest::new("m", [Message::user("Why?")]));
//! let hangs_once = || Arc::new(ScriptedProvider::new().turns([Turn::hang(), Turn::text("So.")]));
//! let clock = TimeoutLayer::new().with_attempt(Duration::from_secs(30));
//! let retry = RetryLayer::new();
//!
//! let right = retry.layer(clock.layer(hangs_once()));
//! assert_eq!(right.chat(&cx, &request).await.unwrap().text(), "So.");
//!
//! // The same clock around all attempts ends the first one, and with it the call.
//! let wrong = clock.layer(retry.layer(hangs_once()));
//! assert_eq!(wrong.chat(&cx, &request).await.unwrap_err().kind(), ErrorKind::Timeout);
//! # }
//! ```
//!
//! A limit within the retries counts every attempt, as the server does; around them it counts calls, and the
//! server sees more than it allows:
//!
//! ```
//! # use std::sync::Arc;
//! # use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Layer, Message, Provider};
//! # use ziggurat_providers::layers::{RateLimitLayer, RetryLayer};
//! # use ziggurat_testkit::{ScriptedProvider, Turn};
//! # use tokio::time::{Duration, Instant};
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! # let (cx, request) = (CallContext::default(), ChatRequest::new("m", [Message::user("Why?")]));
//! let fails_once = || {
//!     let failure = Turn::error(ErrorKind::Server, "overloaded");
//!     Arc::new(ScriptedProvider::new().turns([failure, Turn::text("So.")]))
//! };
//! let one_a_minute = || RateLimitLayer::new().requests_per_minute(1);
//!
//! let right = RetryLayer::new().layer(one_a_minute().layer(fails_once()));
//! let begun = Instant::now();
//! right.chat(&cx, &request).await.unwrap();
//! assert!(begun.elapsed() >= Duration::from_secs(60), "two requests took two minutes' worth");
//!
//! // Two requests in a second, at a server that allows one a minute.
//! let wrong = one_a_minute().layer(RetryLayer::new().layer(fails_once()));
//! let begun = Instant::now();
//! wrong.chat(&cx, &request).await.unwrap();
//! assert!(begun.elapsed() < Duration::from_secs(1));
//! # }
//! ```

mod budget;
#[cfg(feature = "cache")]
mod cache;
mod concurrency;
mod fallback;
mod hedge;
mod rate_limit;
#[cfg(feature = "record")]
mod record;
mod retry;
mod stack;
mod telemetry;
mod timeout;

pub use budget::BudgetLayer;
pub use concurrency::ConcurrencyLayer;
pub use fallback::{DEFAULT_COOL_DOWN, FallbackLayer};
pub use hedge::{DEFAULT_HEDGE_PERCENT, DEFAULT_HEDGE_SAMPLES, HedgeLayer};
pub use rate_limit::RateLimitLayer;
pub use retry::{DEFAULT_RETRY_ATTEMPTS, RetryLayer};
pub use stack::{Place, Placed, Stack};
pub use telemetry::{TELEMETRY_SCHEMA_URL, TelemetryLayer};
pub use timeout::{DEFAULT_ATTEMPT_TIMEOUT, DEFAULT_IDLE_TIMEOUT, TimeoutLayer};

#[cfg(feature = "cache")]
pub use cache::CacheLayer;
#[cfg(feature = "record")]
pub use record::{
    Asked, Cut, Ended, Exchange, Miss, MissCause, RecordLayer, RecordedError, Recording,
    RecordingError, Replay, ReplayLayer,
};
