//! The thread that writes a recording. Calls hand over what they have and go on: no lock is waited for, and
//! the disk's pace is nobody's but this thread's.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::recording::{header, value};
use super::redaction::Redaction;
use super::{Exchange, RecordingError};

/// The way to the thread. Dropping it waits until the thread has written what it was given.
pub(super) struct Writer {
    messages: Option<Sender<Message>>,
    thread: Option<JoinHandle<()>>,
}

enum Message {
    Ended(Box<Exchange>),
    Finish(oneshot::Sender<Result<(), RecordingError>>),
}

impl Writer {
    pub(super) fn start(
        out: Box<dyn Write + Send>,
        redaction: Arc<Redaction>,
    ) -> Result<Self, RecordingError> {
        let (messages, received) = mpsc::channel();
        let desk = Desk { out, redaction, failure: None, torn: false };
        let thread = thread::Builder::new()
            .name("ziggurat-recording".to_owned())
            .spawn(move || desk.work(&received))
            .map_err(RecordingError::Thread)?;
        Ok(Self { messages: Some(messages), thread: Some(thread) })
    }

    pub(super) fn put(&self, exchange: Exchange) {
        self.send(Message::Ended(Box::new(exchange)));
    }

    /// Waits until all that was put is written.
    pub(super) async fn finish(&self) -> Result<(), RecordingError> {
        let (reply, told) = oneshot::channel();
        self.send(Message::Finish(reply));
        told.await.unwrap_or_else(|_| {
            let source = Arc::new(io::Error::other("the thread that writes it has ended"));
            Err(RecordingError::Write { lost: 0, source })
        })
    }

    /// The thread ends only when this is dropped; if it panicked all the same, `finish` tells.
    fn send(&self, message: Message) {
        if let Some(messages) = &self.messages {
            messages.send(message).ok();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.messages = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// What the thread works with.
struct Desk {
    out: Box<dyn Write + Send>,
    redaction: Arc<Redaction>,
    failure: Option<Failure>,
    /// Whether a value may have been written in part: whatever came after it could not be read.
    torn: bool,
}

struct Failure {
    lost: u64,
    first: Arc<io::Error>,
}

impl Desk {
    fn work(mut self, messages: &Receiver<Message>) {
        let begun = header().and_then(|header| self.out.write_all(&header));
        if let Err(error) = begun {
            self.torn = true;
            self.failed(error, 0);
        }
        while let Some(message) = self.next(messages) {
            match message {
                Message::Ended(exchange) => self.write(*exchange),
                Message::Finish(reply) => {
                    self.flush();
                    reply.send(self.result()).ok();
                }
            }
        }
        self.flush();
    }

    /// The next message. While there is none, what was written is made to arrive.
    fn next(&mut self, messages: &Receiver<Message>) -> Option<Message> {
        match messages.try_recv() {
            Ok(message) => Some(message),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => {
                self.flush();
                messages.recv().ok()
            }
        }
    }

    fn write(&mut self, exchange: Exchange) {
        if self.torn {
            self.failed(io::Error::other("an earlier call was written in part"), 1);
            return;
        }
        let redacted = self.redaction.apply(exchange.hashed()).map_err(io::Error::from);
        match redacted.and_then(|exchange| value(&exchange)) {
            Err(error) => self.failed(error, 1),
            Ok(bytes) => {
                if let Err(error) = self.out.write_all(&bytes) {
                    self.torn = true;
                    self.failed(error, 1);
                }
            }
        }
    }

    fn flush(&mut self) {
        if !self.torn
            && let Err(error) = self.out.flush()
        {
            self.torn = true;
            self.failed(error, 0);
        }
    }

    fn failed(&mut self, error: io::Error, lost: u64) {
        let first = || Failure { lost: 0, first: Arc::new(error) };
        self.failure.get_or_insert_with(first).lost += lost;
    }

    fn result(&self) -> Result<(), RecordingError> {
        match &self.failure {
            None => Ok(()),
            Some(Failure { lost, first }) => {
                Err(RecordingError::Write { lost: *lost, source: Arc::clone(first) })
            }
        }
    }
}
