//! Server-sent events with a bound on the size of one. The grammar is a library's; it would collect
//! one endless event until memory ends, so the bytes are counted on their way in.

use std::pin::Pin;

use futures::{Stream, StreamExt, TryStreamExt};
use reqwest::Response;
use sse_stream::{Sse, SseByteStream};
use ziggurat_core::{ErrorKind, ProviderError};

use super::{MAX_BODY, Reporter};

/// The events of an answer, until it ends or an error ends it.
pub(crate) type EventStream = Pin<Box<dyn Stream<Item = Result<Sse, ProviderError>> + Send>>;

/// Reads an answer as events. Dropping the stream closes the connection.
pub(crate) fn events(response: Response, reporter: Reporter) -> EventStream {
    let mut meter = EventMeter::default();
    let bytes = response.bytes_stream().map(move |piece| {
        let piece = piece.map_err(Broken::Transport)?;
        if meter.admit(&piece, MAX_BODY) { Ok(piece) } else { Err(Broken::TooLarge) }
    });
    Box::pin(SseByteStream::new(bytes).map_err(move |error| described(error, &reporter)))
}

/// Why the bytes stopped; travels through the library as a boxed error.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Transport(reqwest::Error),
    #[error("an event is too large")]
    TooLarge,
}

fn described(error: sse_stream::Error, reporter: &Reporter) -> ProviderError {
    let broken = match error {
        sse_stream::Error::Body(broken) => broken.downcast::<Broken>(),
        other => Err(other.into()),
    };
    match broken.map(|broken| *broken) {
        Ok(Broken::Transport(error)) => reporter.transport(error),
        Ok(Broken::TooLarge) => {
            let problem = format!("an event of the stream is larger than {} MiB", MAX_BODY >> 20);
            reporter.error(ErrorKind::Protocol, &problem)
        }
        Err(other) => {
            reporter.error(ErrorKind::Protocol, "the stream's text is not UTF-8").with_source(other)
        }
    }
}

/// Counts the bytes of the current event: those since the last empty line.
struct EventMeter {
    size: usize,
    line_is_empty: bool,
    after_cr: bool,
}

impl Default for EventMeter {
    fn default() -> Self {
        Self { size: 0, line_is_empty: true, after_cr: false }
    }
}

impl EventMeter {
    /// Whether all events in these bytes are within the limit.
    fn admit(&mut self, bytes: &[u8], limit: usize) -> bool {
        for &byte in bytes {
            self.size += 1;
            let ends_line = byte == b'\r' || (byte == b'\n' && !self.after_cr);
            if ends_line && self.line_is_empty {
                self.size = 0;
            }
            if ends_line {
                self.line_is_empty = true;
            } else if byte != b'\n' {
                self.line_is_empty = false;
            }
            self.after_cr = byte == b'\r';
            if self.size > limit {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(text: &str, limit: usize) -> bool {
        EventMeter::default().admit(text.as_bytes(), limit)
    }

    #[test]
    fn every_kind_of_line_end_ends_an_event() {
        for end in ["\n\n", "\r\n\r\n", "\r\r", "\r\n\n"] {
            let stream = format!("data: 1{end}").repeat(50);
            assert!(admits(&stream, 12), "{end:?}");
            assert!(!admits(&stream, 6), "{end:?}");
        }
    }

    #[test]
    fn lines_of_one_event_add_up() {
        assert!(!admits(&"data: 1\n".repeat(50), 100));
        assert!(!admits(&"data: 1\r\n".repeat(50), 100));
        assert!(!admits(&":".repeat(200), 100));
    }

    #[test]
    fn splits_change_nothing() {
        let mut meter = EventMeter::default();
        assert!("data: 1\r\n\r\n".repeat(50).bytes().all(|byte| meter.admit(&[byte], 12)));
    }
}
