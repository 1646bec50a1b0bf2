#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod behaviour;
pub mod conformance;
mod faults;
mod generated;
mod inspect;
mod latency;
mod ledger;
mod limits;
mod pieces;
mod play;
mod provider;
mod recorder;
mod script;
#[cfg(feature = "server")]
pub mod server;
mod turn;

pub use faults::Faults;
pub use generated::Reply;
pub use latency::Latency;
pub use ledger::Call;
pub use limits::{Algorithm, Limits};
pub use provider::ScriptedProvider;
pub use recorder::Recorder;
pub use turn::Turn;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A turn may panic on purpose, and a test goes on after it: a poisoned lock is no reason to stop.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
