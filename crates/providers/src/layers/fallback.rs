//! Another model where one fails. What a retry cannot mend - a key without money, a server that is down
//! for longer - another provider often can, and a run need not end because of it.

mod attempt;
mod candidate;
mod cool_down;
mod failures;
mod verdict;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ChatStream, Layer, Model, ModelInfo, Provider,
    ProviderError,
};

use attempt::{Attempt, Call};
use candidate::{Candidate, line, others};
use cool_down::CoolDown;
use failures::Failures;

/// For how long a model that failed for good is asked last, unless set otherwise. Long enough that a
/// thousand workers do not each pay for a refused key, short enough that a key which was just paid for is
/// soon used again.
pub const DEFAULT_COOL_DOWN: Duration = Duration::from_secs(60);

/// Asks another model when the first one fails, in the order given.
///
/// - An alternative gets the same request under its own model's name. A temperature that it is known to
///   refuse is left out, and at another provider so is
///   [`ChatRequest::extra`](ziggurat_core::ChatRequest::extra), which is in one API's own words.
/// - Every attempt is metered with its own model's prices. That another model answered is told by the
///   answer ([`answered_by`](ziggurat_core::ChatResponse::answered_by)), by the record of the call, and by a
///   warning in the log.
/// - If all fail, the error is the primary's and says what the others said; it is final.
/// - A model that failed with a refused key or the like is asked last for a while. Clones of the layer, and
///   all that it is put around, share what they remember, by the names of provider and model.
/// - What is known of the primary is what a caller sees; if the primary cannot be resolved and an
///   alternative can, that is no failure.
///
/// | failure | of the primary | of an alternative |
/// |---|---|---|
/// | `rate_limit`, `server`, `connect`, `interrupted`, `timeout`, retried in vain or not | the next is asked | the same |
/// | `protocol`, `unsupported` | the next is asked | the same |
/// | `auth`, `permission`, `quota`, `model_not_found` | the next is asked; this one last, for a while | the same |
/// | `context_length` | the next is asked whose context is known to be larger | the same |
/// | `invalid_request`, `budget` | the call has failed | the next is asked |
/// | `content_filter`, `cancelled`, `deadline`, all others | the call has failed | the call has failed |
///
/// A request that is wrong in the primary's eyes is wrong, while an alternative may only lack what the
/// primary has; and a dearer model may not fit a budget that a cheaper one fits. What a filter held back is
/// not carried from vendor to vendor until one lets it pass. A stream is passed on only before its first
/// piece, and nothing is once the context's deadline has passed.
///
/// Put it outside retries, so that a model is tried as often as it deserves before the next one is, and
/// within a cache. Alternatives bring their own layers.
///
/// ```
/// use ziggurat_core::Layer;
/// use ziggurat_providers::layers::FallbackLayer;
/// use ziggurat_testkit::{ScriptedProvider, Turn};
/// # use std::sync::Arc;
/// # use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Message, Provider, ProviderError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ProviderError> {
/// let primary = ScriptedProvider::new().turn(Turn::error(ErrorKind::Quota, "no money is left"));
/// let other = ScriptedProvider::new().named("other").turn(Turn::text("In steps."));
/// let layer = FallbackLayer::new([other.handle("small")]);
///
/// let request = ChatRequest::new("large", [Message::user("How is a ziggurat built?")]);
/// let provider = layer.layer(Arc::new(primary));
/// let answer = provider.chat(&CallContext::default(), &request).await?;
/// assert_eq!(answer.answered_by.as_deref(), Some("other/small"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FallbackLayer {
    alternatives: Arc<[Candidate]>,
    cool_down: CoolDown,
}

impl FallbackLayer {
    /// These models after the one that is asked for. What is known of them is what their handles know:
    /// [resolve](Model::resolve) them first where prices and limits matter.
    pub fn new(alternatives: impl IntoIterator<Item = Model>) -> Self {
        let alternatives = alternatives.into_iter().map(|model| Candidate::of(&model)).collect();
        Self { alternatives, cool_down: CoolDown::new(DEFAULT_COOL_DOWN) }
    }

    /// The same layer; a model that failed for good is asked last for this long. Zero remembers nothing.
    /// Default: [`DEFAULT_COOL_DOWN`].
    pub fn with_cool_down(mut self, cool_down: Duration) -> Self {
        self.cool_down = self.cool_down.of(cool_down);
        self
    }
}

impl fmt::Debug for FallbackLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.alternatives.iter().map(Candidate::name).collect();
        f.debug_struct("FallbackLayer")
            .field("alternatives", &names)
            .field("cool_down", &self.cool_down)
            .finish()
    }
}

impl Layer for FallbackLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Fallback { inner, layer: self.clone() })
    }
}

struct Fallback {
    inner: Arc<dyn Provider>,
    layer: FallbackLayer,
}

impl Fallback {
    /// The answer of the first model that gives one.
    async fn first<T>(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
        call: Call<T>,
    ) -> Result<T, ProviderError> {
        let info = cx.model_of(&*self.inner, &request.model);
        let primary = Candidate::new(Arc::clone(&self.inner), info).into_primary();
        let line = line(&primary, &self.layer.alternatives, &self.layer.cool_down);
        let mut failures = Failures::default();
        for candidate in line {
            if !failures.admit(&candidate) {
                continue;
            }
            failures.tell_of(&candidate);
            match call(Attempt::new(cx, request, &primary, &candidate)).await {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    self.layer.cool_down.note(candidate.info(), &error);
                    failures.add(candidate, error);
                }
            }
            if failures.are_final() || is_over(cx) {
                break;
            }
        }
        Err(failures.into_error(self.inner.name()))
    }

    /// Whether an alternative can be resolved in place of the primary.
    async fn resolve_another(
        &self,
        cx: &CallContext,
        primary: &Candidate,
        mut failures: Failures,
    ) -> Result<(), ProviderError> {
        for candidate in others(primary, &self.layer.alternatives) {
            if failures.are_final() || is_over(cx) {
                break;
            }
            match candidate.provider().model(cx, &candidate.info().id).await {
                Ok(_) => {
                    failures.tell_of(candidate);
                    return Ok(());
                }
                Err(error) => failures.add(candidate.clone(), error),
            }
        }
        Err(failures.into_error(self.inner.name()))
    }
}

/// Whether the time for the call has passed: nothing more can be answered in it.
fn is_over(cx: &CallContext) -> bool {
    cx.deadline().is_some_and(|deadline| Instant::from_std(deadline) <= Instant::now())
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for Fallback {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.inner.known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        let error = match self.inner.model(cx, model).await {
            Ok(info) => return Ok(info),
            Err(error) => error,
        };
        let known = self.inner.known(model);
        self.layer.cool_down.note(&known, &error);
        let primary =
            Candidate::new(Arc::clone(&self.inner), Arc::new(known.clone())).into_primary();
        let mut failures = Failures::default();
        failures.add(primary.clone(), error);
        self.resolve_another(cx, &primary, failures).await?;
        Ok(known)
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
        self.first(cx, request, attempt::chat).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        self.first(cx, request, attempt::stream).await
    }
}
