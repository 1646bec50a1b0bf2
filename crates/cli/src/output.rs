//! Where the report goes. A file is opened before the run, so that a report that was paid for cannot
//! meet a folder it may not write to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::UsageError;
use crate::text::printable;

/// The place of the report.
#[derive(Debug)]
pub(crate) enum Output {
    Stdout,
    File { path: PathBuf, existed: bool },
}

impl Output {
    /// Checks that the file can be written; its content stays until there is a report.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, UsageError> {
        let Some(path) = path else { return Ok(Self::Stdout) };
        let existed = path.exists();
        let opened = OpenOptions::new().append(true).create(true).open(path);
        let path = path.to_path_buf();
        match opened {
            Ok(_) => Ok(Self::File { path, existed }),
            Err(source) => Err(UsageError::Output { path, source }),
        }
    }

    /// Writes the report, or leaves no trace if there is none.
    pub(crate) fn write(self, report: Option<&str>) -> io::Result<()> {
        match (self, report) {
            (Self::Stdout, Some(report)) => match write_stdout(&printable(report)) {
                // Whoever reads has read enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                written => written,
            },
            (Self::File { path, .. }, Some(report)) => replace(&path, &printable(report)),
            (Self::File { path, existed: false }, None) => fs::remove_file(path),
            (Self::Stdout | Self::File { existed: true, .. }, None) => Ok(()),
        }
    }

    /// Gives up the file, if this run has made it.
    pub(crate) fn discard(self) {
        // It is empty and was not there before; nothing is lost if it stays.
        self.write(None).ok();
    }
}

fn write_stdout(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
