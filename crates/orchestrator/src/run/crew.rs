//! Who makes the plan of a run, and the models of all. Models are asked about once, before anything is
//! spent; what they answered is frozen into the run.

use std::sync::Arc;

use ziggurat_core::{CallContext, Decomposer, Model, ProviderError, Tier};
use ziggurat_decomposition::Specialized;

use crate::config::{Config, Source, same_model};
use crate::planning::default_decomposer;

/// Who begins a run.
pub(crate) struct Crew {
    pub(crate) decomposer: Arc<dyn Decomposer>,
    models: Models,
    /// Whether a key that no server has looked at yet may be refused at the first worker's call.
    pub(crate) cautious: bool,
}

impl Crew {
    /// Asks the providers about the models and makes the decomposer.
    ///
    /// # Errors
    /// The first provider's refusal: a key or a model that every call would fail with.
    pub(crate) async fn assemble(config: &Config, models: &[Model]) -> Result<Self, ProviderError> {
        let models = Models::resolve(models).await?;
        let unchecked = |model: &Model| models.frozen(model).info().key_checked == Some(false);
        Ok(Self {
            cautious: config.worker.model().is_some_and(unchecked),
            decomposer: decomposer(config, &models),
            models,
        })
    }

    /// The names of the models as they were resolved.
    pub(crate) fn model_names(&self) -> Vec<String> {
        self.models.0.iter().map(|(_, resolved)| resolved.info().name()).collect()
    }

    /// The model of a tier, as it was resolved and with the tier's layers around it.
    pub(crate) fn model(&self, config: &Config, model: &Model, tier: Tier) -> Model {
        config.tier(tier).around(&self.models.frozen(model))
    }
}

/// Models as they were asked for and as their providers know them.
struct Models(Vec<(Model, Model)>);

impl Models {
    async fn resolve(models: &[Model]) -> Result<Self, ProviderError> {
        let cx = CallContext::default();
        let mut resolved = Vec::with_capacity(models.len());
        for asked in models {
            resolved.push((asked.clone(), asked.refreshed(&cx).await?));
        }
        Ok(Self(resolved))
    }

    /// By the name it was asked for: the provider may have answered with another.
    fn frozen(&self, model: &Model) -> Model {
        let found = self.0.iter().find(|(asked, _)| same_model(asked, model));
        found.map_or(model, |(_, resolved)| resolved).clone()
    }
}

fn decomposer(config: &Config, models: &Models) -> Arc<dyn Decomposer> {
    let options = config.tier(Tier::Decomposer);
    let default = |model| Arc::new(default_decomposer(model, options, config.delivery));
    let decomposer: Arc<dyn Decomposer> = match &config.decomposer {
        Some(Source::Own(own)) => Arc::clone(own),
        Some(Source::Model(model)) => default(Some(options.around(&models.frozen(model)))),
        None => default(None),
    };
    // `build` has refused blank names, so an error says that there are none.
    match Specialized::new(Arc::clone(&decomposer), &config.specializations) {
        Ok(specialized) => Arc::new(specialized),
        Err(_) => decomposer,
    }
}
