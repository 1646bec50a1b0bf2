//! From a connection to a stream of deltas. The stream's end is told apart from a cut, and an error is
//! the last item; both close the connection at once.

use std::collections::VecDeque;

use futures::{FutureExt, StreamExt, stream};
use ziggurat_core::{ChatDelta, ChatStream, ErrorKind, ProviderError};

use super::assemble::{Assembler, Fault, Step};
use super::failure;
use crate::http::{EventStream, MAX_BODY, Reporter};

type Item = Result<ChatDelta, ProviderError>;

/// Reads until the first piece has arrived, so that an error before it is returned.
pub(super) async fn open(
    events: EventStream,
    reporter: Reporter,
    model: &str,
) -> Result<ChatStream, ProviderError> {
    let reading = Reading {
        events: Some(events),
        assembler: Assembler::new(model),
        queue: VecDeque::new(),
        reporter,
    };
    let mut deltas = stream::unfold(reading, |mut reading| async move {
        let item = reading.next().await?;
        Some((item, reading))
    })
    .boxed();
    let first = deltas.next().await.transpose()?;
    Ok(stream::iter(first.map(Ok)).chain(deltas).boxed())
}

/// A stream that is being read. `events` is gone once the answer is over.
struct Reading {
    events: Option<EventStream>,
    assembler: Assembler,
    queue: VecDeque<ChatDelta>,
    reporter: Reporter,
}

impl Reading {
    async fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(delta) = self.queue.pop_front() {
                return Some(Ok(delta));
            }
            let event = match self.events.as_mut()?.next().await {
                Some(Ok(event)) => event,
                Some(Err(error)) => return Some(Err(self.fail(error))),
                None => return Some(self.end(false)),
            };
            let data = event.data.unwrap_or_default();
            match self.assembler.feed(event.event.as_deref(), &data) {
                Ok(Step::Deltas(deltas)) => self.queue.extend(deltas),
                Ok(Step::Done) => return Some(self.end(true)),
                Err(fault) => {
                    let error = self.describe(fault, &data);
                    return Some(Err(self.fail(error)));
                }
            }
        }
    }

    fn end(&mut self, done: bool) -> Item {
        if let Some(mut events) = self.events.take() {
            // If the body's end has already arrived, taking note of it lets the connection be used
            // again; dropping it unread would close it.
            let _ = events.next().now_or_never();
        }
        let end = self.assembler.end(done).map(ChatDelta::End);
        end.map_err(|cut| failure::cut(&self.reporter, &cut))
    }

    fn fail(&mut self, error: ProviderError) -> ProviderError {
        self.events = None;
        error
    }

    fn describe(&self, fault: Fault, data: &str) -> ProviderError {
        match fault {
            Fault::Error(error) => failure::inside_answer(&self.reporter, &error),
            Fault::Malformed(source) => self.reporter.protocol(
                "an event is not a piece of an answer",
                data.as_bytes(),
                source,
            ),
            Fault::TooLarge => {
                let message = format!("the answer is larger than {} MiB", MAX_BODY >> 20);
                self.reporter.error(ErrorKind::Protocol, &message)
            }
        }
    }
}
