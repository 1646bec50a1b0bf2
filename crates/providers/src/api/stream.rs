//! From events to a stream of deltas. The stream's end is told apart from a cut, and an error is the
//! last item; both close the connection at once.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::{FutureExt, Stream, StreamExt};
use ziggurat_core::{ChatDelta, ChatStream, ErrorKind, ProviderError};

use super::{Assemble, Fault, Step, failure};
use crate::http::{Frame, FrameStream, MAX_BODY, Reporter};

type Item = Result<ChatDelta, ProviderError>;

/// Reads until the first piece has arrived, so that an error before it is returned.
pub(super) async fn open(
    frames: FrameStream,
    answer: impl Assemble,
    reporter: Reporter,
    request_id: Option<String>,
) -> Result<ChatStream, ProviderError> {
    let mut reading = Reading::new(frames, answer, reporter, request_id);
    if let Some(first) = reading.next().await {
        reading.queue.push_front(first?);
    }
    Ok(reading.boxed())
}

/// A stream that is being read. `frames` is gone once the answer is over.
struct Reading<A> {
    frames: Option<FrameStream>,
    answer: A,
    queue: VecDeque<ChatDelta>,
    size: usize,
    reporter: Reporter,
    request_id: Option<String>,
}

impl<A: Assemble> Stream for Reading<A> {
    type Item = Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        let reading = self.get_mut();
        loop {
            if let Some(delta) = reading.queue.pop_front() {
                return Poll::Ready(Some(Ok(delta)));
            }
            let Some(frames) = &mut reading.frames else { return Poll::Ready(None) };
            let frame = ready!(frames.poll_next_unpin(cx));
            if let Some(item) = reading.take(frame) {
                return Poll::Ready(Some(item));
            }
        }
    }
}

impl<A: Assemble> Reading<A> {
    fn new(frames: FrameStream, answer: A, reporter: Reporter, request_id: Option<String>) -> Self {
        let queue = VecDeque::new();
        Self { frames: Some(frames), answer, queue, size: 0, reporter, request_id }
    }

    /// The next item, if this event brings any; what else it brings is queued.
    fn take(&mut self, frame: Option<Result<Frame, ProviderError>>) -> Option<Item> {
        let frame = match frame {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Some(Err(self.fail(error))),
            None => return Some(self.end(false)),
        };
        match self.answer.feed(frame.event.as_deref(), &frame.data) {
            Ok(Step::Deltas(deltas)) => {
                self.size += deltas.iter().map(size).sum::<usize>();
                if self.size > MAX_BODY {
                    let error = self.too_large();
                    return Some(Err(self.fail(error)));
                }
                let mut deltas = deltas.into_iter();
                let first = deltas.next()?;
                self.queue.extend(deltas);
                Some(Ok(first))
            }
            Ok(Step::Done) => Some(self.end(true)),
            Err(fault) => {
                let error = self.describe(fault, frame.data.as_bytes());
                Some(Err(self.fail(error)))
            }
        }
    }

    fn end(&mut self, done: bool) -> Item {
        if let Some(mut frames) = self.frames.take() {
            // If the body's end has already arrived, taking note of it lets the connection be used
            // again; dropping it unread would close it.
            let _ = frames.next().now_or_never();
        }
        match self.answer.end(done) {
            Ok(mut end) => {
                end.request_id = self.request_id.take();
                Ok(ChatDelta::End(end))
            }
            Err(cut) => Err(self.describe(Fault::Cut(cut), b"")),
        }
    }

    fn fail(&mut self, error: ProviderError) -> ProviderError {
        self.frames = None;
        failure::with_request_id_of(error, self.request_id.take())
    }

    fn describe(&mut self, fault: Fault, data: &[u8]) -> ProviderError {
        let what = "an event is not a piece of an answer";
        let error = failure::of_answer(&self.reporter, fault, what, data);
        failure::with_request_id_of(error, self.request_id.take())
    }

    fn too_large(&self) -> ProviderError {
        let message = format!("the answer is larger than {} MiB", MAX_BODY >> 20);
        self.reporter.error(ErrorKind::Protocol, &message)
    }
}

fn size(delta: &ChatDelta) -> usize {
    let len = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    match delta {
        ChatDelta::Text(text) => text.len(),
        // Pieces without any text take room as well.
        ChatDelta::Reasoning { piece, .. } => {
            let marks = len(&piece.id) + len(&piece.signature) + len(&piece.origin);
            piece.text.len() + marks + size_of::<ChatDelta>()
        }
        ChatDelta::ToolCall { id, name, arguments, signature, .. } => {
            arguments.len() + len(id) + len(name) + len(signature) + size_of::<ChatDelta>()
        }
        _ => 0,
    }
}
