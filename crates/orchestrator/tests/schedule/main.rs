//! How long a run takes: exactly as long as the list schedule of its latencies, in paused time. The
//! schedule is computed a second time, by code that shares nothing with the hierarchy.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "../common/dice.rs"]
mod dice;
mod equal;
mod jittered;
mod list;
mod pyramid;
mod timed;
