//! A reply as a stream.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, Stream, StreamExt};
use hyper::Response;
use ziggurat_core::ProviderError;
use ziggurat_core::chat::{ChatDelta, ChatStream};

use super::manner::{self, Broken};
use super::{Opened, Reply};
use crate::server::body::{self, Body};
use crate::server::counts::Exchange;
use crate::server::formats::Encoder;
use crate::server::link::Link;

/// The frames of a streamed answer. The exchange is finished with the last one; dropped before that, it
/// was abandoned.
struct Frames {
    deltas: ChatStream,
    encoder: Box<dyn Encoder>,
    exchange: Exchange,
    link: Arc<Link>,
    broken: Option<Broken>,
}

impl Reply<'_> {
    pub(super) async fn streamed(self, opened: Opened) -> io::Result<Response<Body>> {
        let Opened { play, outline, mut manner } = opened;
        let format = self.format();
        let encoder = format.encoder(outline);
        let deltas = match play.stream().await {
            Ok(deltas) => deltas,
            Err(error) => match &manner.broken {
                Some(Broken::Cut) => return self.close(Link::cut),
                Some(Broken::Reset) => return self.close(Link::reset),
                Some(Broken::Body { status, content_type, body }) => {
                    let response = body::whole(*status, content_type, body.clone());
                    self.exchange.finish();
                    return Ok(manner.onto(response));
                }
                None if !manner.in_stream => {
                    let refusal = self.refusal(&error);
                    self.exchange.finish();
                    return Ok(manner.onto(refusal));
                }
                // It begins as a success all the same.
                Some(Broken::Malformed) | None => stream::iter([Err(error)]).boxed(),
            },
        };
        let (exchange, link) = (self.exchange, self.link);
        let frames = Frames { deltas, encoder, exchange, link, broken: manner.broken.take() };
        Ok(manner.onto(body::framed(format.stream_type(), frames.into_stream())))
    }
}

impl Frames {
    fn into_stream(mut self) -> impl Stream<Item = io::Result<Bytes>> {
        let begin = self.encoder.begin();
        let begin = (!begin.is_empty()).then(|| Ok(Bytes::from(begin)));
        let rest = stream::unfold(Some(self), |frames| async { frames?.step().await });
        stream::iter(begin).chain(rest)
    }

    /// The next frame, and what is left after it; nothing is left after a break.
    async fn step(mut self) -> Option<(io::Result<Bytes>, Option<Self>)> {
        let Some(item) = self.deltas.next().await else {
            self.exchange.finish();
            return None;
        };
        let text = match &item {
            Ok(ChatDelta::End(end)) => {
                self.exchange.used(end.usage);
                self.encoder.end(end)
            }
            Ok(delta) => self.encoder.piece(delta),
            Err(error) => match self.broken {
                Some(Broken::Cut) => return self.end(Link::cut),
                Some(Broken::Reset) => return self.end(Link::reset),
                _ => self.last_words(error),
            },
        };
        Some((Ok(Bytes::from(text)), Some(self)))
    }

    fn end(self, end: fn(&Link) -> io::Error) -> Option<(io::Result<Bytes>, Option<Self>)> {
        self.exchange.finish();
        Some((Err(end(&self.link)), None))
    }

    fn last_words(&mut self, error: &ProviderError) -> String {
        if self.broken.is_none() {
            self.exchange.fault("error-event");
            return self.encoder.error(error);
        }
        let event = self.encoder.piece(&ChatDelta::Text("an answer".to_owned()));
        let event = event.trim_end();
        format!("{}\n\n", &event[..manner::most_of(event)])
    }
}
