//! What a run is configured with, after it was checked. Defaults and their sources stand here.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ziggurat_agents::AgentSettings;
use ziggurat_core::{Decomposer, Delivery, Layer, Model, Synthesizer, Tier, Worker, WorkerCount};
use ziggurat_executor::{Concurrency, SharedLimit};

use crate::clock::Clock;
use crate::hierarchy::{MAX_NODES, Shape};

/// The longest a whole run may take when its models cost money; the seed's upper recommendation.
pub const DEFAULT_RUN_TIMEOUT: Duration = Duration::from_secs(600);

/// The longest one agent of a tier may take: the upper recommendations of the seed for workers (and
/// the decomposer), synthesizers and the executive: 180, 240 and 300 s.
pub fn default_timeout(tier: Tier) -> Duration {
    Duration::from_secs(match tier {
        Tier::Decomposer | Tier::Worker => 180,
        Tier::Synthesizer => 240,
        Tier::Executive => 300,
    })
}

/// What a run keeps of its nodes' texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Retain {
    /// All of them: every tier's responses stand in the result.
    #[default]
    All,
    /// Those that no completed merge has taken in yet. A run of very many workers then needs memory for the
    /// texts that wait, not for all.
    Unmerged,
}

/// What one tier is set to; `None` leaves the default.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TierOptions {
    /// The model; the orchestrator's if `None`.
    pub model: Option<Model>,
    /// The longest one agent may take, from its start; see [`default_timeout`].
    pub timeout: Option<Duration>,
    /// The sampling temperature, 0.0 to 2.0; falls from step to step by default (0.7, 0.6, 0.5).
    pub temperature: Option<f32>,
    /// The bound on the answer, in tokens; 2000, 3000 and 4000 by default.
    pub max_tokens: Option<u32>,
    layers: TierLayers,
}

/// Layers around the model of one tier, the innermost first.
#[derive(Clone, Default)]
struct TierLayers(Vec<Arc<dyn Layer>>);

impl fmt::Debug for TierLayers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} layers", self.0.len())
    }
}

impl TierOptions {
    /// The same options with this model.
    pub fn model(mut self, model: Model) -> Self {
        self.model = Some(model);
        self
    }

    /// The same options with this timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The same options with this temperature.
    pub fn temperature(mut self, temperature: f32) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// The same options with this bound on the answer, in tokens.
    pub fn max_tokens(mut self, max_tokens: u32) -> Self {
        self.max_tokens = Some(max_tokens);
        self
    }

    /// The same options with this layer around the tier's model, outside of those it has. So slow calls of
    /// workers alone are made a second time by a
    /// [`HedgeLayer`](ziggurat_providers::layers::HedgeLayer) at the worker's tier. Tiers with an
    /// implementation of their own have no use for it.
    pub fn layer(mut self, layer: impl Layer + 'static) -> Self {
        self.layers.0.push(Arc::new(layer));
        self
    }

    /// The model with the tier's layers around it.
    pub(crate) fn around(&self, model: &Model) -> Model {
        self.layers.0.iter().fold(model.clone(), |model, layer| model.layered(&**layer))
    }

    fn check(&self, tier: Tier) -> Result<(), ConfigError> {
        let refuse = |what: &'static str, rule| Err(ConfigError::Tier { tier, what, rule });
        if self.timeout.is_some_and(|timeout| timeout.is_zero()) {
            return refuse("timeout", "more than 0 s");
        }
        if self.temperature.is_some_and(|t| !(0.0..=2.0).contains(&t)) {
            return refuse("temperature", "0.0 to 2.0");
        }
        if self.max_tokens == Some(0) {
            return refuse("bound on tokens", "at least 1");
        }
        Ok(())
    }
}

/// Settings that cannot work. Found before anything is spent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A tier has neither a model nor an implementation.
    #[error("the {0} has no model: give the builder one with `model`, or implement the tier")]
    NoModel(Tier),
    /// More workers than a hierarchy can hold.
    #[error("{0} workers are too many: the limit is {max}", max = MAX_NODES / 2)]
    TooManyWorkers(u32),
    /// A fan-in below 2.
    #[error("a fan-in of {0} merges nothing: it must be at least 2")]
    FanIn(u32),
    /// A quorum that asks for nothing.
    #[error("a quorum of 0 asks for nothing: it must be at least 1")]
    ZeroQuorum,
    /// A quorum that cannot be met.
    #[error("a quorum of {quorum} does not fit {workers} workers: it must be 1 to {workers}")]
    Quorum {
        /// The quorum.
        quorum: u32,
        /// The number of workers.
        workers: u32,
    },
    /// A run timeout of zero.
    #[error("the run's timeout must be more than 0 s")]
    RunTimeout,
    /// A specialization without a name.
    #[error("specialization {0} of the list is blank")]
    BlankSpecialization(usize),
    /// A tier's setting out of range.
    #[error("the {what} of the {tier} must be {rule}")]
    Tier {
        /// The tier.
        tier: Tier,
        /// Which setting.
        what: &'static str,
        /// What it must be.
        rule: &'static str,
    },
}

