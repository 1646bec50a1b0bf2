//! The builder of an [`Orchestrator`]. Nothing is checked before `build`, so setters may come in any
//! order.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use ziggurat_core::{Decomposer, Delivery, Model, Synthesizer, Tier, Worker, WorkerCount};
use ziggurat_executor::{Concurrency, SharedLimit};

use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigError, Retain, Source, TierOptions, place};
use crate::hierarchy::{ExecutiveMode, Grouping, Shape};
use crate::{Orchestrator, Preset};

/// How far merging may lag behind before it goes first, in results per unit of concurrency.
const BACKLOG_PER_SLOT: usize = 8;

/// Builds an [`Orchestrator`].
#[must_use = "a builder does nothing until `build`"]
pub struct OrchestratorBuilder {
    model: Option<Model>,
    tiers: [TierOptions; 4],
    decomposer: Option<Arc<dyn Decomposer>>,
    worker: Option<Arc<dyn Worker>>,
    synthesizer: Option<Arc<dyn Synthesizer>>,
    executive: Option<Arc<dyn Synthesizer>>,
    workers: WorkerCount,
    shape: Shape,
    quorum: u32,
    concurrency: Concurrency,
    shared_limit: Option<SharedLimit>,
    specializations: Vec<String>,
    delivery: Delivery,
    retain: Retain,
    run_timeout: Option<Duration>,
    clock: Arc<dyn Clock>,
}

impl Default for OrchestratorBuilder {
    fn default() -> Self {
        Self {
            model: None,
            tiers: Default::default(),
            decomposer: None,
            worker: None,
            synthesizer: None,
            executive: None,
            workers: WorkerCount::Auto,
            shape: Shape::default(),
            quorum: 1,
            concurrency: Concurrency::DEFAULT,
            shared_limit: None,
            specializations: Vec::new(),
            delivery: Delivery::Streamed,
            retain: Retain::All,
            run_timeout: None,
            clock: Arc::new(SystemClock),
        }
    }
}

impl OrchestratorBuilder {
    /// The model of every tier that is not given its own.
    pub fn model(mut self, model: Model) -> Self {
        self.model = Some(model);
        self
    }

    /// Model, timeout, temperature and bound on tokens of one tier.
    pub fn tier(mut self, tier: Tier, options: TierOptions) -> Self {
        self.tiers[place(tier)] = options;
        self
    }

    /// Your own workers in place of model-backed ones.
    pub fn worker(mut self, worker: Arc<dyn Worker>) -> Self {
        self.worker = Some(worker);
        self
    }

    /// Your own synthesizers in place of model-backed ones.
    pub fn synthesizer(mut self, synthesizer: Arc<dyn Synthesizer>) -> Self {
        self.synthesizer = Some(synthesizer);
        self
    }

    /// Your own executive in place of a model-backed one.
    pub fn executive(mut self, executive: Arc<dyn Synthesizer>) -> Self {
        self.executive = Some(executive);
        self
    }

    /// Your own decomposer. By default a task with documents is partitioned over the workers without a
    /// model call, and one without is decomposed by the model, or by templates if that fails.
    pub fn decomposer(mut self, decomposer: Arc<dyn Decomposer>) -> Self {
        self.decomposer = Some(decomposer);
        self
    }

    /// How many workers; [`WorkerCount::Auto`] by default: with material as many as it asks for, without
    /// material 5 (the seed's default).
    pub fn workers(mut self, workers: WorkerCount) -> Self {
        self.workers = workers;
        self
    }

    /// How many results a merge takes at least, where there are as many; 5 by default, from 2.
    pub fn fan_in(mut self, fan_in: u32) -> Self {
        self.shape.fan_in = fan_in;
        self
    }

    /// Whether there are synthesizers; `true` by default.
    pub fn synthesizers(mut self, synthesizers: bool) -> Self {
        self.shape.synthesizers = synthesizers;
        self
    }

