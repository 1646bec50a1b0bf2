//! Policies around any provider, one a file. Each is a [`Layer`](ziggurat_core::Layer): it takes a provider
//! and gives one back.

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

#[allow(unused_imports)]
pub use self::{
    budget::*, concurrency::*, fallback::*, hedge::*, rate_limit::*, retry::*, stack::*,
    telemetry::*, timeout::*,
};
#[cfg(feature = "cache")]
#[allow(unused_imports)]
pub use cache::*;
#[cfg(feature = "record")]
#[allow(unused_imports)]
pub use record::*;
