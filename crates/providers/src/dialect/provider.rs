//! A row, and the provider that is made from it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Deserializer};
use ziggurat_core::Provider;

use super::endpoint::filled;
use super::known_keys::KnownKeys;
use super::row::Row;
use super::{Api, DialectError, Endpoint, build, builtin, takes};
use crate::http::without_credentials;
use crate::nearest::nearest;
use crate::{ConfigError, KeySource, PerMinute, ProviderOptions, ServerConfig};

/// A provider as it is written in a file: which API it speaks, where, and what opens it.
///
/// | key | what it says |
/// |---|---|
/// | `api` | `openai-chat` (default), `openai-responses`, `anthropic-messages`, `gemini` or `ollama` |
/// | `base_url` | the address; `${NAME}` in it stands for a variable of the environment |
/// | `base_url_env` | a variable that may hold another address |
/// | `key_env` | the variable that holds the key, or several in order; of each, `NAME_FILE` names a file |
/// | `key_file` | a file that holds the key and nothing else; `~/` is the user's home |
/// | `key_command` | a program and its arguments, which prints the key; no shell is involved |
/// | `default_model` | the model where the provider alone is named |
/// | `vendor` | whose models these are in the [catalogue](crate::Catalog), if not the provider's own |
/// | `free` | whether its models cost nothing |
/// | `json_schema` | whether any of its models obeys a JSON schema |
/// | `rpm`, `tpm` | requests and tokens a minute that the key allows, see [`PerMinute`] |
/// | `auth` | `"bearer"`, or `{ header = "api-key" }` (default: as the API's vendor takes it) |
/// | `headers`, `query` | what every request has besides, as tables |
/// | `allow_hosts` | hosts the address may lead to that are neither public nor this machine, see [`ServerConfig::with_allowed_hosts`] |
/// | `quirks` | where the server differs from its API, see [`Quirks`](crate::Quirks) |
///
/// A key is looked for in `key_env` (`NAME_API_KEY` if a row says nothing of a key), then in `key_file`,
/// then with `key_command`; it is read when the provider is made. A row can be written in any format
/// that serde knows. Unknown keys are errors.
///
/// ```
/// use ziggurat_providers::{Dialect, ProviderOptions, Registry};
///
/// let row: Dialect = serde_json::from_str(r#"{"base_url": "https://models.example.com/v1"}"#)?;
/// let mut registry = Registry::builtin();
/// registry.register_dialect("example", row)?;
/// let env = |name: &str| (name == "EXAMPLE_API_KEY").then(|| "sk-…".to_owned());
/// let model = registry.create(&"example/llama3".parse()?, &ProviderOptions::new(&env))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Dialect {
    pub(super) row: Row,
    /// Where the provider is at home: the address in the lowest row. What is known of its models' abilities
    /// holds there.
    home: Option<String>,
    /// Whether calls at its own address are bound to be refused without a key.
    needs_key: bool,
}

impl Dialect {
    /// The same row with `key_file` relative to this folder, usually that of the file the row is in.
    pub fn relative_to(mut self, folder: &Path) -> Self {
        self.row.key_file = self.row.key_file.map(|written| written.relative_to(folder));
        self
    }

    /// Whose models these are in the catalogue, if the row says so.
    pub fn vendor(&self) -> Option<&str> {
        self.row.vendor.as_deref()
    }

    /// This row over another of the same name.
    pub(crate) fn over(self, below: &Self, name: &str) -> Result<Self, DialectError> {
        // An address of the user's own may be that of a server that needs no key.
        let moved = self.row.base_url.is_some() && !self.needs_key;
        let needs_key = !moved && (below.needs_key || self.needs_key);
        let row = self.row.over(below.row.clone());
        let row = row.map_err(|e| DialectError::Quirks { name: name.into(), source: e.into() })?;
        Ok(Self { row, home: below.home.clone(), needs_key })
    }

    /// This row as a provider of its own.
    pub(crate) fn alone(self, name: &str) -> Result<Self, DialectError> {
        if self.row.base_url.is_some() {
            return Ok(self);
        }
        let nearest = nearest(name, builtin().keys().map(String::as_str));
        Err(DialectError::NoBaseUrl { name: name.to_owned(), nearest })
    }

    /// What its key allows a minute, as far as the row says.
    pub(crate) fn per_minute(&self) -> PerMinute {
        PerMinute { requests: self.row.rpm, tokens: self.row.tpm }
    }

    pub(crate) fn api(&self) -> Api {
        self.row.api.unwrap_or_default()
    }

    pub(crate) fn default_model(&self) -> Option<&str> {
        self.row.default_model.as_deref()
    }

