//! What Ziggurat costs beside the calls it makes. Two loops written by hand - over hyper and over reqwest -
//! do the same work with the same bytes, so that what is measured is a ratio in one run, which holds on any
//! machine, and not a number of this one.
//!
//! `cargo xtask bench` builds and runs it; results stand in this crate's `BENCHMARKS.md`.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod body;
pub mod delays;
pub mod fake;
pub mod goals;
pub mod hyper_loop;
pub mod library;
pub mod machine;
pub mod measured;
pub mod meter;
pub mod purse;
pub mod report;
pub mod reqwest_loop;
pub mod schedule;
pub mod stack;
pub mod suite;
pub mod swarm;
pub mod table;
pub mod wire;
pub mod work;
pub mod workload;

/// An error that ends the benchmark, in words.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file, a process or a socket.
    #[error("{what}: {source}")]
    Io {
        /// What was read, started or asked.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// What a program printed is no measurement.
    #[error("{what} is not what was expected: {source}")]
    Json {
        /// Whose output.
        what: String,
        /// Why it cannot be read.
        source: serde_json::Error,
    },
    /// Anything else.
    #[error("{0}")]
    Found(String),
}

impl Error {
    /// An error of the system, with what it was about.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// Anything that says itself.
    pub fn found(error: impl std::fmt::Display) -> Self {
        Self::Found(error.to_string())
    }
}
