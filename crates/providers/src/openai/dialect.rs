//! Compatible servers as rows of data: what differs between them is an address, a variable's name, whether
//! they charge and whether they bind answers to a schema, so none is a type of its own.

use std::sync::Arc;

use secrecy::SecretString;
use ziggurat_core::Provider;

use super::OpenAi;
use crate::{ConfigError, ProviderOptions, Registry, ServerConfig};

/// OpenAI's model where none is named.
pub const DEFAULT_MODEL: &str = "gpt-5.4-mini";

/// A server that speaks chat completions.
struct Dialect {
    name: &'static str,
    base_url: &'static str,
    base_url_variable: Option<&'static str>,
    key_variable: &'static str,
    default_model: Option<&'static str>,
    free: bool,
    /// Whether any of its models obeys a schema: these servers bind the sampling, not the model.
    json_schema: bool,
}

const DIALECTS: [Dialect; 4] = [
    Dialect {
        name: "openai",
        base_url: super::BASE_URL,
        base_url_variable: Some("OPENAI_BASE_URL"),
        key_variable: "OPENAI_API_KEY",
        default_model: Some(DEFAULT_MODEL),
        free: false,
        // It depends on the model there.
        json_schema: false,
    },
    Dialect {
        name: "ollama",
        base_url: "http://127.0.0.1:11434/v1",
        base_url_variable: None,
        key_variable: "OLLAMA_API_KEY",
        default_model: None,
        free: true,
        json_schema: true,
    },
    Dialect {
        name: "llamacpp",
        base_url: "http://127.0.0.1:8080/v1",
        base_url_variable: None,
        key_variable: "LLAMA_API_KEY",
        default_model: None,
        free: true,
        json_schema: true,
    },
    Dialect {
        name: "lmstudio",
        base_url: "http://127.0.0.1:1234/v1",
        base_url_variable: None,
        key_variable: "LMSTUDIO_API_KEY",
        default_model: None,
        free: true,
        json_schema: true,
    },
];

impl Dialect {
    fn config(&self, options: &ProviderOptions<'_>) -> ServerConfig {
        let from_env = self.base_url_variable.and_then(|variable| options.var(variable));
        let base_url = options.base_url.map(str::to_owned).or(from_env);
        let mut config = ServerConfig::new(self.name, self.base_url)
            .with_key(options.var(self.key_variable).map(SecretString::from))
            .with_key_variable(self.key_variable)
            .with_free(self.free)
            .with_json_schema(self.json_schema)
            .with_allowed_hosts(options.allowed_hosts())
            .with_catalog(options.catalog.cloned());
        if let Some(base_url) = base_url {
            config = config.with_base_url(base_url);
        }
        if let Some(idle_timeout) = options.idle_timeout {
            config = config.with_idle_timeout(idle_timeout);
        }
        config
    }
}

impl Dialect {
    /// Whether calls are bound to be refused: the provider's own server, which charges, and no key.
    fn needs_key(&self, config: &ServerConfig) -> bool {
        !self.free && config.base_url == self.base_url && config.key.is_none()
    }
}

/// Registers every dialect.
pub(crate) fn register(registry: &mut Registry) {
    for dialect in &DIALECTS {
        let make = |options: &ProviderOptions<'_>| -> Result<Arc<dyn Provider>, ConfigError> {
            let config = dialect.config(options);
            if dialect.needs_key(&config) {
                return Err(ConfigError::NoKey { variable: dialect.key_variable.to_owned() });
            }
            Ok(Arc::new(OpenAi::new(config)?))
        };
        registry.register(dialect.name, dialect.default_model, make);
    }
}

/// The local servers that are looked for when nothing is configured, in order: name and base URL.
pub(crate) fn local_servers() -> impl Iterator<Item = (&'static str, &'static str)> {
    DIALECTS.iter().filter(|dialect| dialect.free).map(|dialect| (dialect.name, dialect.base_url))
}
