//! Where calls are noted: in what order they began, and how they ended.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;
use ziggurat_core::CallContext;

use super::open_call::OpenCall;
use super::redaction::Redaction;
use super::writer::Writer;
use super::{Asked, Exchange, Recording, RecordingError};

/// What the wrappers of one layer share.
pub(super) struct Recorder {
    begun: AtomicU64,
    redaction: Arc<Redaction>,
    sink: Sink,
}

enum Sink {
    Memory(Mutex<Vec<Exchange>>),
    Writer(Writer),
}

impl Recorder {
    pub(super) fn in_memory() -> Self {
        Self::to(Sink::Memory(Mutex::default()), Arc::default())
    }

    pub(super) fn to_writer(out: Box<dyn Write + Send>) -> Result<Self, RecordingError> {
        let redaction = Arc::<Redaction>::default();
        let writer = Writer::start(out, Arc::clone(&redaction))?;
        Ok(Self::to(Sink::Writer(writer), redaction))
    }

    fn to(sink: Sink, redaction: Arc<Redaction>) -> Self {
        Self { begun: AtomicU64::new(0), redaction, sink }
    }

    pub(super) fn redact(&self, secrets: impl IntoIterator<Item = SecretString>) {
        self.redaction.add(secrets);
    }

    /// A call begins.
    pub(super) fn begin(
        self: &Arc<Self>,
        cx: &CallContext,
        provider: &str,
        asked: Asked,
    ) -> OpenCall {
        let seq = 1 + self.begun.fetch_add(1, Ordering::Relaxed);
        let node = cx.node().map(|node| node.id.clone());
        OpenCall::new(Arc::clone(self), seq, provider.to_owned(), node, asked)
    }

    /// A call has ended.
    pub(super) fn put(&self, exchange: Exchange) {
        match &self.sink {
            Sink::Writer(writer) => writer.put(exchange),
            Sink::Memory(kept) => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(exchange)
            }
        }
    }

    pub(super) async fn finish(&self) -> Result<(), RecordingError> {
        match &self.sink {
            Sink::Writer(writer) => writer.finish().await,
            Sink::Memory(kept) => match self.redacted(kept) {
                (_, None) => Ok(()),
                (_, Some(failed)) => Err(failed),
            },
        }
    }

    /// What is in memory.
    pub(super) fn recording(&self) -> Option<Recording> {
        match &self.sink {
            Sink::Memory(kept) => Some(Recording::of(self.redacted(kept).0)),
            Sink::Writer(_) => None,
        }
    }

    /// The calls without secrets. One of which that leaves no call is left out, as it would not be written.
    fn redacted(&self, kept: &Mutex<Vec<Exchange>>) -> (Vec<Exchange>, Option<RecordingError>) {
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (mut calls, mut lost, mut first) = (Vec::new(), 0, None);
        for exchange in kept {
            match self.redaction.apply(exchange.hashed()) {
                Ok(exchange) => calls.push(exchange),
                Err(error) => {
                    lost += 1;
                    first.get_or_insert(Arc::new(io::Error::from(error)));
                }
            }
        }
        (calls, first.map(|source| RecordingError::Write { lost, source }))
    }

    pub(super) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }
}
