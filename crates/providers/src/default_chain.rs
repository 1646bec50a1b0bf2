//! Which model answers when the user named none. The order is fixed and one line says what was chosen
//! and why: an address, then a key, then a server on this machine, then the embedded model over the
//! material. Nothing but a request for the list of models, and no key, is sent to a server nobody named
//! until it has answered like one; the one that is chosen is then set up like any other of its name.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesOrdered;
use tokio::time::timeout;
use ziggurat_core::{CallContext, Model, ModelName};

use crate::api::{Listing, first_chat_model};
use crate::dialect::{self, Api};
use crate::http::{AllowedHosts, ApiKey, BaseUrl, HttpClient, read_body};
use crate::{
    AUTO_MODEL, Env, KeySource, LocalServer, ProviderOptions, Registry, SelectionError,
    ServerConfig,
};

/// How long a local server may take to list its models.
const PROBE: Duration = Duration::from_millis(300);

/// Whose key counts first if no model is named: the vendors of the APIs that this crate has adapters for,
/// then everybody else by name. A user's own rows follow.
const KEYED: [&str; 13] = [
    "openai",
    "anthropic",
    "gemini",
    "azure",
    "cerebras",
    "deepseek",
    "fireworks",
    "groq",
    "mistral",
    "openrouter",
    "perplexity",
    "together",
    "xai",
];

/// A model, and why it was chosen.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Choice {
    /// The model.
    pub model: Model,
    /// One line for people: `openai/gpt-5.4-mini: OPENAI_API_KEY is set`.
    pub why: String,
    /// The address that its provider was given in place of its own.
    pub base_url: Option<String>,
}

impl Choice {
    fn new(model: Model, why: &str) -> Self {
        let why = format!("{}: {why}", model.info().name());
        Self { model, why, base_url: None }
    }

    fn at(self, base_url: &str) -> Self {
        Self { base_url: Some(base_url.to_owned()), ..self }
    }
}

/// Chooses a model for a user who named none:
///
/// 1. `base_url`, or `OPENAI_BASE_URL`: `openai/auto` at that address. [`Model::refreshed`] makes that
///    the default model if the server lists it or lists nothing, else the first that can chat;
/// 2. a key: the default model of the first provider that has one, in this order: `openai`, `anthropic`,
///    `gemini`, then `azure` (which needs an address and a default model of its user's), `cerebras`,
///    `deepseek`, `fireworks`, `groq`, `mistral`, `openrouter`, `perplexity`, `together`, `xai`, then any
///    other row with a default model by name, unless its key is printed by a command. Which variables,
///    files or commands hold a key, its row says; see [`Dialect`](crate::Dialect);
/// 3. the first of the local servers that lists a model within 300 ms; all are asked at once, without
///    a key. Its provider is the registry's of that name, at its own address if that is where the server
///    was found, with its key if one is set; a name that is not registered stands for a free server
///    without a key;
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
    if let Some((name, why)) = keyed(registry, &options) {
        return Ok(Choice::new(registry.create(&provider(name), &options)?, &why));
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

/// The first provider that has a key, an address and a default model. The key is not read here.
/// After ours come the rows of the user's own, by name.
fn keyed<'a>(registry: &'a Registry, options: &ProviderOptions<'_>) -> Option<(&'a str, String)> {
    let has_key = |name: &'a str| {
        registry.default_model(name)?;
        Some((name, registry.endpoint(name, options)?.key?))
    };
    // Nobody named these, so no program is run to see whether they have a key.
    let is_set = |(_, key): &(&str, KeySource)| !matches!(key, KeySource::Command(_));
    let own = registry.names().filter(|name| !KEYED.contains(name));
    let mut found = KEYED.into_iter().filter_map(has_key);
    let (name, key) = found.next().or_else(|| own.filter_map(has_key).find(is_set))?;
    Some((name, key.presence()))
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
    Ok(Choice::new(model, why).at(base_url))
}

/// The server was found without a key; from here on it gets the one that is meant for its name.
fn at_local_server(
    registry: &Registry,
    options: &ProviderOptions<'_>,
    server: &LocalServer,
    model: String,
) -> Result<Choice, SelectionError> {
    let (name, base_url) = (server.name(), server.base_url());
    let why = format!("a local server answers at {base_url}");
    if !registry.names().any(|known| known == name) {
        let adapter = dialect::build(Api::OpenaiChat, keyless(server, options))
            .map_err(|source| SelectionError::Config { provider: name.to_owned(), source })?;
        let adapter = registry.layered(name, adapter);
        return Ok(Choice::new(Model::known(adapter, &model), &why).at(base_url));
    }
    let full_name = ModelName { provider: name.to_owned(), model: Some(model) };
    // A server is found by its list in OpenAI's shape; the provider may know a better way to the same one.
    let own = registry.endpoint(name, options);
    if own.is_some_and(|own| dialect::root(&own.base_url) == dialect::root(base_url)) {
        return Ok(Choice::new(registry.create(&full_name, options)?, &why));
    }
    let model = registry.create(&full_name, &options.with_base_url(base_url))?;
    Ok(Choice::new(model, &why).at(base_url))
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
    let listing = timeout(PROBE, list(server, options)).await.ok()??;
    let ids = listing.models.iter().map(|listed| listed.id.as_str());
    let first = first_chat_model(ids).filter(|_| listing.canonical)?;
    Some((server, first.to_owned()))
}

async fn list(server: &LocalServer, options: &ProviderOptions<'_>) -> Option<Listing> {
    let config = keyless(server, options);
    let allowed = AllowedHosts::parse(&config.allowed_hosts).ok()?;
    let base_url = BaseUrl::parse(server.base_url(), &allowed).ok()?;
    let http = HttpClient::new(&config, base_url, ApiKey::new(None, "")).ok()?;
    let cx = CallContext::default();
    let response = http.get(&cx, "/models").await.ok()?;
    if !response.status().is_success() {
        return None;
    }
    Listing::parse(&read_body(response, &http.reporter(&cx)).await.ok()?)
}

fn keyless(server: &LocalServer, options: &ProviderOptions<'_>) -> ServerConfig {
    ServerConfig::new(server.name(), server.base_url())
        .with_free(true)
        .with_allowed_hosts(options.allowed_hosts())
}
