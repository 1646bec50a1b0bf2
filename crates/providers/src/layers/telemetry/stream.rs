//! A stream within its span. Each poll is made inside, so that what happens below is the span's
//! child, and so is the end of a stream that is dropped.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::{Stream, StreamExt, stream};
use ziggurat_core::{ChatDelta, ChatStream, ErrorKind, ProviderError};

use super::call::Call;

/// The stream, and its call until that has ended.
pub(super) struct Traced {
    stream: ChatStream,
    call: Option<Call>,
}

impl Traced {
    pub(super) fn new(stream: ChatStream, call: Call) -> Self {
        Self { stream, call: Some(call) }
    }
}

impl Stream for Traced {
    type Item = Result<ChatDelta, ProviderError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { stream, call } = self.get_mut();
        let Some(mut open) = call.take() else { return stream.poll_next_unpin(cx) };
        let polled = open.span().in_scope(|| stream.poll_next_unpin(cx));
        match &polled {
            Poll::Ready(Some(Ok(ChatDelta::End(end)))) => open.completed(end),
            Poll::Ready(Some(Ok(piece))) => {
                open.piece(piece);
                *call = Some(open);
            }
            Poll::Ready(Some(Err(error))) => open.failed(error.kind()),
            Poll::Ready(None) => open.failed(ErrorKind::Interrupted),
            Poll::Pending => *call = Some(open),
        }
        polled
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        let Some(call) = &self.call else { return };
        let unread = mem::replace(&mut self.stream, stream::empty().boxed());
        call.span().in_scope(|| drop(unread));
    }
}
