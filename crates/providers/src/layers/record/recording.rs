//! A recording as a value, and its file.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Exchange, RecordingError};

pub(super) const FORMAT: &str = "ziggurat-recording";
pub(super) const VERSION: u32 = 1;

/// Calls of providers and how they ended, in the order in which they began.
///
/// Its `Display` is a summary in a line: how many calls of which models, and how many failed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recording {
    pub(super) exchanges: Vec<Exchange>,
    cut: Option<Cut>,
}

/// Where a recording stops in the middle of a call, most likely because whoever wrote it was killed. What
/// stands before was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cut {
    /// The last line, counted from 1.
    pub line: usize,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the recording stops in the middle of a call, in line {}", self.line)
    }
}

/// The first value of a file.
#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    /// What wrote it, for people.
    #[serde(default)]
    crate_version: String,
}

impl Recording {
    /// The most that is read of a recording, in bytes: 256 MiB. It is held in memory as a whole.
    pub const MAX_BYTES: u64 = 256 << 20;

    /// Reads a recording from a file.
    ///
    /// # Errors
    /// If it cannot be opened, and as [`read`](Self::read).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let path = path.as_ref();
        let file = File::open(path)
            .map_err(|source| RecordingError::Open { path: path.to_owned(), source })?;
        Self::read(file)
    }

    /// Reads a recording. One that stops in the middle of a call is read up to there; [`cut`](Self::cut)
    /// then says so.
    ///
    /// # Errors
    /// If it cannot be read, is larger than [`MAX_BYTES`](Self::MAX_BYTES), is of another version, or is
    /// no recording.
    pub fn read(reader: impl Read) -> Result<Self, RecordingError> {
        let mut bytes = Vec::new();
        let limit = Self::MAX_BYTES;
        reader.take(limit + 1).read_to_end(&mut bytes).map_err(RecordingError::Read)?;
        if bytes.len() as u64 > limit {
            return Err(RecordingError::TooLarge { limit });
        }
        parse(&bytes)
    }

    /// Writes it in the format of the file.
    ///
    /// # Errors
    /// As the writer's.
    pub fn write(&self, mut writer: impl Write) -> io::Result<()> {
        writer.write_all(&header()?)?;
        self.exchanges.iter().try_for_each(|exchange| writer.write_all(&value(exchange)?))?;
        writer.flush()
    }

    /// The calls, in the order in which they began.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// Where it stops, if that is in the middle of a call.
    pub fn cut(&self) -> Option<Cut> {
        self.cut
    }

    pub(super) fn of(mut exchanges: Vec<Exchange>) -> Self {
        exchanges.sort_by_key(|exchange| exchange.seq);
        Self { exchanges, cut: None }
    }
}

/// The header as it is written.
pub(super) fn header() -> io::Result<Vec<u8>> {
    value(&Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        crate_version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// A value as it is written.
pub(super) fn value(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn parse(bytes: &[u8]) -> Result<Recording, RecordingError> {
    let mut values = serde_json::Deserializer::from_slice(bytes);
    let header = Header::deserialize(&mut values).map_err(|_| RecordingError::NoHeader)?;
    if header.format != FORMAT {
        return Err(RecordingError::NoHeader);
    }
    if header.version != VERSION {
        return Err(RecordingError::Version { found: header.version });
    }
    let mut values = values.into_iter::<Exchange>();
    let (mut exchanges, mut begins) = (Vec::new(), values.byte_offset());
    while let Some(value) = values.next() {
        match value {
            Ok(exchange) => exchanges.push(exchange),
            Err(error) if error.is_eof() => {
                let cut = Some(Cut { line: error.line() });
                return Ok(Recording { cut, ..Recording::of(exchanges) });
            }
            Err(error) => return Err(broken(error, &bytes[..begins], &bytes[begins..])),
        }
        begins = values.byte_offset();
    }
    Ok(Recording::of(exchanges))
}

/// What is wrong with a value as a whole has no line of its own; it is told with that of its beginning.
fn broken(source: serde_json::Error, before: &[u8], value: &[u8]) -> RecordingError {
    let (mut line, mut column) = (source.line(), source.column());
    if line == 0 {
        let blanks = value.iter().take_while(|byte| byte.is_ascii_whitespace());
        line = 1 + before.iter().chain(blanks).filter(|byte| **byte == b'\n').count();
        column = 1;
    }
    RecordingError::Broken { line, column, source }
}
