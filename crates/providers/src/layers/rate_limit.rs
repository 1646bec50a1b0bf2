//! Requests and tokens per minute, shared by all callers of a key. A server that refuses has already been
//! asked, and two hundred workers that are refused together ask again together; so calls wait here, in
//! line, until there is room.

mod learned;
mod limiter;
mod line;
mod log;
mod pause;
mod permit;
mod row;
mod side;
mod state;
mod streak;

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;

use async_trait::async_trait;
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ChatStream};
use ziggurat_core::{Layer, ModelInfo, Provider, ProviderError};

use crate::PerMinute;
use limiter::Limiter;
pub(in crate::layers) use line::Line;

/// Lets calls through as fast as a key's limits allow, and no faster.
///
/// One layer is one key: its clones and all providers that it is put around share its limits. Only
/// [`chat`](Provider::chat) and [`stream`](Provider::stream) are limited.
///
/// ```
/// use std::sync::Arc;
/// use ziggurat_core::{Layer, Provider};
/// use ziggurat_providers::layers::RateLimitLayer;
/// # fn limited(inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
/// let layer = RateLimitLayer::new().requests_per_minute(60).tokens_per_minute(100_000);
/// layer.layer(inner)
/// # }
/// ```
///
/// # What is allowed
/// - In any 60 seconds no more is sent than the limit, which is right for servers that fill a bucket and
///   for those that count whole minutes. A fifth of a second is added to the 60, since requests do not
///   arrive at the distance at which they were sent.
/// - A call takes one request, and as many tokens as it may use at most: its estimated input and its
///   `max_tokens`, else the most that the model writes, else 4,096. When it has ended, it has taken what it
///   used. A call that the server refused or that never reached it gives everything back; one that failed
///   otherwise and unbilled, its tokens; of one that was dropped half-way nobody knows, so it keeps them.
/// - A call larger than the limit counts as much as the limit: it can go when nothing else does.
/// - Calls wait in the order in which they came.
///
/// # Where limits come from
/// - From here, if they are set.
/// - From the server, where they are not: what it says beside its answers
///   ([`Signal::RateLimits`](ziggurat_core::Signal::RateLimits)). If it has less left than was taken through this
///   layer, somebody else uses the key too, and that much is left free until the server's reset, for
///   60 seconds at most. So nobody is sent while nothing is left. A limit whose reset is further away than a
///   minute is not one of a minute, and is not taken for one.
/// - From refusals, where nobody said: once 16 come in a row, without an answer between them, and more than
///   there are calls under way, as much as was accepted in the last 60 seconds is the limit. For each call that
///   was sent since they began and was not refused it takes four more. The limit grows by 1 %, at least a
///   quarter of a request, with each minute in which somebody waited for it and nobody was refused; after
///   three such minutes, or nine if later refusals confirmed it, by twice as much each time. A refusal takes
///   the last step back.
///
/// # When a server refuses
/// Two refusals (`RateLimit`) in a row within one `retry-after` pause all callers until it is over; without a
/// hint it is a second. It takes three once a call was answered, until the next pause, and while others are
/// under way. In a row are calls that were sent one right after the other, whenever their refusals arrive: a
/// server that takes what is sent between them is busy, and only who was refused waits. A hint of more than
/// two minutes pauses nobody: whoever calls is told by the server.
///
/// # Waiting
/// A call that waits says so ([`Signal::Queued`](ziggurat_core::Signal::Queued)). Dropping it leaves the line. If
/// there certainly is no room before the context's deadline, it fails at once with
/// [`ErrorKind::Timeout`](ziggurat_core::ErrorKind::Timeout), and else at the deadline; nothing was sent then.
#[derive(Clone)]
pub struct RateLimitLayer {
    limits: PerMinute,
    limiter: Arc<Limiter>,
}

impl Default for RateLimitLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl RateLimitLayer {
    /// Without limits of its own: those that the server says or shows.
    pub fn new() -> Self {
        Self::of(PerMinute::default())
    }

    /// These limits in place of any others. It shares nothing with layers made before.
    pub fn with_limits(self, limits: PerMinute) -> Self {
        Self::of(limits)
    }

    /// So many requests a minute; 0 is as the server says or shows. It shares nothing with layers made
    /// before.
    pub fn requests_per_minute(self, requests: u32) -> Self {
        Self::of(PerMinute { requests: NonZeroU32::new(requests), ..self.limits })
    }

    /// So many tokens a minute, read and written together; 0 is as the server says or shows. It shares
    /// nothing with layers made before.
    pub fn tokens_per_minute(self, tokens: u64) -> Self {
        Self::of(PerMinute { tokens: NonZeroU64::new(tokens), ..self.limits })
    }

    fn of(limits: PerMinute) -> Self {
        Self { limits, limiter: Arc::new(Limiter::new(limits)) }
    }
}

impl Layer for RateLimitLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(RateLimited { inner, limiter: Arc::clone(&self.limiter) })
    }
}

impl fmt::Debug for RateLimitLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimitLayer").field("limits", &self.limits).finish_non_exhaustive()
    }
}

struct RateLimited {
    inner: Arc<dyn Provider>,
    limiter: Arc<Limiter>,
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for RateLimited {
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
        let (permit, cx) = self.limiter.enter(cx, &*self.inner, request).await?;
        permit.ended(self.inner.chat(&cx, request).await)
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let (permit, cx) = self.limiter.enter(cx, &*self.inner, request).await?;
        permit.opened(self.inner.stream(&cx, request).await)
    }
}

#[cfg(test)]
mod tests;
