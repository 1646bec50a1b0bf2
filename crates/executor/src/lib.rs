#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! | item | what it is |
//! |---|---|
//! | [`Job`] | a closure that makes a future when it is time, with a priority, a timeout and perhaps a [`Retry`] |
//! | [`Executor`] | runs a batch of jobs: [`run`](Executor::run), [`run_until`](Executor::run_until), [`map`](Executor::map), [`stream`](Executor::stream) |
//! | [`JobSet`] | the driver underneath, for loops that add and cancel jobs while others run |
//! | [`Finished`], [`JobError`] | how one job ended; every job gets exactly one |
//! | [`Concurrency`] | how many may run at once; never zero |
//!
//! There are no progress callbacks. The closure of a job is called at the start of each attempt and
//! its future knows when it ends, so whoever wants to hear of either says so there; no observer can
//! fail and take a batch with it.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod attempt;
mod backoff;
mod catch;
mod concurrency;
mod error;
mod executor;
mod finished;
mod job;
mod queue;
mod retry;
mod running;
mod set;

pub use concurrency::{Concurrency, ZeroConcurrency};
pub use error::JobError;
pub use executor::Executor;
pub use finished::Finished;
pub use job::Job;
pub use retry::{Retry, Verdict};
pub use set::JobSet;
