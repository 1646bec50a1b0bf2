//! Lines of JSON with a bound on the size of one; the lines themselves are a library's work.

use std::io;

use futures::{Stream, StreamExt, TryStreamExt};
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};
use tokio_util::io::StreamReader;
use ziggurat_core::{ErrorKind, ProviderError};

use super::frames::{Broken, Frame, FrameStream};
use super::{MAX_BODY, Reporter};

/// Each line that is not empty as an event without a type. A last line without an end is one as well.
pub(super) fn frames<B>(
    bytes: impl Stream<Item = Result<B, Broken>> + Send + 'static,
    reporter: Reporter,
) -> FrameStream
where
    B: bytes::Buf + Send + 'static,
{
    let reader = StreamReader::new(bytes.map_err(io::Error::other));
    let lines = FramedRead::new(reader, LinesCodec::new_with_max_length(MAX_BODY));
    let frames = lines.filter_map(move |line| {
        let frame = match line {
            Ok(line) if line.trim().is_empty() => None,
            Ok(data) => Some(Ok(Frame { event: None, data })),
            Err(error) => Some(Err(described(error, &reporter))),
        };
        std::future::ready(frame)
    });
    Box::pin(frames)
}

fn described(error: LinesCodecError, reporter: &Reporter) -> ProviderError {
    let error = match error {
        LinesCodecError::MaxLineLengthExceeded => return Broken::TooLarge.described(reporter),
        LinesCodecError::Io(error) => error,
    };
    match error.downcast::<Broken>() {
        Ok(broken) => broken.described(reporter),
        Err(other) => {
            reporter.error(ErrorKind::Protocol, "the stream's text is not UTF-8").with_source(other)
        }
    }
}
