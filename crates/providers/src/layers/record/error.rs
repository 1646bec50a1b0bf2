//! What can go wrong with a recording, apart from the calls in it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::recording::{FORMAT, VERSION};

/// Why a recording cannot be made, written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file cannot be made. A recording never replaces a file that is there.
    #[error("the recording {} cannot be made", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The thread that writes it cannot be started.
    #[error("the thread that writes the recording cannot be started")]
    Thread(#[source] io::Error),
    /// Calls could not be written; they are not in the recording.
    #[error("not all calls could be written to the recording; missing: {lost}")]
    Write {
        /// How many are missing.
        lost: u64,
        /// Why the first one is.
        #[source]
        source: Arc<io::Error>,
    },
    /// The file cannot be opened.
    #[error("the recording {} cannot be opened", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It cannot be read.
    #[error("the recording cannot be read")]
    Read(#[source] io::Error),
    /// It is larger than what is read.
    #[error("the recording is larger than {limit} bytes, which are the most")]
    TooLarge {
        /// The bound, in bytes.
        limit: u64,
    },
    /// It does not begin as a recording does.
    #[error("this is no recording: it does not begin with {{\"format\": \"{FORMAT}\", …}}")]
    NoHeader,
    /// Another version of Ziggurat wrote it, in a format that this one does not know.
    #[error(
        "the recording has version {found} of its format; this is written for version {VERSION}"
    )]
    Version {
        /// Its version.
        found: u32,
    },
    /// It is not what a recording is from some line on.
    #[error("the recording is broken in line {line}, column {column}")]
    Broken {
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
        /// What is wrong there.
        #[source]
        source: serde_json::Error,
    },
}