/// Who does the work of a tier.
pub(crate) enum Source<T: ?Sized> {
    /// Agents of this crate, over this model.
    Model(Model),
    /// The user's own.
    Own(Arc<T>),
}

impl<T: ?Sized> Source<T> {
    /// The user's own, else the model's agents; an error if there is neither.
    pub(crate) fn of(
        own: Option<Arc<T>>,
        options: &TierOptions,
        tier: Tier,
    ) -> Result<Self, ConfigError> {
        let model = || options.model.clone().map(Self::Model);
        own.map(Self::Own).or_else(model).ok_or(ConfigError::NoModel(tier))
    }

    pub(crate) fn model(&self) -> Option<&Model> {
        match self {
            Self::Model(model) => Some(model),
            Self::Own(_) => None,
        }
    }
}

/// Everything a run needs beside its task.
pub(crate) struct Config {
    pub(crate) tiers: [TierOptions; 4],
    /// `None` leaves templates, the only decomposition that needs neither model nor material.
    pub(crate) decomposer: Option<Source<dyn Decomposer>>,
    pub(crate) worker: Source<dyn Worker>,
    pub(crate) synthesizer: Source<dyn Synthesizer>,
    pub(crate) executive: Source<dyn Synthesizer>,
    pub(crate) workers: WorkerCount,
    pub(crate) shape: Shape,
    pub(crate) quorum: u32,
    pub(crate) concurrency: Concurrency,
    pub(crate) shared_limit: Option<SharedLimit>,
    pub(crate) specializations: Vec<String>,
    pub(crate) delivery: Delivery,
    pub(crate) retain: Retain,
    pub(crate) run_timeout: Option<Duration>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Config {
    pub(crate) fn tier(&self, tier: Tier) -> &TierOptions {
        &self.tiers[place(tier)]
    }

    /// The settings of a tier's agents: as set, else the defaults.
    pub(crate) fn agent(&self, tier: Tier, mut settings: AgentSettings) -> AgentSettings {
        let options = self.tier(tier);
        settings.temperature = options.temperature.or(settings.temperature);
        settings.max_tokens = options.max_tokens.or(settings.max_tokens);
        settings.delivery = self.delivery;
        settings
    }

    pub(crate) fn timeout(&self, tier: Tier) -> Duration {
        self.tier(tier).timeout.unwrap_or_else(|| default_timeout(tier))
    }

    /// The run's limit: as set, else [`DEFAULT_RUN_TIMEOUT`] unless all that works is a free model.
    pub(crate) fn run_timeout(&self, models: &[Model]) -> Option<Duration> {
        let free = |model: &Model| model.info().price.is_some_and(|price| price.is_free());
        let own = self.worker.model().is_none()
            || self.synthesizer.model().is_none()
            || self.executive.model().is_none();
        let costs = own || !models.iter().all(free);
        self.run_timeout.or(costs.then_some(DEFAULT_RUN_TIMEOUT))
    }

    /// The models that a run will call, each once. The decomposer's only if it makes the plan.
    pub(crate) fn models(&self, decomposes: bool) -> Vec<Model> {
        let decomposer = self.decomposer.as_ref().filter(|_| decomposes);
        let asked = [
            decomposer.and_then(Source::model),
            self.worker.model(),
            self.synthesizer.model(),
            self.executive.model(),
        ];
        let mut models: Vec<Model> = Vec::new();
        for model in asked.into_iter().flatten() {
            if !models.iter().any(|known| same_model(known, model)) {
                models.push(model.clone());
            }
        }
        models
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        for tier in TIERS {
            self.tier(tier).check(tier)?;
        }
        if self.run_timeout.is_some_and(|timeout| timeout.is_zero()) {
            return Err(ConfigError::RunTimeout);
        }
        if self.shape.fan_in < 2 {
            return Err(ConfigError::FanIn(self.shape.fan_in));
        }
        if let Some(blank) = self.specializations.iter().position(|name| name.trim().is_empty()) {
            return Err(ConfigError::BlankSpecialization(blank + 1));
        }
        self.check_counts()
    }

    fn check_counts(&self) -> Result<(), ConfigError> {
        let workers = match self.workers {
            WorkerCount::Exactly(workers) => workers.get(),
            WorkerCount::Auto => MAX_NODES / 2,
        };
        if workers > MAX_NODES / 2 {
            return Err(ConfigError::TooManyWorkers(workers));
        }
        if self.quorum == 0 {
            return Err(ConfigError::ZeroQuorum);
        }
        if self.quorum > workers {
            return Err(ConfigError::Quorum { quorum: self.quorum, workers });
        }
        Ok(())
    }
}

pub(crate) const TIERS: [Tier; 4] =
    [Tier::Decomposer, Tier::Worker, Tier::Synthesizer, Tier::Executive];

/// Whether two handles call the same model of the same provider.
pub(crate) fn same_model(a: &Model, b: &Model) -> bool {
    Arc::ptr_eq(a.provider(), b.provider()) && a.info().id == b.info().id
}

pub(crate) fn place(tier: Tier) -> usize {
    match tier {
        Tier::Decomposer => 0,
        Tier::Worker => 1,
        Tier::Synthesizer => 2,
        Tier::Executive => 3,
    }
}
