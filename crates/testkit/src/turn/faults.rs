//! Turns in which something is wrong with the answer itself or with the connection. Each means something
//! to a caller in process as well: the error that an adapter makes of it.

use std::time::Duration;

use ziggurat_core::ErrorKind;

use super::{Ending, Turn};

/// What a gateway shows to people when the server behind it is away.
const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head>\
    <body><h1>Service unavailable</h1></body></html>\n";

impl Turn {
    /// Fails with this HTTP status before the first piece, as each vendor words it. The kind of the error
    /// follows from the status: 429 is [`ErrorKind::RateLimit`], 500 and above [`ErrorKind::Server`].
    pub fn http_error(status: u16, message: impl Into<String>) -> Self {
        Self::error(kind_of(status), message).status(status)
    }

    /// The same turn; over HTTP, a streamed call is answered with status 200, and its error comes as the
    /// first event of the stream. In process, and for a call that is not streamed, nothing changes.
    pub fn in_stream(mut self) -> Self {
        self.in_stream = true;
        self
    }

    /// The connection is reset before a byte of the answer ([`ErrorKind::Interrupted`]). Unlike a
    /// [cut](Self::cut), it is the peer that is told so: `ECONNRESET`.
    pub fn reset() -> Self {
        Self::empty().then_reset()
    }

    /// The same turn, but the connection is reset once all is said; otherwise like
    /// [`then_cut`](Self::then_cut).
    pub fn then_reset(mut self) -> Self {
        self.ending = Ending::Reset;
        self
    }

    /// The same turn, but the connection breaks after this many pieces, thoughts and tool calls included.
    /// A call that is not streamed sees only the error.
    pub fn cut_after(mut self, pieces: usize) -> Self {
        self.sent = Some(pieces);
        self.then_cut()
    }

    /// The same turn, but it neither goes on nor ends once all is said; otherwise like
    /// [`stall`](Self::stall).
    pub fn then_stall(mut self) -> Self {
        self.ending = Ending::Silence;
        self
    }

    /// Answers with broken JSON, complete by its length ([`ErrorKind::Protocol`]); a stream has one event
    /// of it.
    pub fn malformed() -> Self {
        Self::empty().then_malformed()
    }

    /// The same turn, but after all that is said comes an event of broken JSON. A call that is not
    /// streamed sees only the error.
    pub fn then_malformed(mut self) -> Self {
        self.ending = Ending::Malformed;
        self
    }

    /// Answers with these bytes, whatever the API, streamed or not; with status 200 unless
    /// [told otherwise](Self::status). In process it is [`ErrorKind::Protocol`], or what the status means.
    pub fn body(content_type: impl Into<String>, body: impl Into<String>) -> Self {
        Self::new(Ending::Body { content_type: content_type.into(), body: body.into() })
    }

    /// Answers with a page for people in place of JSON, as gateways do.
    pub fn html() -> Self {
        Self::body("text/html; charset=utf-8", PAGE)
    }

    /// The same turn; over HTTP, its answer says that it is of this type, and is what it was. In process
    /// there are no headers, and nothing changes.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// The same turn, slower than anyone waits, and never silent: over HTTP, each byte of the body comes
    /// this long after the one before. In process each piece is one character and comes as slowly; a call that
    /// is not streamed takes as long as one that is.
    pub fn dripping(mut self, each: Duration) -> Self {
        self.drip = each;
        self
    }

    /// Whether there is anything to wait for before it fails.
    pub(crate) fn is_answer(&self) -> bool {
        match self.ending {
            Ending::Answer | Ending::Silence => true,
            Ending::Panic | Ending::Delay => false,
            _ => !self.said.is_nothing() && self.sent != Some(0),
        }
    }

    /// What a caller in process is told of an answer that makes no sense.
    pub(crate) fn nonsense(&self) -> ErrorKind {
        match self.status {
            Some(status) if status >= 400 => kind_of(status),
            _ => ErrorKind::Protocol,
        }
    }
}

fn kind_of(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Auth,
        402 => ErrorKind::Quota,
        403 => ErrorKind::Permission,
        404 => ErrorKind::ModelNotFound,
        408 => ErrorKind::Timeout,
        413 => ErrorKind::ContextLength,
        429 => ErrorKind::RateLimit,
        500.. => ErrorKind::Server,
        _ => ErrorKind::InvalidRequest,
    }
}
