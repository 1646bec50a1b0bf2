//! A recording in place of providers.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use ziggurat_core::chat::RequestHash;
use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Layer, Model, Provider, ProviderError};

use super::diff::{readable, unified};
use super::facts::Facts;
use super::nearest::Nearest;
use super::replay_provider::ReplayProvider;
use super::shelf::{Shelf, Taken};
use super::{Exchange, Miss, MissCause, Recording, RecordingError};

/// The most misses that are kept.
const MISSES: usize = 1_000;

/// Plays a recording: a provider for each that was recorded, which needs no key and no network. Clones
/// share what is left of it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use std::sync::Arc;
/// use ziggurat_core::{CallContext, ChatRequest, Layer, Message, Provider};
/// use ziggurat_providers::layers::{RecordLayer, Replay};
/// # use ziggurat_testkit::{ScriptedProvider, Turn};
/// # let adapter = Arc::new(ScriptedProvider::new().turn(Turn::text("The pool ran out.")));
///
/// let (cx, ask) = (CallContext::default(), ChatRequest::new("m", [Message::user("Why?")]));
/// let record = RecordLayer::in_memory();
/// record.layer(adapter).chat(&cx, &ask).await?;
///
/// let replay = Replay::new(record.recording().unwrap_or_default());
/// let again = replay.provider("scripted").ok_or("nothing of it was recorded")?;
/// assert_eq!(again.chat(&cx, &ask).await?.text(), "The pool ran out.");
/// assert!(replay.unused().is_empty() && replay.misses().is_empty());
/// // What was not recorded is never made up.
/// assert!(again.chat(&cx, &ask).await.is_err());
/// # Ok(())
/// # }
/// ```
///
/// - A call is known by the **provider's name and the request's
///   [canonical hash](ziggurat_core::ChatRequest::canonical_hash)**, whole or streamed. The calls of one hash
///   are a list, in the order in which they *began*. Each is given once. Where a list has calls of
///   several nodes of a run, each node gets its own first: so a run replays alike, in whichever order its
///   nodes get their answers.
/// - **Answers** are marked as [`AnswerSource::Recording`](ziggurat_core::chat::AnswerSource::Recording), so
///   that a run counts them as free. A stream has each part of the answer in one piece.
/// - **Errors** come again with their kind, words, status and hints; where a stream broke, what it had said
///   comes first.
/// - **A call that was given up** (by a timeout, a hedge, a cancelled run) has no end. It comes again as
///   [`ErrorKind::Timeout`], at once. Trying again is only suggested if the same node did so then.
/// - **What was not recorded** is an error, and a [`Miss`].
/// - **Models** are as they were last told. What nobody asked about then is unknown, and tokens nobody
///   counted then are not counted.
#[derive(Clone)]
pub struct Replay {
    pub(super) tape: Arc<Tape>,
}

/// The recording, and how far it has been played.
pub(super) struct Tape {
    recording: Recording,
    pub(super) facts: Facts,
    shelf: Mutex<Shelf>,
    nearest: OnceLock<Nearest>,
    misses: Mutex<Vec<Miss>>,
}

impl Replay {
    /// Plays the recording in this file.
    ///
    /// # Errors
    /// As [`Recording::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        Recording::open(path).map(Self::new)
    }

    /// Plays this recording.
    pub fn new(recording: Recording) -> Self {
        let tape = Tape {
            facts: Facts::of(&recording),
            shelf: Mutex::new(Shelf::of(&recording)),
            nearest: OnceLock::new(),
            misses: Mutex::default(),
            recording,
        };
        Self { tape: Arc::new(tape) }
    }

    /// What is played.
    pub fn recording(&self) -> &Recording {
        &self.tape.recording
    }

    /// The provider of this name, if it was recorded.
    pub fn provider(&self, name: &str) -> Option<Arc<dyn Provider>> {
        let recorded = self.recording().providers().contains(&name);
        recorded.then(|| ReplayProvider::alone(self, name))
    }

    /// All recorded providers, by name.
    pub fn providers(&self) -> Vec<Arc<dyn Provider>> {
        let names = self.recording().providers();
        names.into_iter().map(|name| ReplayProvider::alone(self, name)).collect()
    }

    /// The model that was asked most often, as it was known.
    pub fn default_model(&self) -> Option<Model> {
        let name = self.recording().models().into_iter().next()?;
        Some(Model::known(self.provider(&name.provider)?, &name.model?))
    }

    /// The calls for answers that nobody has made again, in the order in which they began. Questions
    /// about models and tokens are not among them.
    pub fn unused(&self) -> Vec<&Exchange> {
        let left = lock(&self.tape.shelf).left();
        left.into_iter().map(|at| &self.tape.calls()[at]).collect()
    }

    /// The requests that the recording had no answer to, in the order they were made; the first 1,000.
    pub fn misses(&self) -> Vec<Miss> {
        lock(&self.tape.misses).clone()
    }
}

impl Tape {
    pub(super) fn calls(&self) -> &[Exchange] {
        self.recording.exchanges()
    }

    /// The recorded call that this one repeats, and whether the same node tried again after it.
    pub(super) fn next(
        &self,
        cx: &CallContext,
        provider: &str,
        request: &ChatRequest,
    ) -> Result<(&Exchange, bool), ProviderError> {
        let hash = request.canonical_hash();
        let node = cx.node().map(|node| node.id.as_str());
        let taken = lock(&self.shelf).take(self.calls(), provider, hash, node);
        let cause = match taken {
            Taken::Call { at, again } => return Ok((&self.calls()[at], again)),
            Taken::UsedUp { recorded } => MissCause::UsedUp { recorded },
            Taken::Unknown => self.unknown(provider, request),
        };
        Err(self.missed(provider, request, hash, cause))
    }

    fn unknown(&self, provider: &str, request: &ChatRequest) -> MissCause {
        let nearest = self.nearest.get_or_init(|| Nearest::of(&self.recording));
        let nearest = nearest.to(self.calls(), provider, request);
        let recorded = nearest.and_then(Exchange::request);
        let diff = recorded.map(|recorded| unified(&readable(recorded), &readable(request)));
        MissCause::Unknown { nearest: nearest.map(|call| call.seq), diff: diff.unwrap_or_default() }
    }

    fn missed(
        &self,
        provider: &str,
        request: &ChatRequest,
        hash: RequestHash,
        cause: MissCause,
    ) -> ProviderError {
        let miss = Miss { model: format!("{provider}/{}", request.model), hash, cause };
        let error = ProviderError::new(provider, ErrorKind::InvalidRequest, miss.to_string());
        let mut misses = lock(&self.misses);
        if misses.len() < MISSES {
            misses.push(miss);
        }
        error.with_should_retry(false)
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("recording", &self.recording().to_string())
            .field("unused", &self.unused().len())
            .field("misses", &lock(&self.tape.misses).len())
            .finish()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Plays a recording in a provider's place; what is known of a model without asking is still the
/// provider's (a catalogue has prices that no server tells). Nothing else is asked of it.
#[derive(Debug, Clone)]
pub struct ReplayLayer {
    replay: Replay,
}

impl ReplayLayer {
    /// A layer that plays this.
    pub fn new(replay: Replay) -> Self {
        Self { replay }
    }
}

impl Layer for ReplayLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        ReplayProvider::around(&self.replay, inner)
    }
}
