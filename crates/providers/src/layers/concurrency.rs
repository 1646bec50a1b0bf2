//! How many calls at once a server bears, found by trying. Fewer at once is what helps an overloaded
//! server; asking it again only adds to its load.

mod share;
mod window;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::poll_fn;
use tokio::time::Instant;
use ziggurat_core::chat::ChatDelta;
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ChatStream, ErrorKind};
use ziggurat_core::{Layer, ModelInfo, Provider, ProviderError};

use super::rate_limit::Line;
use window::Window;

/// Calls at once unless set: more than most keys are allowed, and what a server bears is found anyway.
const MAX: usize = 256;

/// Bounds how many calls are under way at once, streams until their end or until they are dropped.
///
/// It begins with the most. When the server refuses (`RateLimit`) or is overloaded (503, 529) for one call in
/// ten, of those that lately ended and those that are under way, the bound is halved, to 1 at least; if it
/// has grown since it was last lowered, a quarter is taken. It is not lowered again by calls that began
/// before it was, nor before the server's `retry-after` is over, a second at least. Fewer refusals are
/// chance, which fewer calls at once would not help. It grows by one for as many good answers as it is
/// large, up to where it began. Clones and all providers that the layer is put
/// around share it. Only [`chat`](Provider::chat) and [`stream`](Provider::stream) are bounded.
///
/// Calls wait in the order in which they came, and say so ([`Signal::Queued`](ziggurat_core::Signal::Queued));
/// dropping one leaves the line. A call that has not begun at the context's deadline fails with
/// [`ErrorKind::Timeout`]; nothing was sent then.
///
/// ```
/// use std::sync::Arc;
/// use ziggurat_core::{Layer, Provider};
/// use ziggurat_providers::layers::ConcurrencyLayer;
/// # fn bounded(inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
/// ConcurrencyLayer::new().with_max(32).layer(inner)
/// # }
/// ```
#[derive(Clone)]
pub struct ConcurrencyLayer {
    shared: Arc<Shared>,
}

struct Shared {
    window: Mutex<Window>,
    line: Line,
}

impl Default for ConcurrencyLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl ConcurrencyLayer {
    /// At most 256 calls at once.
    pub fn new() -> Self {
        Self::of(MAX)
    }

    /// At most so many, and at least one. It shares nothing with layers made before.
    pub fn with_max(self, max: usize) -> Self {
        Self::of(max.max(1))
    }

    /// How many calls may be under way at once just now.
    pub fn limit(&self) -> usize {
        self.shared.window().limit()
    }

    fn of(max: usize) -> Self {
        let window = Mutex::new(Window::new(max));
        Self { shared: Arc::new(Shared { window, line: Line::default() }) }
    }
}

impl Layer for ConcurrencyLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Bounded { inner, shared: Arc::clone(&self.shared) })
    }
}

impl fmt::Debug for ConcurrencyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConcurrencyLayer").field("window", &*self.shared.window()).finish()
    }
}

impl Shared {
    async fn enter(
        self: &Arc<Self>,
        cx: &CallContext,
        provider: &str,
    ) -> Result<Permit, ProviderError> {
        let attempt = || self.window().enter().ok_or(None);
        match self.line.enter(cx, attempt, |_| None).await {
            Ok(round) => Ok(Permit { shared: Arc::clone(self), round }),
            Err(_) => {
                let message =
                    "the deadline came before fewer calls were under way; nothing was sent";
                Err(ProviderError::new(provider, ErrorKind::Timeout, message).unsent())
            }
        }
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the calls under way, until it is dropped.
struct Permit {
    shared: Arc<Shared>,
    /// How often the bound had been lowered when the call began.
    round: u64,
}

impl Permit {
    fn ended<T>(&self, result: &Result<T, ProviderError>) {
        match result {
            Ok(_) => self.shared.window().succeeded(self.round),
            Err(error) if is_overload(error) => {
                self.shared.window().overloaded(self.round, Instant::now(), error.retry_after());
            }
            Err(_) => {}
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.shared.window().leave();
        self.shared.line.changed();
    }
}

/// Whether fewer calls at once would have helped.
fn is_overload(error: &ProviderError) -> bool {
    match error.kind() {
        ErrorKind::RateLimit => true,
        ErrorKind::Server => matches!(error.status(), Some(503 | 529)),
        _ => false,
    }
}

struct Bounded {
    inner: Arc<dyn Provider>,
    shared: Arc<Shared>,
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for Bounded {
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
        let permit = self.shared.enter(cx, self.name()).await?;
        let result = self.inner.chat(cx, request).await;
        permit.ended(&result);
        result
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let permit = self.shared.enter(cx, self.name()).await?;
        let result = self.inner.stream(cx, request).await;
        let mut stream = match result {
            Ok(stream) => stream,
            failed => {
                permit.ended(&failed);
                return failed;
            }
        };
        let mut permit = Some(permit);
        let bounded = poll_fn(move |cx| {
            let polled = stream.poll_next_unpin(cx);
            if let Poll::Ready(Some(item)) = &polled
                && !matches!(item, Ok(delta) if !matches!(delta, ChatDelta::End(_)))
                && let Some(permit) = permit.take()
            {
                permit.ended(item);
            }
            polled
        });
        Ok(bounded.boxed())
    }
}
