//! The command from the outside: what scripts and people rely on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod bad_input;
mod broken_streams;
mod calls;
mod catalog;
mod config;
mod contract;
mod documents;
mod failures;
mod first_command;
mod interrupt;
mod models;
mod plans;
mod recordings;
mod refused_inputs;
mod snapshots;
mod support;
