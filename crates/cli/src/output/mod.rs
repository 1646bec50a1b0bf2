//! Where the report goes. That it can be written is found out before the run, so that a report that was
//! paid for cannot meet a folder it may not write to.

mod replace;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::error::UsageError;
use crate::text::printable;

/// The place of the report.
#[derive(Debug)]
pub(crate) enum Output {
    Stdout,
    /// A pipe or a device: opened like a shell's `>` would, and held.
    Open(File),
    /// A regular file, which is replaced as a whole when there is a report.
    File {
        path: PathBuf,
        existed: bool,
    },
}

impl Output {
    /// Checks that the file can be written; until there is a report nothing is changed or made.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, UsageError> {
        let Some(path) = path else { return Ok(Self::Stdout) };
        check(path).map_err(|source| UsageError::Output { path: path.to_path_buf(), source })
    }

    /// The regular file it is.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } => Some(path),
            Self::Stdout | Self::Open(_) => None,
        }
    }

    /// The file, if it was there before the run.
    pub(crate) fn previous(&self) -> Option<&Path> {
        match self {
            Self::File { path, existed: true } => Some(path),
            _ => None,
        }
    }

    /// Writes the report.
    pub(crate) fn write(&self, report: &str) -> io::Result<()> {
        let text = printable(report);
        let written = match self {
            Self::Stdout => write_all(io::stdout().lock(), &text),
            Self::Open(file) => write_all(file, &text),
            Self::File { path, .. } => replace::replace(path, &text),
        };
        match written {
            // Whoever reads has read enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }
}

fn check(path: &Path) -> io::Result<Output> {
    match fs::metadata(path) {
        Ok(metadata) => {
            let file = File::options().append(true).open(path)?;
            if !metadata.is_file() || is_descriptor(path) {
                return Ok(Output::Open(file));
            }
            Ok(Output::File { path: fs::canonicalize(path)?, existed: true })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let path = replace::target(path);
            replace::check(&path)?;
            Ok(Output::File { path, existed: false })
        }
        Err(error) => Err(error),
    }
}

/// `/dev/stdout` may lead to a regular file, but it is the shell's to say whether that is replaced.
fn is_descriptor(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc")
}

fn write_all(mut place: impl Write, text: &str) -> io::Result<()> {
    place.write_all(text.as_bytes())?;
    place.flush()
}
