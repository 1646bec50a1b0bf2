//! The behaviour promised in the docs, one module per promise. Time is virtual: nothing here sleeps
//! for real.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cancel;
mod isolation;
mod latency;
mod leaks;
mod limit;
mod misc;
mod order;
mod polls;
mod random;
mod retry;
mod support;
mod timeout;
