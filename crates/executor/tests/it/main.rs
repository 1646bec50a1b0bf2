//! The behaviour promised in the docs, one module per promise. Time is virtual: nothing here sleeps
//! for real.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cancel;
mod clocks;
mod hold;
mod isolation;
mod latency;
mod leaks;
mod limit;
mod misc;
mod observer;
mod order;
mod polls;
mod random;
mod retry;
mod room;
mod shared;
mod shared_random;
mod shared_returns;
mod support;
mod timeout;
