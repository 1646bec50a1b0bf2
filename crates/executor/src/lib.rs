#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! | item | what it is |
//! |---|---|
//! | [`Job`] | a closure that makes a future when it is time, with a priority, timeouts and perhaps a [`Retry`] |
//! | [`Executor`] | runs a batch of jobs: [`run`](Executor::run), [`run_until`](Executor::run_until), [`map`](Executor::map), [`stream`](Executor::stream) |
//! | [`JobSet`] | the driver underneath, for loops that add and cancel jobs while others run |
//! | [`Finished`], [`JobError`], [`Clock`] | how one job ended; every job gets exactly one end |
//! | [`Concurrency`] | how many may run at once; never zero |
//! | [`SharedLimit`], [`Permit`] | one limit over several sets, in turns |
//! | [`Hold`] | how a job says that it waits, so that its clocks stand still |
//! | [`Progress`], [`Counts`] | what an observer is told while jobs run; what it does with that harms no job |
//!
//! # Clocks
//!
//! | clock | starts | set by | stands still while held |
//! |---|---|---|---|
//! | [`Clock::Queue`] | at the push | [`Job::queue_timeout`], [`Executor::queue_timeout`] | no |
//! | [`Clock::Attempt`] | at the start of each attempt | [`Job::timeout`], [`Executor::timeout`] | yes |
//! | [`Clock::Job`] | at the start of the first attempt | [`Job::total_timeout`], [`Executor::total_timeout`] | yes |
//! | [`Clock::Run`] | at the first poll of the batch | [`Executor::run_timeout`] | no |
//!
//! None is set by default. They are tokio's, so they can be paused in tests, and have its
//! resolution of a millisecond. A result that is there when a clock runs out counts.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod alarm;
mod attempt;
mod backoff;
mod catch;
mod clocks;
mod concurrency;
mod error;
mod executor;
mod finished;
mod gate;
mod hold;
mod job;
mod line;
mod progress;
mod queue;
mod retry;
mod room;
mod running;
mod set;
mod shared;
mod timed;
mod timer;

pub use concurrency::{Concurrency, ZeroConcurrency};
pub use error::{Clock, JobError, JobErrorKind};
pub use executor::Executor;
pub use finished::Finished;
pub use hold::Hold;
pub use job::Job;
pub use progress::{Counts, Progress};
pub use retry::{Retry, Verdict};
pub use room::Turn;
pub use set::JobSet;
pub use shared::{Permit, SharedLimit};
