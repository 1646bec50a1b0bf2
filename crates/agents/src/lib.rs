#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod ask;
mod clean;
mod condense;
mod continuation;
pub mod marks;
mod prompt;
mod room;
mod settings;
mod specialization;
mod split;
mod synthesizer;
mod thoughts;
mod worker;

pub use settings::AgentSettings;
pub use specialization::SPECIALIZATIONS;
pub use synthesizer::ModelSynthesizer;
pub use worker::ModelWorker;
