//! The agents of one run. Models are asked about once, before anything is spent; what they answered is
//! frozen into the run.

use std::sync::Arc;

use ziggurat_agents::{AgentSettings, ModelSynthesizer, ModelWorker};
use ziggurat_core::{
    CallContext, Decomposer, Model, ModelInfo, ProviderError, Synthesizer, Tier, Worker,
};

use ziggurat_decomposition::Specialized;

use crate::config::{Config, Source, same_model};
use crate::planning::default_decomposer;

/// Who does the work of each tier.
pub(crate) struct Crew {
    pub(crate) decomposer: Arc<dyn Decomposer>,
    pub(crate) worker: Arc<dyn Worker>,
    pub(crate) synthesizer: Arc<dyn Synthesizer>,
    pub(crate) executive: Arc<dyn Synthesizer>,
    /// The models as they were resolved.
    pub(crate) models: Vec<ModelInfo>,
    /// Whether a key that no server has looked at yet may be refused at the first worker's call.
    pub(crate) cautious: bool,
}

impl Crew {
    /// Asks the providers about the models and makes the agents.
    ///
    /// # Errors
    /// The first provider's refusal: a key or a model that every call would fail with.
    pub(crate) async fn assemble(config: &Config, models: &[Model]) -> Result<Self, ProviderError> {
        let cx = CallContext::default();
        let mut resolved = Vec::with_capacity(models.len());
        for asked in models {
            resolved.push((asked, asked.refreshed(&cx).await?));
        }
        // By the name it was asked for: the provider may have answered with another.
        let frozen = |model: &Model, tier| {
            let found = resolved.iter().find(|(asked, _)| same_model(asked, model));
            config.tier(tier).around(found.map_or(model, |(_, resolved)| resolved))
        };
        let unchecked =
            |model: &Model| frozen(model, Tier::Worker).info().key_checked == Some(false);
        Ok(Self {
            models: resolved.iter().map(|(_, model)| model.info().clone()).collect(),
            cautious: config.worker.model().is_some_and(unchecked),
            decomposer: decomposer(config, &frozen),
            worker: worker(config, &frozen),
            synthesizer: synthesizer(config, &frozen),
            executive: executive(config, &frozen),
        })
    }
}

type Frozen<'a> = &'a dyn Fn(&Model, Tier) -> Model;

fn decomposer(config: &Config, frozen: Frozen<'_>) -> Arc<dyn Decomposer> {
    let options = config.tier(Tier::Decomposer);
    let default = |model| Arc::new(default_decomposer(model, options, config.delivery));
    let decomposer: Arc<dyn Decomposer> = match &config.decomposer {
        Some(Source::Own(own)) => Arc::clone(own),
        Some(Source::Model(model)) => default(Some(frozen(model, Tier::Decomposer))),
        None => default(None),
    };
    // `build` has refused blank names, so an error says that there are none.
    match Specialized::new(Arc::clone(&decomposer), &config.specializations) {
        Ok(specialized) => Arc::new(specialized),
        Err(_) => decomposer,
    }
}

fn worker(config: &Config, frozen: Frozen<'_>) -> Arc<dyn Worker> {
    match &config.worker {
        Source::Own(own) => Arc::clone(own),
        Source::Model(model) => {
            let settings = config.agent(Tier::Worker, AgentSettings::WORKER);
            Arc::new(ModelWorker::new(frozen(model, Tier::Worker)).with_settings(settings))
        }
    }
}

fn synthesizer(config: &Config, frozen: Frozen<'_>) -> Arc<dyn Synthesizer> {
    match &config.synthesizer {
        Source::Own(own) => Arc::clone(own),
        Source::Model(model) => {
            let settings = config.agent(Tier::Synthesizer, AgentSettings::SYNTHESIZER);
            Arc::new(
                ModelSynthesizer::synthesizer(frozen(model, Tier::Synthesizer))
                    .with_settings(settings),
            )
        }
    }
}

fn executive(config: &Config, frozen: Frozen<'_>) -> Arc<dyn Synthesizer> {
    match &config.executive {
        Source::Own(own) => Arc::clone(own),
        Source::Model(model) => {
            let settings = config.agent(Tier::Executive, AgentSettings::EXECUTIVE);
            Arc::new(
                ModelSynthesizer::executive(frozen(model, Tier::Executive)).with_settings(settings),
            )
        }
    }
}
