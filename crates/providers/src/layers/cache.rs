//! Answers alike questions once: from memory if the answer is there, and by one call for all if
//! several ask at the same time.

mod flights;
mod store;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use tokio::time::{Instant, timeout_at};
use ziggurat_core::chat::{self, ChatDelta, PartialResponse};
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ChatStream, ErrorKind, Layer, ModelInfo, Provider,
    ProviderError, Signal,
};

use self::flights::{Flights, Landing, Lead, Place};
use self::store::{Key, Store};

const MAX_BYTES: u64 = 64 << 20;
const TIME_TO_LIVE: Duration = Duration::from_secs(60 * 60);
const MAX_WAIT: Duration = Duration::from_secs(60);

/// Keeps answers in memory and gives them to whoever asks the same of the same provider.
///
/// It is not part of the default stack. At a temperature above zero, workers with alike prompts may
/// be meant to differ, and whoever asks again may do so because the first answer would not do; only
/// the caller knows.
///
/// - **Alike** are requests that are equal in every field ([`ChatRequest::canonical_hash`]), to
///   providers of the same name. Who asks does not matter, nor whether the answer is streamed.
/// - **Kept** are complete answers that a caller may want again: they ended with
///   [`Stop`](chat::FinishReason::Stop) or [`ToolCalls`](chat::FinishReason::ToolCalls) and say
///   something. A truncated, filtered, refused or empty answer is not kept: the next one may be
///   better. Errors are not kept.
/// - **A hit** is the answer as it was, its usage included, with
///   [`AnswerSource::Cache`](chat::AnswerSource::Cache) as its source, so that meters report it as
///   free.
/// - Token counts and what is known of models are not cached.
///
/// # At the same time
/// Of alike calls at the same time one is made, and the others wait for it ([`Signal::Queued`]). If
/// it fails or is dropped, the next makes a call of its own: neither an error nor a cancellation is
/// shared. Whoever has waited for [`with_max_wait`](Self::with_max_wait) in all makes its own call
/// beside the others, so that a stream which its reader has put aside, or a row of failures, holds
/// nobody up. A waiting call keeps to its context's deadline ([`ErrorKind::Timeout`], nothing was
/// sent).
///
/// # Order
/// Outside of everything that costs or waits, so that a hit is free and at once; only telemetry
/// goes around it.
///
/// ```
/// # use std::sync::Arc;
/// # use ziggurat_core::{CallContext, ChatRequest, Message};
/// use ziggurat_core::chat::AnswerSource;
/// use ziggurat_core::{Layer, Provider};
/// use ziggurat_providers::layers::CacheLayer;
/// # use ziggurat_testkit::ScriptedProvider;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ziggurat_core::ProviderError> {
/// # let stack: Arc<dyn Provider> = Arc::new(ScriptedProvider::new().echo());
/// # let cx = CallContext::default();
/// # let request = ChatRequest::new("m", [Message::user("Why?")]);
/// let provider = CacheLayer::new().with_max_bytes(8 << 20).layer(stack);
/// let first = provider.chat(&cx, &request).await?;
/// let again = provider.chat(&cx, &request).await?;
/// assert_eq!((first.source, again.source), (AnswerSource::Model, AnswerSource::Cache));
/// # Ok(())
/// # }
/// ```
///
/// Clones share what is kept, and so do all providers that one layer is put around.
#[derive(Clone)]
pub struct CacheLayer {
    max_bytes: u64,
    time_to_live: Duration,
    max_wait: Duration,
    shared: Arc<Shared>,
}

/// What is kept, and what is under way.
struct Shared {
    store: Store,
    flights: Flights,
}

impl CacheLayer {
    /// An empty cache of 64 MiB; answers live for an hour, and a call waits 60 seconds at most for
    /// one like it. None of these has a source but sense: long enough for a run, small enough for a
    /// laptop.
    pub fn new() -> Self {
        Self::of(MAX_BYTES, TIME_TO_LIVE, MAX_WAIT)
    }

    /// The same settings with this capacity, in bytes, and nothing kept yet. Counted are the bytes
    /// of an answer's words and a fixed share for each answer; what was used longest ago goes
    /// first. 0 keeps nothing, and alike calls at the same time still wait for each other.
    pub fn with_max_bytes(self, max_bytes: u64) -> Self {
        Self::of(max_bytes, self.time_to_live, self.max_wait)
    }

    /// The same settings with this time from an answer's end until it is forgotten, and nothing
    /// kept yet. In real time: the cache has a clock of its own.
    pub fn with_time_to_live(self, time_to_live: Duration) -> Self {
        Self::of(self.max_bytes, time_to_live, self.max_wait)
    }

    /// The same cache with this time for which a call waits, in all, for others like it.
    pub fn with_max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    fn of(max_bytes: u64, time_to_live: Duration, max_wait: Duration) -> Self {
        let store = Store::new(max_bytes, time_to_live);
        let shared = Arc::new(Shared { store, flights: Flights::default() });
        Self { max_bytes, time_to_live, max_wait, shared }
    }
}

