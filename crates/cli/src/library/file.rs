//! One file as a document, or why it is none.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::bounded::{self, MIB};
use crate::error::UsageError;

/// The largest file that is read. Larger ones are data rather than documents.
const LARGEST: u64 = 64 * MIB;

/// Why a file is not a document.
pub(super) enum Unfit {
    Unreadable(io::Error),
    NotText(&'static str),
}

const TOO_LARGE: Unfit = Unfit::NotText("larger than 64 MiB");

impl Unfit {
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Unreadable(error) => error.to_string(),
            Self::NotText(problem) => (*problem).to_owned(),
        }
    }

    pub(super) fn into_error(self, path: &Path) -> UsageError {
        let path = path.to_path_buf();
        match self {
            Self::Unreadable(source) => UsageError::Unreadable { path, source },
            Self::NotText(problem) => UsageError::NotText { path, problem },
        }
    }
}

/// The file's text, without a byte order mark.
pub(super) fn read(path: &Path) -> Result<String, Unfit> {
    let file = File::open(path).map_err(Unfit::Unreadable)?;
    // Spares reading what says itself that it is too large.
    if file.metadata().map_err(Unfit::Unreadable)?.len() > LARGEST {
        return Err(TOO_LARGE);
    }
    let bytes = bounded::read(file, LARGEST).map_err(Unfit::Unreadable)?.ok_or(TOO_LARGE)?;
    if bytes.contains(&0) {
        return Err(Unfit::NotText("binary"));
    }
    let text = String::from_utf8(bytes).map_err(|_| Unfit::NotText("not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    if text.trim().is_empty() { Err(Unfit::NotText("empty")) } else { Ok(text) }
}
