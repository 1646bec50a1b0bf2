//! Why a task failed. Each variant says the command or the file, because that
//! is what the reader will look at next.

use std::io;
use std::process::ExitStatus;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot start `{command}`: {source}")]
    Start { command: String, source: io::Error },
    #[error("`{command}` failed ({status})")]
    Failed { command: String, status: ExitStatus },
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    #[error("cannot read what `cargo metadata` printed: {0}")]
    Metadata(#[from] serde_json::Error),
    /// A check ran and did not like what it saw.
    #[error("{0}")]
    Found(String),
}

impl Error {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
