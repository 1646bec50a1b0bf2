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
            reporter.caused(ErrorKind::Protocol, "the stream's text is not UTF-8", other.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures::executor::block_on;
    use futures::stream;

    use super::*;
    use crate::api::Framing;
    use crate::http::ApiKey;
    use crate::http::frames::frames_of;

    fn reporter() -> Reporter {
        Reporter::new("t", ApiKey::new(None, "K"), "http://t", Default::default())
    }

    fn read(pieces: Vec<Result<Bytes, Broken>>) -> Vec<Result<String, ProviderError>> {
        let frames = frames_of(stream::iter(pieces), Framing::Ndjson, reporter());
        block_on(frames.map(|frame| frame.map(|frame| frame.data)).collect())
    }

    fn whole(bytes: impl Into<Bytes>) -> Vec<Result<String, ProviderError>> {
        read(vec![Ok(bytes.into())])
    }

    fn lines(text: &str) -> Vec<String> {
        whole(text.to_owned()).into_iter().map(Result::unwrap).collect()
    }

    #[test]
    fn each_line_is_an_event_whatever_ends_it() {
        for text in
            ["a\nb\n", "a\r\nb\r\n", "a\nb", "a\r\nb\r", "\n\na\n \r\n\t\nb\n\n", "a\n\nb\n\r\n"]
        {
            assert_eq!(lines(text), ["a", "b"], "{text:?}");
        }
        for nothing in ["", "\n", "\r\n\r\n", "  \n", "\r"] {
            assert!(lines(nothing).is_empty(), "{nothing:?}");
        }
    }

    #[test]
    fn what_only_looks_like_the_end_of_a_line_is_none() {
        for text in ["a\rb", "a\u{85}b", "a\u{2028}b", "a\u{c}b", r"a\nb"] {
            assert_eq!(lines(&format!("{text}\n")), [text]);
        }
    }

    #[test]
    fn splits_inside_characters_and_line_ends_change_nothing() {
        let text = "{\"a\":\"é🙂日\"}\r\n\r\n{\"b\":\"\u{10ffff}\"}\n{\"last\":\"ü\"}";
        let (expected, bytes) = (lines(text), Bytes::from(text));
        assert_eq!(expected.len(), 3);
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let cut = [bytes.slice(..first), bytes.slice(first..second), bytes.slice(second..)];
                let read = read(cut.into_iter().map(Ok).collect());
                let read: Vec<_> = read.into_iter().map(Result::unwrap).collect();
                assert_eq!(read, expected, "cut at {first} and {second}");
            }
        }
    }

    #[test]
    fn a_line_up_to_the_limit_is_read_and_no_longer_one() {
        let line = |len: usize| Bytes::from(vec![b'a'; len]);
        let read_line = |len: usize| read(vec![Ok(line(len - 7)), Ok(line(7)), Ok("\nb\n".into())]);
        let read = read_line(MAX_BODY);
        assert_eq!((read[0].as_ref().unwrap().len(), read.len()), (MAX_BODY, 2));
        let error = read_line(MAX_BODY + 1).remove(0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(error.message().contains("larger than 16 MiB"), "{error}");
    }

    #[test]
    fn a_line_without_end_is_given_up_at_the_limit() {
        let pieces = stream::repeat_with(|| Ok(Bytes::from_static(&[b'a'; 65_536])));
        let mut frames = frames_of(pieces, Framing::Ndjson, reporter());
        let error = block_on(frames.next()).unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
    }

    #[test]
    fn the_limit_is_each_line_s_own() {
        let line = Bytes::from(format!("{}\n", "a".repeat(MAX_BODY / 2)));
        let read = read((0..4).map(|_| Ok(line.clone())).collect());
        assert_eq!(read.iter().filter(|line| line.is_ok()).count(), 4);
    }

    #[test]
    fn text_that_is_not_utf_8_is_an_error_after_the_lines_before_it() {
        for bad in [&b"b\xff"[..], b"\xc3", b"\xed\xa0\x80", b"\xc3\n\xa9"] {
            let mut read = whole([b"a\n", bad, b"\n"].concat());
            assert_eq!(read.remove(0).unwrap(), "a");
            let error = read.remove(0).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol, "{bad:?}");
            assert!(error.message().contains("not UTF-8"), "{error}");
        }
        // A character that the end cuts.
        assert!(whole(&b"a\n\xf0\x9f\x99"[..])[1].is_err());
    }

    #[test]
    fn a_connection_that_breaks_is_told_after_the_lines_before_it() {
        let mut read = read(vec![Ok("a\nhal".into()), Err(Broken::TooLarge)]);
        assert_eq!(read.remove(0).unwrap(), "a");
        // What was told is the cause itself and no fault of the text.
        assert!(read.remove(0).unwrap_err().message().contains("larger than"));
    }
}
