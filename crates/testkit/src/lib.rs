#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod conformance;
mod inspect;
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