    /// The address as it is written.
    pub(super) fn written_base_url(&self) -> &str {
        self.row.base_url.as_deref().unwrap_or_default()
    }

    /// The row for people: what it speaks, where, and which variable opens it.
    pub(crate) fn description(&self, name: &str) -> String {
        let base_url = without_credentials(self.written_base_url());
        format!("{} at {base_url}; key: {}", self.api(), self.key_variable(name))
    }

    /// Makes the provider, for which it reads its key.
    pub(crate) fn provider(
        &self,
        name: &str,
        options: &ProviderOptions<'_>,
    ) -> Result<Arc<dyn Provider>, ConfigError> {
        let Endpoint { base_url, key } = self.endpoint(name, options)?;
        let mut config = self.config(name, key.as_ref(), options);
        config = config.with_base_url(&base_url).with_catalog(options.catalog.cloned());
        config = config.with_allowed_hosts(options.allowed_hosts());
        if let Some(idle_timeout) = options.idle_timeout {
            config = config.with_idle_timeout(idle_timeout);
        }
        match key {
            Some(source) => {
                let key = source.read(options.env).map_err(|error| self.without_key_file(error))?;
                config = config.with_key(key);
            }
            None if self.is_refused_at(&base_url, options) => {
                return Err(ConfigError::NoKey { variable: self.key_variables(name).join(" or ") });
            }
            None => {}
        }
        build(self.api().at(&base_url), config)
    }

    /// The row's settings, at home and without the key.
    pub(super) fn config(
        &self,
        name: &str,
        key: Option<&KeySource>,
        options: &ProviderOptions<'_>,
    ) -> ServerConfig {
        let row = &self.row;
        let variable = key.map_or_else(|| self.key_variable(name), KeySource::to_string);
        let mut config = ServerConfig::new(name, self.home(options))
            .with_key_variable(variable)
            .with_default_model(row.default_model.clone())
            .with_vendor(row.vendor.as_deref().unwrap_or(name))
            .with_free(self.is_free())
            .with_json_schema(row.json_schema.unwrap_or(false))
            .with_quirks(row.quirks.value.clone())
            .with_allowed_hosts(&row.allow_hosts)
            .with_auth(row.auth.clone().unwrap_or_else(|| self.api().usual_auth()));
        for (name, value) in self.headers() {
            config = config.with_header(name, value);
        }
        for (name, value) in &row.query {
            config = config.with_query(name, value);
        }
        config
    }

    fn home(&self, options: &ProviderOptions<'_>) -> String {
        let written = self.home.as_deref().unwrap_or_default();
        filled(written, options).unwrap_or_else(|_| written.to_owned())
    }

    /// The API's own headers, and the row's in place of those of the same name.
    fn headers(&self) -> BTreeMap<String, &str> {
        let usual = self.api().usual_headers().iter().map(|(name, value)| (*name, *value));
        let written = self.row.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        usual.chain(written).map(|(name, value)| (name.to_lowercase(), value)).collect()
    }

    /// Whether calls without a key are bound to be refused: the provider's own server, which charges.
    fn is_refused_at(&self, base_url: &str, options: &ProviderOptions<'_>) -> bool {
        self.needs_key && !self.is_free() && self.is_own_address(base_url, options)
    }

    /// The error without the row's file, if what names it may be the key itself.
    fn without_key_file(&self, error: ConfigError) -> ConfigError {
        match (error, &self.row.key_file) {
            (ConfigError::KeyFile { path, problem }, Some(file)) if file.hides(&path) => {
                ConfigError::KeyFile { path: PathBuf::new(), problem }
            }
            (error, _) => error,
        }
    }

    fn is_free(&self) -> bool {
        self.row.free.unwrap_or(false)
    }

    /// The variable to set if there is no key.
    pub(super) fn key_variable(&self, name: &str) -> String {
        self.key_variables(name).swap_remove(0)
    }

    /// All variables that may hold the key; never none.
    fn key_variables(&self, name: &str) -> Vec<String> {
        let written = self.row.key_env.clone().filter(|variables| !variables.is_empty());
        let usual = || vec![format!("{}_API_KEY", name.to_uppercase().replace('-', "_"))];
        written.unwrap_or_else(usual)
    }
}

impl<'de> Deserialize<'de> for Dialect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let row = Row::deserialize(KnownKeys::new(deserializer, takes::of_row))?;
        Ok(Self { home: row.base_url.clone(), needs_key: row.has_key(), row })
    }
}

/// Without headers and a command's arguments: they may hold what nobody should see.
impl fmt::Debug for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialect")
            .field("api", &self.api())
            .field("base_url", &without_credentials(self.written_base_url()))
            .finish_non_exhaustive()
    }
}
