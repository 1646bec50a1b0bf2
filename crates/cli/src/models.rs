//! Which model each tier calls: those that flags name, else the one the providers choose by what is
//! configured.

use std::collections::BTreeMap;
use std::sync::Arc;

use ziggurat::providers::layers::FallbackLayer;
use ziggurat::providers::{
    ALLOW_HOSTS, Env, LocalServer, ProviderOptions, Registry, SelectionError, choose,
};
use ziggurat::{Layer, Model, ModelName, Provider};

use crate::args::RunArgs;
use crate::error::UsageError;
use crate::plain_http;
use crate::recording::Tape;

/// The models of a run.
pub(crate) struct Models {
    /// Of every tier that has none of its own, the decomposer included.
    pub(crate) default: Model,
    pub(crate) worker: Option<Model>,
    pub(crate) synthesizer: Option<Model>,
    pub(crate) executive: Option<Model>,
    /// What was chosen and why, in a line.
    pub(crate) why: String,
    /// What a user may not have meant, in lines.
    pub(crate) warnings: Vec<String>,
}

impl Models {
    /// Puts the fallback around every provider once, so that tiers of one provider still share it.
    fn fall_back(&mut self, layer: &FallbackLayer) {
        let mut around: BTreeMap<String, Arc<dyn Provider>> = BTreeMap::new();
        let tiers = [&mut self.worker, &mut self.synthesizer, &mut self.executive];
        for model in tiers.into_iter().flatten().chain([&mut self.default]) {
            let provider = around
                .entry(model.info().provider.clone())
                .or_insert_with(|| layer.layer(Arc::clone(model.provider())));
            *model = Model::known(Arc::clone(provider), &model.info().id);
        }
    }
}

/// Finds the models. Asks servers on this machine for their lists, and nothing else.
pub(crate) async fn find(
    args: &RunArgs,
    registry: &Registry,
    env: Env<'_>,
    has_material: bool,
    tape: &Tape,
) -> Result<Models, UsageError> {
    let env: Env<'_> = &allowing(&args.model.allow_host, env);
    let base_url = args.model.base_url.as_deref();
    let options = ProviderOptions::new(env);
    let (default, why, base_url) = match (&args.model.model, tape) {
        (Some(name), _) => {
            let model = registry.create(name, &options.with_base_url(base_url))?;
            let why = format!("{}: --model is given", model.info().name());
            (model, why, base_url.map(str::to_owned))
        }
        (None, Tape::Replay(replay)) => {
            let path = || args.calls.replay.clone().unwrap_or_default();
            let recorded = replay.default_model();
            let recorded = recorded.ok_or_else(|| UsageError::EmptyRecording { path: path() })?;
            let (provider, model) = (recorded.info().provider.clone(), recorded.info().id.clone());
            let name = ModelName { provider, model: Some(model) };
            let why = format!("{name}: as in {}", path().display());
            (registry.create(&name, &options)?, why, None)
        }
        (None, _) => {
            let local = LocalServer::from_env(env).map_err(UsageError::LocalServers)?;
            let choice = choose(registry, env, base_url, has_material, &local).await?;
            (choice.model, choice.why, choice.base_url)
        }
    };
    let mut tiers = TierModels::new(registry, env, &default, base_url.as_deref());
    let fallbacks = args.calls.fallback.iter().map(|name| tiers.model(Some(name)));
    let fallbacks: Vec<Model> =
        fallbacks.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    let mut models = Models {
        worker: tiers.model(args.tiers.worker_model.as_ref())?,
        synthesizer: tiers.model(args.tiers.synthesizer_model.as_ref())?,
        executive: tiers.model(args.tiers.executive_model.as_ref())?,
        warnings: tiers.warnings,
        default,
        why,
    };
    if !fallbacks.is_empty() {
        models.fall_back(&FallbackLayer::new(fallbacks));
    }
    let worker = models.worker.as_ref().unwrap_or(&models.default);
    if worker.info().extractive && !has_material {
        return Err(UsageError::NoMaterial { model: worker.info().name() });
    }
    Ok(models)
}

/// The environment with these hosts allowed as well: that is where every provider looks for them.
fn allowing<'a>(
    hosts: &'a [String],
    env: Env<'a>,
) -> impl Fn(&str) -> Option<String> + Send + Sync + 'a {
    move |variable| {
        let value = env(variable);
        if variable != ALLOW_HOSTS || hosts.is_empty() {
            return value;
        }
        Some([hosts.join(","), value.unwrap_or_default()].join(","))
    }
}

/// The tiers' own models. A base URL is an address of one provider, the default model's; the others are
/// where they always are. Tiers of one provider share it, and with it its connections.
struct TierModels<'a> {
    registry: &'a Registry,
    options: ProviderOptions<'a>,
    providers: BTreeMap<String, Arc<dyn Provider>>,
    /// Of each provider once.
    warnings: Vec<String>,
}

impl<'a> TierModels<'a> {
    fn new(registry: &'a Registry, env: Env<'a>, default: &Model, base_url: Option<&str>) -> Self {
        let options = ProviderOptions::new(env);
        let name = &default.info().provider;
        let there = options.with_base_url(base_url);
        let warnings = plain_http::warning(registry, name, &there).into_iter().collect();
        let providers = BTreeMap::from([(name.clone(), Arc::clone(default.provider()))]);
        Self { registry, options, providers, warnings }
    }

    fn model(&mut self, name: Option<&ModelName>) -> Result<Option<Model>, SelectionError> {
        let Some(name) = name else { return Ok(None) };
        let Some(provider) = self.providers.get(&name.provider) else {
            let model = self.registry.create(name, &self.options)?;
            self.warnings.extend(plain_http::warning(self.registry, &name.provider, &self.options));
            self.providers.insert(name.provider.clone(), Arc::clone(model.provider()));
            return Ok(Some(model));
        };
        let default = || self.registry.default_model(&name.provider);
        let model = name.model.as_deref().or_else(default);
        let no_default = || SelectionError::NoDefaultModel { provider: name.provider.clone() };
        Ok(Some(Model::known(Arc::clone(provider), model.ok_or_else(no_default)?)))
    }
}
