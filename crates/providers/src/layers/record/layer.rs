//! The layer that records.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use ziggurat_core::chat::{ChatRequest, ChatResponse, ChatStream};
use ziggurat_core::{CallContext, Layer, ModelInfo, Provider, ProviderError};

use super::open_call::OpenCall;
use super::recorder::Recorder;
use super::{Asked, Ended, Recording, RecordingError};

/// Records every call of the providers it is put around: answers, streams, errors, what was given up, and
/// what the provider said of its models and of tokens. [`Replay`](super::Replay) plays it again.
///
/// ```no_run
/// use std::sync::Arc;
/// use ziggurat_core::{Layer, Provider};
/// use ziggurat_providers::layers::{RecordLayer, Recording};
/// # use secrecy::SecretString;
/// # async fn example(adapter: Arc<dyn Provider>, key: SecretString) -> Result<(), Box<dyn std::error::Error>> {
/// let record = RecordLayer::to_file("run.recording.json")?.redacting([key]);
/// let provider = record.layer(adapter);
/// // … a run …
/// record.finish().await?;
/// println!("{}", Recording::open("run.recording.json")?);
/// # Ok(())
/// # }
/// ```
///
/// It is the innermost layer, next to the adapter; one may be put around several adapters. Clones share
/// one recording.
///
/// ```text
/// right: retry(timeout(record(adapter)))   every attempt is recorded, and replays as it was
/// wrong: record(retry(adapter))            failed attempts are lost, and a replay needs none
/// ```
///
/// # The file
/// A sequence of JSON values, pretty-printed: a header, then one object per call in the order in which they
/// ended. `jq` reads it, a line diff shows what changed, and a file that was cut off loses its last
/// call only ([`Recording::cut`]). Requests are in it in full, with their documents: treat it as you
/// treat those.
///
/// Not in it are times, what an adapter signals (the server's limits), and the lower errors below an
/// error.
///
/// # What it costs
/// A call is copied once: its request (documents are shared, not copied) and its answer, of a stream each
/// piece as it passes. Then it is handed to a thread of the recording's own, without waiting. Hashing,
/// redacting and writing happen there, so a slow disk slows no call; what is not written yet is held in
/// memory. When the last clone and the last provider have gone, what is left is written, and that is waited
/// for; [`finish`](Self::finish) does it without blocking, and tells what went wrong.
///
/// # Cancellation
/// A call or stream that is dropped before its end is recorded as given up, with what it had said.
#[derive(Clone)]
pub struct RecordLayer {
    recorder: Arc<Recorder>,
}

impl RecordLayer {
    /// Records in memory; [`recording`](Self::recording) is what there is so far.
    pub fn in_memory() -> Self {
        Self { recorder: Arc::new(Recorder::in_memory()) }
    }

    /// Records into a new file, which its owner alone may read (on Unix). A call is in the file shortly after it ended.
    ///
    /// # Errors
    /// If the file cannot be made, or is there already: a recording may have cost money.
    pub fn to_file(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let path = path.as_ref();
        let file = create(path)
            .map_err(|source| RecordingError::Create { path: path.to_owned(), source })?;
        Self::to_writer(file)
    }

    /// Records into a writer, on a thread of its own. Each call is one `write_all`; when none is left to
    /// write, `flush` is called.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn to_writer(writer: impl Write + Send + 'static) -> Result<Self, RecordingError> {
        Ok(Self { recorder: Arc::new(Recorder::to_writer(Box::new(writer))?) })
    }

    /// The same layer; in everything that is written from now on, these secrets are replaced by
    /// `[secret]`: pieces of eight characters and more, also in base64, hexadecimal digits and escapes.
    /// Values of less than six characters are no secrets, and are left.
    ///
    /// Requests hold no keys and adapters keep them out of errors. This is for a server that repeats a
    /// key in an answer. A replay finds a request that holds a secret as it was asked, and as it is written.
    pub fn redacting(self, secrets: impl IntoIterator<Item = SecretString>) -> Self {
        self.recorder.redact(secrets);
        self
    }

    /// Waits until all calls that have ended are written. Those still under way are written when they
    /// end; call it again to be sure of them.
    ///
    /// # Errors
    /// If calls could not be written. That never fails the calls themselves.
    pub async fn finish(&self) -> Result<(), RecordingError> {
        self.recorder.finish().await
    }

    /// The calls so far, if they are kept [in memory](Self::in_memory).
    pub fn recording(&self) -> Option<Recording> {
        self.recorder.recording()
    }
}

/// A new file, for its owner's eyes: whole prompts and documents are in it.
fn create(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

impl Layer for RecordLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Recorded { inner, recorder: Arc::clone(&self.recorder) })
    }
}

impl fmt::Debug for RecordLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordLayer").field("begun", &self.recorder.begun()).finish_non_exhaustive()
    }
}

struct Recorded {
    inner: Arc<dyn Provider>,
    recorder: Arc<Recorder>,
}

impl Recorded {
    fn begin(&self, cx: &CallContext, asked: Asked) -> OpenCall {
        self.recorder.begin(cx, self.inner.name(), asked)
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for Recorded {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.inner.known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        let call = self.begin(cx, Asked::Model(model.to_owned()));
        let told = self.inner.model(cx, model).await;
        call.ended(told, |info| Ended::Model(Box::new(info.clone())))
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        let call = self.begin(cx, Asked::Models);
        let told = self.inner.models(cx).await;
        call.ended(told, |models| Ended::Models(models.clone()))
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        let call = self.begin(cx, Asked::CountTokens(Box::new(request.clone())));
        let told = self.inner.count_tokens(cx, request).await;
        call.ended(told, |tokens| Ended::Tokens(*tokens))
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let call = self.begin(cx, Asked::Chat(Box::new(request.clone())));
        let told = self.inner.chat(cx, request).await;
        call.ended(told, |answer| Ended::Answer(Box::new(answer.clone())))
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let call = self.begin(cx, Asked::Stream(Box::new(request.clone())));
        call.opened(self.inner.stream(cx, request).await)
    }
}
