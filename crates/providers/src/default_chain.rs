//! Which model answers when the user named none. The order is fixed and one line says what was chosen
//! and why: an address, then a key, then a server on this machine, then the embedded model over the
//! material. Nothing but a request for the list of models, and no key, is sent to a server nobody named
//! until it has answered like one; the one that is chosen is then set up like any other of its name.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesOrdered;
use tokio::time::timeout;
use ziggurat_core::{CallContext, Model, ModelName};

use crate::api::first_chat_model;
use crate::openai::{self, OpenAi};
use crate::{
    AUTO_MODEL, ConfigError, Env, LocalServer, ProviderOptions, Registry, SelectionError,
    ServerConfig,
};

/// How long a local server may take to list its models.
const PROBE: Duration = Duration::from_millis(300);

/// A model, and why it was chosen.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Choice {
    /// The model.
    pub model: Model,
    /// One line for people: `openai/gpt-5.4-mini: OPENAI_API_KEY is set`.
    pub why: String,
}

impl Choice {
    fn new(model: Model, why: &str) -> Self {
        let why = format!("{}: {why}", model.info().name());
        Self { model, why }
    }
}

/// Chooses a model for a user who named none:
///
/// 1. `base_url`, or `OPENAI_BASE_URL`: `openai/auto` at that address. [`Model::refreshed`] makes that
///    the default model if the server lists it or lists nothing, else the first that can chat;
/// 2. `OPENAI_API_KEY`: `openai` with its default model;
/// 3. the first of the local servers that lists a model within 300 ms; all are asked at once, without
///    a key. Its provider is the registry's of that name, with its key if one is set; a name that is
///    not registered stands for a free server without a key;
/// 4. `extractive`, if there is material;
/// 5. otherwise [`SelectionError::NothingConfigured`].
///
/// Dropping the future closes the connections it opened.
///
/// # Errors
/// As above, or [`SelectionError::Config`] if the address, the key or the local server's entry cannot be
/// used.
pub async fn choose(
    registry: &Registry,
    env: Env<'_>,
    base_url: Option<&str>,
    has_material: bool,
    local_servers: &[LocalServer],
) -> Result<Choice, SelectionError> {
    let options = ProviderOptions::new(env);
    if let Some(base_url) = base_url {
        return at_address(registry, &options, base_url, "--base-url is given");
    }
    if let Some(base_url) = options.var("OPENAI_BASE_URL") {
        return at_address(registry, &options, &base_url, "OPENAI_BASE_URL is set");
    }
    if options.var("OPENAI_API_KEY").is_some() {
        let model = registry.create(&provider("openai"), &options)?;
        return Ok(Choice::new(model, "OPENAI_API_KEY is set"));
    }
    if let Some((server, model)) = running(local_servers, &options).await {
        return at_local_server(registry, &options, server, model);
    }
    if has_material && registry.names().any(|name| name == "extractive") {
        let model = registry.create(&provider("extractive"), &options)?;
        return Ok(Choice::new(model, "nothing else is configured; it answers from the documents"));
    }
    Err(SelectionError::NothingConfigured)
}

fn provider(name: &str) -> ModelName {
    ModelName { provider: name.to_owned(), model: None }
}

/// The server is not asked here: its list is needed once, when the run resolves the model, and a refused
/// key should cost one request.
fn at_address(
    registry: &Registry,
    options: &ProviderOptions<'_>,
    base_url: &str,
    why: &str,
) -> Result<Choice, SelectionError> {
    let auto = ModelName { provider: "openai".to_owned(), model: Some(AUTO_MODEL.to_owned()) };
    let model = registry.create(&auto, &options.with_base_url(base_url))?;
    Ok(Choice::new(model, why))
}

/// The server was found without a key; from here on it gets the one that is meant for its name.
fn at_local_server(
    registry: &Registry,
    options: &ProviderOptions<'_>,
    server: &LocalServer,
    model: String,
) -> Result<Choice, SelectionError> {
    let name = server.name();
    let model = if registry.names().any(|known| known == name) {
        let name = ModelName { provider: name.to_owned(), model: Some(model) };
        registry.create(&name, &options.with_base_url(server.base_url()))?
    } else {
        let adapter = keyless(server, options)
            .map_err(|source| SelectionError::Config { provider: name.to_owned(), source })?;
        Model::known(Arc::new(adapter), &model)
    };
    Ok(Choice::new(model, &format!("a local server answers at {}", server.base_url())))
}

/// The first server, in order, that answers like one, and its first model that can chat.
async fn running<'a>(
    servers: &'a [LocalServer],
    options: &ProviderOptions<'_>,
) -> Option<(&'a LocalServer, String)> {
    let mut probes: FuturesOrdered<_> =
        servers.iter().map(|server| probe(server, options)).collect();
    while let Some(found) = probes.next().await {
        if found.is_some() {
            return found;
        }
    }
    None
}

async fn probe<'a>(
    server: &'a LocalServer,
    options: &ProviderOptions<'_>,
) -> Option<(&'a LocalServer, String)> {
    let adapter = keyless(server, options).ok()?;
    let listing = timeout(PROBE, adapter.listing(&CallContext::default())).await.ok()?.ok()?;
    let ids = listing.models.iter().map(|listed| listed.id.as_str());
    let first = first_chat_model(ids).filter(|_| listing.canonical)?;
    Some((server, first.to_owned()))
}

fn keyless(server: &LocalServer, options: &ProviderOptions<'_>) -> Result<OpenAi, ConfigError> {
    let config = ServerConfig::new(server.name(), server.base_url()).with_free(true);
    OpenAi::new(config.with_allowed_hosts(options.allowed_hosts()))
}
