//! The adapters over real sockets, against servers that answer well, badly, slowly or not at all.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails may panic")]

#[cfg(feature = "anthropic")]
mod anthropic;
mod cancel;
mod chain;
mod errors;
mod faults;
mod gemini;
mod hosts;
mod limits;
mod listing;
mod local_recordings;
mod ollama;
mod rate_headers;
mod registry;
mod responses;
mod secrets;
mod slow;
mod streams;
mod support;
mod traffic;
