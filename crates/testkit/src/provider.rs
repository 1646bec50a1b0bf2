//! The scripted provider. A fake rather than a mock: tests say what the model answers, and ask
//! afterwards what it was asked, so that they hold however the code under test gets there.

use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ziggurat_core::chat::{ChatRequest, ChatResponse, ChatStream};
use ziggurat_core::{CallContext, ErrorKind, Model, ModelInfo, Provider, ProviderError};
use ziggurat_core::{RateLimits, Signal, Tier};

use crate::behaviour::Behaviour;
use crate::ledger::{InFlight, Ledger};
use crate::limits::{Limits, Verdict};
use crate::play::Play;
use crate::script::{Script, text_of};
use crate::{Reply, Turn, lock};

type Describe = Arc<dyn Fn(&mut ModelInfo) + Send + Sync>;
type Count = Arc<dyn Fn(&ChatRequest) -> u64 + Send + Sync>;

/// A provider that plays a script. Clones share the script and the record of calls.
///
/// The builder methods below add to the script; which turn answers a call, and what a turn can do,
/// stands in the [crate's documentation](crate). A call without a turn fails with
/// [`ErrorKind::InvalidRequest`], which no layer retries, in words that name what was asked.
#[derive(Clone)]
pub struct ScriptedProvider {
    name: String,
    describe: Option<Describe>,
    models: Option<Result<Vec<String>, (ErrorKind, String)>>,
    count: Option<Count>,
    limits: Option<Limits>,
    pub(crate) script: Arc<Mutex<Script>>,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) behaviour: Behaviour,
}

impl Default for ScriptedProvider {
    fn default() -> Self {
        Self::new()
    }
}

impl ScriptedProvider {
    /// A provider named `scripted` with an empty script.
    pub fn new() -> Self {
        Self {
            name: "scripted".to_owned(),
            describe: None,
            models: None,
            count: None,
            limits: None,
            script: Arc::default(),
            ledger: Arc::default(),
            behaviour: Behaviour::default(),
        }
    }

    /// The same provider under another name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The same provider; what it knows of a model is what this sets. Default: nothing.
    ///
    /// ```
    /// use ziggurat_core::{Price, Provider};
    /// use ziggurat_testkit::ScriptedProvider;
    /// let provider = ScriptedProvider::new().with_info(|info| info.price = Some(Price::FREE));
    /// assert_eq!(provider.known("any").price, Some(Price::FREE));
    /// ```
    pub fn with_info(mut self, describe: impl Fn(&mut ModelInfo) + Send + Sync + 'static) -> Self {
        self.describe = Some(Arc::new(describe));
        self
    }

    /// The same provider with a list of models: it has these and no others. Default: no list, and any
    /// model is as good as another.
    pub fn with_models<N: Into<String>>(mut self, models: impl IntoIterator<Item = N>) -> Self {
        self.models = Some(Ok(models.into_iter().map(Into::into).collect()));
        self
    }

    /// The same provider; whoever asks for its models is told this instead.
    pub fn with_models_error(mut self, kind: ErrorKind, message: impl Into<String>) -> Self {
        self.models = Some(Err((kind, message.into())));
        self
    }

    /// The same provider; a request has as many input tokens as this says. Default: it cannot count.
    pub fn with_token_count(
        mut self,
        count: impl Fn(&ChatRequest) -> u64 + Send + Sync + 'static,
    ) -> Self {
        self.count = Some(Arc::new(count));
        self
    }

