//! The fake server, byte by byte: what each API says, what is counted, and how connections break.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod client;
mod counts;
mod faults;
mod formats;
mod reading;
