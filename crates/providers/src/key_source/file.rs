//! A key in a file, as secrets are mounted into containers.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use secrecy::SecretString;

/// A larger file is something else than a key.
pub(super) const LARGEST: u64 = 16 * 1024;

/// What is wrong with a file that should hold a key. Nothing here holds any of its content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileProblem {
    /// It cannot be read.
    #[error("it cannot be read; does it exist, and may you read it?")]
    Unreadable(#[source] io::Error),
    /// It is blank.
    #[error("it is empty: it should hold the key and nothing else")]
    Empty,
    /// It is not UTF-8.
    #[error("it is not UTF-8: it should hold the key and nothing else")]
    NotText,
    /// It is larger than 16 KiB.
    #[error("it is larger than 16 KiB: it should hold the key and nothing else")]
    TooLarge,
}

/// Whether it is a path by its looks. What is not may be a key that was written in its place.
pub(crate) fn looks_like_path(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.contains(['/', '\\']) || text.starts_with(['.', '~'])
}

/// The file's content without the blanks around it.
pub(super) fn read(path: &Path) -> Result<SecretString, KeyFileProblem> {
    let file = File::open(path).map_err(KeyFileProblem::Unreadable)?;
    let mut bytes = Vec::new();
    // A device says that it is empty, and never ends.
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(KeyFileProblem::Unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(KeyFileProblem::TooLarge);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| KeyFileProblem::NotText)?;
    match text.trim() {
        "" => Err(KeyFileProblem::Empty),
        key => Ok(SecretString::from(key)),
    }
}