impl Default for CacheLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for CacheLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheLayer")
            .field("max_bytes", &self.max_bytes)
            .field("time_to_live", &self.time_to_live)
            .field("max_wait", &self.max_wait)
            .finish_non_exhaustive()
    }
}

impl Layer for CacheLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        let (max_wait, shared) = (self.max_wait, Arc::clone(&self.shared));
        Arc::new(Cached { name: inner.name().into(), inner, max_wait, shared })
    }
}

struct Cached {
    name: Arc<str>,
    inner: Arc<dyn Provider>,
    max_wait: Duration,
    shared: Arc<Shared>,
}

/// What a call is to do.
enum Entry {
    /// Give this answer.
    Known(Box<ChatResponse>),
    /// Ask the model, for all others too if it leads.
    Ask(Option<Lead>),
}

impl Shared {
    /// What to do at once, or whom to wait for.
    fn enter(self: &Arc<Self>, key: &Key) -> Result<Entry, Landing> {
        if let Some(answer) = self.store.get(key) {
            return Ok(Entry::Known(Box::new(answer)));
        }
        match self.flights.join(key) {
            Place::Follow(landing) => Err(landing),
            // The answer may have come between the two looks.
            Place::Lead(lead) => Ok(match self.store.get(key) {
                Some(answer) => Entry::Known(Box::new(answer)),
                None => Entry::Ask(Some(lead)),
            }),
        }
    }
}

impl Cached {
    fn key(&self, request: &ChatRequest) -> Key {
        Key { provider: Arc::clone(&self.name), request: request.canonical_hash() }
    }

    async fn enter(&self, cx: &CallContext, key: &Key) -> Result<Entry, ProviderError> {
        let landing = match self.shared.enter(key) {
            Ok(entry) => return Ok(entry),
            Err(landing) => landing,
        };
        cx.signal(Signal::Queued);
        let entry = self.follow(cx, key, landing).await?;
        cx.signal(Signal::Dequeued);
        Ok(entry)
    }

    /// Waits for others like it, for so long at most.
    async fn follow(
        &self,
        cx: &CallContext,
        key: &Key,
        mut landing: Landing,
    ) -> Result<Entry, ProviderError> {
        let deadline = cx.deadline().map(Instant::from_std);
        let patience = Instant::now().checked_add(self.max_wait);
        let until = patience.into_iter().chain(deadline).min();
        loop {
            let landed = match until {
                Some(until) => timeout_at(until, landing.wait()).await.is_ok(),
                None => {
                    landing.wait().await;
                    true
                }
            };
            if !landed {
                let late = deadline.is_some_and(|deadline| deadline <= Instant::now());
                return if late { Err(self.too_late()) } else { Ok(Entry::Ask(None)) };
            }
            landing = match self.shared.enter(key) {
                Ok(entry) => return Ok(entry),
                Err(landing) => landing,
            };
        }
    }

    fn too_late(&self) -> ProviderError {
        let message = "the deadline passed while the call waited for one like it; nothing was sent";
        ProviderError::new(&*self.name, ErrorKind::Timeout, message).unsent()
    }

    /// Passes the pieces on as they come, and keeps the whole at its end.
    fn gathered(&self, stream: ChatStream, key: Key, lead: Option<Lead>) -> ChatStream {
        let shared = Arc::clone(&self.shared);
        let mut gathered = Some((PartialResponse::default(), lead));
        let watched = stream.inspect(move |item| match item {
            Ok(ChatDelta::End(end)) => {
                if let Some((answer, lead)) = gathered.take() {
                    shared.store.keep(key.clone(), answer.end(end.clone()));
                    drop(lead);
                }
            }
            Ok(piece) => {
                if let Some((answer, _)) = &mut gathered {
                    answer.add(piece.clone());
                }
            }
            Err(_) => gathered = None,
        });
        watched.boxed()
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for Cached {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.inner.known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        self.inner.model(cx, model).await
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        self.inner.models(cx).await
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        self.inner.count_tokens(cx, request).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let key = self.key(request);
        let lead = match self.enter(cx, &key).await? {
            Entry::Known(answer) => return Ok(*answer),
            Entry::Ask(lead) => lead,
        };
        let answer = self.inner.chat(cx, request).await?;
        self.shared.store.keep(key, answer.clone());
        // Whoever waits finds the answer from here on.
        drop(lead);
        Ok(answer)
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let key = self.key(request);
        match self.enter(cx, &key).await? {
            Entry::Known(answer) => Ok(chat::stream_of(*answer)),
            Entry::Ask(lead) => {
                let stream = self.inner.stream(cx, request).await?;
                Ok(self.gathered(stream, key, lead))
            }
        }
    }
}
