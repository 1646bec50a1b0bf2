//! Runs from the outside: scripted providers, paused time, every way to end.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod cancelling;
mod events;
mod failures;
mod models;
mod money;
mod order;
mod planning;
mod replays;
mod retries;
mod stragglers;
mod support;