    /// The same provider; it refuses what is asked beyond these limits, and then plays no turn.
    pub fn limited(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// This turn at the end of the queue.
    pub fn turn(self, turn: Turn) -> Self {
        self.turns(turn)
    }

    /// These turns at the end of the queue.
    pub fn turns(self, turns: impl IntoIterator<Item = Turn>) -> Self {
        lock(&self.script).enqueue(turns);
        self
    }

    /// These turns, each once, for requests that fit.
    pub fn when(
        self,
        fits: impl Fn(&ChatRequest) -> bool + Send + Sync + 'static,
        turns: impl IntoIterator<Item = Turn>,
    ) -> Self {
        lock(&self.script).add_rule(Box::new(move |_, request| fits(request)), turns);
        self
    }

    /// This turn, as often as asked, for requests that fit.
    pub fn whenever(
        self,
        fits: impl Fn(&ChatRequest) -> bool + Send + Sync + 'static,
        turn: Turn,
    ) -> Self {
        lock(&self.script).add_lasting_rule(Box::new(move |_, request| fits(request)), turn);
        self
    }

    /// These turns, each once, for requests whose text parts contain this. Documents and the system's
    /// instructions are not looked at.
    pub fn when_text_contains(
        self,
        needle: impl Into<String>,
        turns: impl IntoIterator<Item = Turn>,
    ) -> Self {
        let needle = needle.into();
        self.when(move |request| text_of(request).contains(&needle), turns)
    }

    /// These turns, each once, for requests whose system instructions contain this.
    pub fn when_system_contains(
        self,
        needle: impl Into<String>,
        turns: impl IntoIterator<Item = Turn>,
    ) -> Self {
        let needle = needle.into();
        let contains = move |system: &str| system.contains(&needle);
        self.when(move |request| request.system.as_deref().is_some_and(&contains), turns)
    }

    /// These turns, each once, for calls whose context names a node of this tier.
    pub fn when_tier(self, tier: Tier, turns: impl IntoIterator<Item = Turn>) -> Self {
        let fits = move |cx: &CallContext| cx.node().is_some_and(|node| node.tier == tier);
        lock(&self.script).add_rule(Box::new(move |cx, _| fits(cx)), turns);
        self
    }

    /// These turns, each once, for calls whose context names this node (`W3`).
    pub fn when_node(self, id: impl Into<String>, turns: impl IntoIterator<Item = Turn>) -> Self {
        let id = id.into();
        let fits = move |cx: &CallContext| cx.node().is_some_and(|node| node.id == id);
        lock(&self.script).add_rule(Box::new(move |cx, _| fits(cx)), turns);
        self
    }

    /// This turn for every call that nothing else answers.
    pub fn otherwise(self, turn: Turn) -> Self {
        self.otherwise_with(move |_| turn.clone())
    }

    /// For every call that nothing else answers, the turn that this makes of the request.
    pub fn otherwise_with(
        self,
        answer: impl Fn(&ChatRequest) -> Turn + Send + Sync + 'static,
    ) -> Self {
        lock(&self.script).set_fallback(Box::new(answer));
        self
    }

    /// For every call that nothing else answers, the text parts of the request.
    pub fn echo(self) -> Self {
        self.otherwise_with(|request| Turn::text(text_of(request)))
    }

    /// For every call that nothing else answers, a reply of this size.
    pub fn generating(self, reply: Reply) -> Self {
        self.otherwise_with(move |request| reply.turn(request))
    }

    /// A handle to a model of this provider, with what it [knows](Self::with_info) of it.
    pub fn handle(&self, model: &str) -> Model {
        Model::known(Arc::new(self.clone()), model)
    }

    pub(crate) fn play(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
        streamed: bool,
    ) -> Result<Play, ProviderError> {
        self.play_named(cx, request, streamed, None)
    }

    /// The same for a call that bears a name, by which faults know it again.
    pub(crate) fn play_named(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
        streamed: bool,
        name: Option<&str>,
    ) -> Result<Play, ProviderError> {
        let call = InFlight::begin(&self.ledger, cx, request, streamed);
        let told = match self.admit(cx, request) {
            Ok(told) => told.map(|told| (cx.clone(), told)),
            Err(refusal) => {
                call.end();
                return Err(refusal);
            }
        };
        let fault = self.behaviour.fault(request, name).map(Ok);
        let turn = match fault.unwrap_or_else(|| lock(&self.script).next(cx, request)) {
            Ok(turn) => turn,
            Err(words) => {
                call.end();
                return Err(self.error(ErrorKind::InvalidRequest, words));
            }
        };
        let (provider, model) = (self.name.clone(), request.model.clone());
        let (latency, pace) = self.behaviour.times(&turn);
        Ok(Play { provider, model, turn, call, told, latency, pace })
    }

    /// Begins anew, but for the script: the same latencies and faults, and no limit used.
    #[cfg(feature = "server")]
    pub(crate) fn begin_anew(&self) {
        self.behaviour.begin_anew();
        if let Some(limits) = &self.limits {
            limits.begin_anew();
        }
    }

    /// What the server says of its limits beside the answer, or its refusal.
    fn admit(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<RateLimits>, ProviderError> {
        let Some(limits) = &self.limits else { return Ok(None) };
        let usage = lock(&self.script).usage_of_next(cx, request);
        let Verdict { refused, told } = limits.admit(request, usage);
        let Some(retry_after) = refused else { return Ok(told) };
        if let Some(told) = told {
            cx.signal(Signal::RateLimits(told));
        }
        let refusal =
            self.error(ErrorKind::RateLimit, "the limit of a minute is reached (scripted)");
        Err(refusal.with_status(429).with_retry_after(retry_after))
    }

    fn listed(&self) -> Result<&[String], ProviderError> {
        match &self.models {
            Some(Ok(models)) => Ok(models),
            Some(Err((kind, message))) => Err(self.error(*kind, message)),
            None => Err(self.error(ErrorKind::Unsupported, "the script has no list of models")),
        }
    }

    fn error(&self, kind: ErrorKind, message: impl Into<String>) -> ProviderError {
        ProviderError::new(&self.name, kind, message)
    }
}

#[async_trait]
impl Provider for ScriptedProvider {
    fn name(&self) -> &str {
        &self.name
    }

    fn known(&self, model: &str) -> ModelInfo {
        let mut info = ModelInfo::unknown(&self.name, model);
        if let Some(describe) = &self.describe {
            describe(&mut info);
        }
        info
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        let _ = cx;
        match self.listed() {
            Ok(models) if !models.iter().any(|listed| listed == model) => {
                let message = format!("there is no model `{model}`; there are {models:?}");
                Err(self.error(ErrorKind::ModelNotFound, message))
            }
            Err(error) if error.kind() != ErrorKind::Unsupported => Err(error),
            _ => Ok(self.known(model)),
        }
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        let _ = cx;
        Ok(self.listed()?.iter().map(|model| self.known(model)).collect())
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        let _ = cx;
        Ok(self.count.as_ref().map(|count| count(request)))
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        self.play(cx, request, false)?.whole().await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        self.play(cx, request, true)?.stream().await
    }
}

impl fmt::Debug for ScriptedProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ledger = &*lock(&self.ledger);
        f.debug_struct("ScriptedProvider")
            .field("name", &self.name)
            .field("ledger", ledger)
            .finish_non_exhaustive()
    }
}
