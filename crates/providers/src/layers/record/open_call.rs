//! A call under way. Whichever way it ends, even dropped, it is put into the recording once.

use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures::Stream;
use ziggurat_core::chat::{ChatDelta, ChatEnd, ChatStream, FinishReason, PartialResponse};
use ziggurat_core::{ContentPart, ErrorKind, ProviderError};

use super::recorder::Recorder;
use super::{Asked, Ended, Exchange};

/// Dropped before its end, it is recorded as given up.
pub(super) struct OpenCall {
    recorder: Arc<Recorder>,
    exchange: Option<Exchange>,
    said: PartialResponse,
}

impl OpenCall {
    pub(super) fn new(
        recorder: Arc<Recorder>,
        seq: u64,
        provider: String,
        node: Option<String>,
        asked: Asked,
    ) -> Self {
        let ended = Ended::Abandoned { partial: Vec::new() };
        let exchange = Exchange { seq, provider, node, hash: None, asked, ended };
        Self { recorder, exchange: Some(exchange), said: PartialResponse::default() }
    }

    /// The call ended like this.
    pub(super) fn ended<T>(
        mut self,
        result: Result<T, ProviderError>,
        ended: impl FnOnce(&T) -> Ended,
    ) -> Result<T, ProviderError> {
        match &result {
            Ok(told) => self.put(ended(told)),
            Err(error) => self.failed(error),
        }
        result
    }

    /// The call opened this stream, or failed before. It goes on with the stream.
    pub(super) fn opened(
        mut self,
        result: Result<ChatStream, ProviderError>,
    ) -> Result<ChatStream, ProviderError> {
        match result {
            Ok(inner) => Ok(Box::pin(Recorded { inner, call: Some(self) })),
            Err(error) => {
                self.failed(&error);
                Err(error)
            }
        }
    }

    fn failed(&mut self, error: &ProviderError) {
        let partial = self.partial();
        let asked = self.exchange.as_ref().map_or("", |exchange| &exchange.provider);
        self.put(Ended::failed(error, asked, partial));
    }

    /// The stream gave this; `false` if that was the end.
    fn goes_on(&mut self, item: Option<&Result<ChatDelta, ProviderError>>) -> bool {
        match item {
            Some(Ok(ChatDelta::End(end))) => {
                let answer = mem::take(&mut self.said).end(end.clone());
                self.put(Ended::Answer(Box::new(answer)));
                false
            }
            Some(Ok(delta)) => {
                self.said.add(delta.clone());
                true
            }
            Some(Err(error)) => {
                self.failed(error);
                false
            }
            None => {
                // In the words of `chat::collect`, which makes the same of it.
                let provider = self.exchange.as_ref().map_or("", |exchange| &exchange.provider);
                let message = "the stream stopped before its end";
                let error = ProviderError::new(provider, ErrorKind::Interrupted, message);
                self.failed(&error);
                false
            }
        }
    }

    fn partial(&mut self) -> Vec<ContentPart> {
        mem::take(&mut self.said).end(ChatEnd::new("", FinishReason::Stop)).content
    }

    fn put(&mut self, ended: Ended) {
        if let Some(exchange) = self.exchange.take() {
            self.recorder.put(Exchange { ended, ..exchange });
        }
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        let partial = self.partial();
        self.put(Ended::Abandoned { partial });
    }
}

/// A stream that is recorded as it passes.
struct Recorded {
    inner: ChatStream,
    call: Option<OpenCall>,
}

impl Stream for Recorded {
    type Item = Result<ChatDelta, ProviderError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.inner.as_mut().poll_next(cx));
        if let Some(call) = &mut self.call
            && !call.goes_on(item.as_ref())
        {
            self.call = None;
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}
