//! The layers, over scripted models and paused time; each runs the conformance suite of providers too.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails may panic")]

mod budget;
mod cache;
mod concurrency;
mod fallback;
mod faults;
mod hedge;
mod listening;
mod rate_limit;
mod record;
mod retry;
mod storm;
mod suites;
mod telemetry;
mod timeout;
