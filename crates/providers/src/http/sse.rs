//! Server-sent events with a bound on the size of one. The grammar is a library's; it would collect
//! one endless event until memory ends, so the bytes are counted on their way in.

use futures::{Stream, StreamExt};
use sse_stream::SseByteStream;
use ziggurat_core::{ErrorKind, ProviderError};

use super::frames::{Broken, Frame, FrameStream};
use super::{MAX_BODY, Reporter};

/// The events in these bytes.
pub(super) fn frames<B>(
    bytes: impl Stream<Item = Result<B, Broken>> + Send + 'static,
    reporter: Reporter,
) -> FrameStream
where
    B: bytes::Buf + AsRef<[u8]> + Send + 'static,
{
    let mut meter = EventMeter::default();
    let bytes = bytes.map(move |piece| {
        let piece = piece?;
        if meter.admit(piece.as_ref(), MAX_BODY) { Ok(piece) } else { Err(Broken::TooLarge) }
    });
    let frames = SseByteStream::new(bytes).map(move |event| match event {
        Ok(event) => Ok(Frame { event: event.event, data: event.data.unwrap_or_default() }),
        Err(error) => Err(described(error, &reporter)),
    });
    Box::pin(frames)
}

fn described(error: sse_stream::Error, reporter: &Reporter) -> ProviderError {
    let broken = match error {
        sse_stream::Error::Body(broken) => broken.downcast::<Broken>(),
        other => Err(other.into()),
    };
    match broken {
        Ok(broken) => broken.described(reporter),
        Err(other) => reporter.caused(ErrorKind::Protocol, "the stream's text is not UTF-8", other),
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
        // Most pieces are whole events: after two line ends an event is over, whatever was before them.
        if bytes.ends_with(b"\n\n") && self.size + bytes.len() <= limit {
            *self = Self::default();
            return true;
        }
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
    fn whole_events_are_counted_as_their_bytes_are() {
        for before in ["", "data: 1", "data: 1\n", "data: 1\r", "data: 1\r\n"] {
            for whole in ["\n\n", "data: 2\n\n", "\r\n\n", "data: 2\r\n\r\n\n"] {
                let (mut at_once, mut bytewise) = (EventMeter::default(), EventMeter::default());
                assert!(
                    at_once.admit(before.as_bytes(), 99) && at_once.admit(whole.as_bytes(), 99)
                );
                assert!((before.to_owned() + whole).bytes().all(|b| bytewise.admit(&[b], 99)));
                for rest in ["\n", "data", "data: 12", "\r\ndata: 12"] {
                    let size = |meter: &EventMeter, limit| {
                        let EventMeter { size, line_is_empty, after_cr } = *meter;
                        EventMeter { size, line_is_empty, after_cr }.admit(rest.as_bytes(), limit)
                    };
                    let ends = |meter| (0..20).map(|limit| size(meter, limit)).collect::<Vec<_>>();
                    assert_eq!(ends(&at_once), ends(&bytewise), "{before:?} {whole:?} {rest:?}");
                }
            }
        }
    }

    #[test]
    fn splits_change_nothing() {
        let mut meter = EventMeter::default();
        assert!("data: 1\r\n\r\n".repeat(50).bytes().all(|byte| meter.admit(&[byte], 12)));
    }
}
