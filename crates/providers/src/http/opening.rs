//! How an answer that ought to be a stream begins. Whoever is asked at a wrong address, or not before a
//! login, answers with a page, whose lines a parser of events would skip without a word: the answer would
//! seem to be cut, which invites to ask again.

use bytes::Bytes;
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use ziggurat_core::ProviderError;

use super::Reporter;
use super::body::read_rest;
use super::frames::{FrameStream, frames};
use crate::api::Framing;

/// How many blanks may come before the first byte that tells anything.
const BLANKS: usize = 1024;

/// What begins text that is nothing but text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An answer whose beginning has arrived.
#[derive(Debug)]
pub(crate) struct Opening {
    begun: Vec<u8>,
    rest: Response,
}

impl Opening {
    /// Waits for the first byte that is not blank.
    ///
    /// # Errors
    /// A broken connection as [`Reporter::transport`] says.
    pub(crate) async fn of(mut rest: Response, reporter: &Reporter) -> Result<Self, ProviderError> {
        let mut begun = Vec::new();
        while first(&begun).is_none() && begun.len() < BLANKS {
            match rest.chunk().await.map_err(|error| reporter.transport(error))? {
                Some(chunk) => begun.extend_from_slice(&chunk),
                None => break,
            }
        }
        Ok(Self { begun, rest })
    }

    /// Whether it is no stream: a page, or one piece of JSON where that is not how streams are cut. A type
    /// that is merely wrong, such as `text/plain`, says nothing, since servers stream under any.
    pub(crate) fn is_whole(&self, framing: Framing) -> bool {
        let kind = self.rest.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().trim_start().to_ascii_lowercase();
        let is_json = framing == Framing::Sse && kind.starts_with("application/json");
        is_json || kind.starts_with("text/html") || first(&self.begun) == Some(b'<')
    }

    /// All of it.
    ///
    /// # Errors
    /// As [`read_body`](super::read_body).
    pub(crate) async fn read(mut self, reporter: &Reporter) -> Result<Vec<u8>, ProviderError> {
        read_rest(&mut self.begun, &mut self.rest, reporter).await?;
        Ok(self.begun)
    }

    /// Its events.
    pub(crate) fn frames(self, framing: Framing, reporter: Reporter) -> FrameStream {
        frames(Bytes::from(self.begun), self.rest, framing, reporter)
    }
}

/// The first byte that is not blank. Half a mark is none yet.
fn first(bytes: &[u8]) -> Option<u8> {
    if BYTE_ORDER_MARK.starts_with(bytes) {
        return None;
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    bytes.trim_ascii_start().first().copied()
}
