//! The command, as another process sees it.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod options;
mod process;
mod scripts;
mod serving;