    /// Whether an executive concludes; [`ExecutiveMode::Auto`] by default.
    pub fn executive_mode(mut self, mode: ExecutiveMode) -> Self {
        self.shape.executive = mode;
        self
    }

    /// Which workers' results are merged together: neighbours of the plan (the default, and the same in
    /// every run), or those that are there first, so that a slow worker delays only the last group.
    pub fn grouping(mut self, grouping: Grouping) -> Self {
        self.shape.grouping = grouping;
        self
    }

    /// What the run keeps of its nodes' texts; [all](Retain::All) by default.
    pub fn retain(mut self, retain: Retain) -> Self {
        self.retain = retain;
        self
    }

    /// How many workers must succeed, or the run has failed; 1 by default.
    pub fn quorum(mut self, quorum: u32) -> Self {
        self.quorum = quorum;
        self
    }

    /// How many agents work at once; 10 by default.
    pub fn concurrency(mut self, concurrency: Concurrency) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// A limit that this orchestrator's runs share with each other, and with whatever else holds a handle of
    /// it; none by default. Each run still has its own [`concurrency`](Self::concurrency). Runs that wait
    /// take turns, so that a large one cannot starve a small one.
    pub fn shared_limit(mut self, limit: &SharedLimit) -> Self {
        self.shared_limit = Some(limit.clone());
        self
    }

    /// Specializations for subtasks that bring none, given out in turn; none by default.
    pub fn specializations<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.specializations = names.into_iter().map(Into::into).collect();
        self
    }

    /// Number of workers, executive and specializations of a preset; later setters override.
    pub fn preset(mut self, preset: Preset) -> Self {
        if let Some(workers) = NonZeroU32::new(preset.workers()) {
            self.workers = WorkerCount::Exactly(workers);
        }
        self.shape.executive = preset.executive();
        self.specializations(preset.specializations())
    }

    /// Whether answers are fetched as they arrive or whole; streamed by default.
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// The longest the whole run may take. By default 600 s, and no limit if all models are known to
    /// be free.
    ///
    /// The last part of it, one timeout for each step of merges but at most a third, is kept for them:
    /// workers that are not done by then are cut and named as missing, and what the others wrote is merged.
    /// So the run ends in time with a report, and is degraded. If no worker is done by then, they go on, and
    /// half of what is left when the first one is done is for merging.
    pub fn run_timeout(mut self, timeout: Duration) -> Self {
        self.run_timeout = Some(timeout);
        self
    }

    /// Another source of event times and run ids; the machine's clock by default.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The orchestrator.
    ///
    /// # Errors
    /// [`ConfigError`] names the first setting that cannot work.
    pub fn build(mut self) -> Result<Orchestrator, ConfigError> {
        for tier in &mut self.tiers {
            if tier.model.is_none() {
                tier.model.clone_from(&self.model);
            }
        }
        let backlog = self.concurrency.get().saturating_mul(BACKLOG_PER_SLOT);
        self.shape.merge_backlog = u32::try_from(backlog).unwrap_or(u32::MAX);
        let options = |tier| &self.tiers[place(tier)];
        let config = Config {
            decomposer: Source::of(self.decomposer, options(Tier::Decomposer), Tier::Decomposer)
                .ok(),
            worker: Source::of(self.worker, options(Tier::Worker), Tier::Worker)?,
            synthesizer: Source::of(
                self.synthesizer,
                options(Tier::Synthesizer),
                Tier::Synthesizer,
            )?,
            executive: Source::of(self.executive, options(Tier::Executive), Tier::Executive)?,
            tiers: self.tiers,
            workers: self.workers,
            shape: self.shape,
            quorum: self.quorum,
            concurrency: self.concurrency,
            shared_limit: self.shared_limit,
            specializations: self.specializations,
            delivery: self.delivery,
            retain: self.retain,
            run_timeout: self.run_timeout,
            clock: self.clock,
        };
        config.check()?;
        Ok(Orchestrator::new(config))
    }
}
