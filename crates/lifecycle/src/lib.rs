#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod agent;
mod error;
mod run;

pub use agent::AgentView;
pub use error::HistoryError;
pub use run::{RunEnd, RunState};
pub use ziggurat_core::{AgentState, IllegalTransition, Transition};
