//! A streamed answer, cut into events: server-sent events or lines of JSON. Both are bounded, so that an
//! event without end does not fill the memory.

use std::pin::Pin;

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use reqwest::Response;
use ziggurat_core::{ErrorKind, ProviderError};

use super::{MAX_BODY, Reporter, ndjson, sse};
use crate::api::Framing;

/// An event: its type, if it has one, and its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) event: Option<String>,
    pub(crate) data: String,
}

/// The events of an answer, until it ends or an error ends it.
pub(crate) type FrameStream = Pin<Box<dyn Stream<Item = Result<Frame, ProviderError>> + Send>>;

/// Reads an answer, of which this much has `begun`, as events. Dropping the stream closes the connection.
pub(super) fn frames(
    begun: Bytes,
    response: Response,
    framing: Framing,
    reporter: Reporter,
) -> FrameStream {
    let begun = (!begun.is_empty()).then_some(Ok(begun));
    let rest = response.bytes_stream().map(|piece| piece.map_err(Broken::Transport));
    frames_of(stream::iter(begun).chain(rest), framing, reporter)
}

/// The same from any bytes.
pub(crate) fn frames_of<B>(
    bytes: impl Stream<Item = Result<B, Broken>> + Send + 'static,
    framing: Framing,
    reporter: Reporter,
) -> FrameStream
where
    B: bytes::Buf + AsRef<[u8]> + Send + 'static,
{
    match framing {
        Framing::Sse => sse::frames(bytes, reporter),
        Framing::Ndjson => ndjson::frames(bytes, reporter),
    }
}

/// Why the bytes stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error(transparent)]
    Transport(reqwest::Error),
    #[error("an event is too large")]
    TooLarge,
}

impl Broken {
    pub(super) fn described(self, reporter: &Reporter) -> ProviderError {
        match self {
            Self::Transport(error) => reporter.transport(error),
            Self::TooLarge => {
                let size = MAX_BODY >> 20;
                let problem = format!("an event of the stream is larger than {size} MiB");
                reporter.error(ErrorKind::Protocol, &problem)
            }
        }
    }
}
