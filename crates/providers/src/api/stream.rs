//! From events to a stream of deltas. The stream's end is told apart from a cut, and an error is the
//! last item; both close the connection at once.

use std::collections::VecDeque;

use futures::{FutureExt, StreamExt, stream};
use ziggurat_core::{ChatDelta, ChatStream, ErrorKind, ProviderError};

use super::{Assemble, Fault, Step, failure};
use crate::http::{FrameStream, MAX_BODY, Reporter};

type Item = Result<ChatDelta, ProviderError>;

/// Reads until the first piece has arrived, so that an error before it is returned.
pub(super) async fn open(
    frames: FrameStream,
    answer: impl Assemble,
    reporter: Reporter,
    request_id: Option<String>,
) -> Result<ChatStream, ProviderError> {
    let mut deltas = read(frames, answer, reporter, request_id);
    let first = deltas.next().await.transpose()?;
    Ok(stream::iter(first.map(Ok)).chain(deltas).boxed())
}

/// All of an answer, an error before its first piece included.
pub(super) fn read(
    frames: FrameStream,
    answer: impl Assemble,
    reporter: Reporter,
    request_id: Option<String>,
) -> ChatStream {
    let reading = Reading {
        frames: Some(frames),
        answer,
        queue: VecDeque::new(),
        size: 0,
        reporter,
        request_id,
    };
    stream::unfold(reading, |mut reading| async move {
        let item = reading.next().await?;
        Some((item, reading))
    })
    .boxed()
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

impl<A: Assemble> Reading<A> {
    async fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(delta) = self.queue.pop_front() {
                return Some(Ok(delta));
            }
            let frame = match self.frames.as_mut()?.next().await {
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
                    self.queue.extend(deltas);
                }
                Ok(Step::Done) => return Some(self.end(true)),
                Err(fault) => {
                    let error = self.describe(fault, frame.data.as_bytes());
                    return Some(Err(self.fail(error)));
                }
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
