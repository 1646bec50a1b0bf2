//! How an adapter for chat completions is set up.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

/// OpenAI's own address.
pub(crate) const DEFAULT_BASE_URL: &str = "https://api.openai.com/v1";

/// Settings of an [`OpenAi`](super::OpenAi). `default()` is OpenAI itself, without a key.
///
/// ```
/// use ziggurat_providers::openai::OpenAiConfig;
/// let config = OpenAiConfig::default()
///     .with_name("local")
///     .with_base_url("http://127.0.0.1:8080/v1")
///     .with_free(true);
/// ```
#[derive(Clone)]
pub struct OpenAiConfig {
    pub(super) name: String,
    pub(super) base_url: String,
    pub(super) key: Option<SecretString>,
    pub(super) key_variable: String,
    pub(super) free: bool,
    pub(super) json_schema: bool,
    pub(super) idle_timeout: Duration,
}

impl Default for OpenAiConfig {
    fn default() -> Self {
        Self {
            name: "openai".to_owned(),
            base_url: DEFAULT_BASE_URL.to_owned(),
            key: None,
            key_variable: "OPENAI_API_KEY".to_owned(),
            free: false,
            json_schema: false,
            idle_timeout: Duration::from_secs(120),
        }
    }
}

impl OpenAiConfig {
    /// The provider's name, in model names and errors. Default: `openai`.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The server, with the path up to where `/chat/completions` follows; a slash at the end makes
    /// no difference. Default: `https://api.openai.com/v1`.
    pub fn with_base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The key, sent as a bearer token; blanks around it are dropped. Default: none.
    pub fn with_key(mut self, key: impl Into<Option<SecretString>>) -> Self {
        self.key = key.into();
        self
    }

    /// The variable that the key comes from: messages name it when a server refuses the key.
    /// Nothing is read from it here. Default: `OPENAI_API_KEY`.
    pub fn with_key_variable(mut self, variable: impl Into<String>) -> Self {
        self.key_variable = variable.into();
        self
    }

    /// Whether its models are known to cost nothing: a server on one's own machine. Otherwise
    /// prices are unknown. Default: false.
    pub fn with_free(mut self, free: bool) -> Self {
        self.free = free;
        self
    }

    /// Whether its models are known to obey a JSON schema (`response_format`). Otherwise it is unknown,
    /// but for OpenAI's own models. Default: false.
    pub fn with_json_schema(mut self, json_schema: bool) -> Self {
        self.json_schema = json_schema;
        self
    }

    /// How long the server may be silent, before its answer and within it. There is no limit on a
    /// whole answer: callers own those clocks. Default: 120 s.
    pub fn with_idle_timeout(mut self, idle_timeout: Duration) -> Self {
        self.idle_timeout = idle_timeout;
        self
    }
}

impl fmt::Debug for OpenAiConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiConfig")
            .field("name", &self.name)
            .field("base_url", &crate::http::without_credentials(&self.base_url))
            .field("has_key", &self.key.is_some())
            .field("key_variable", &self.key_variable)
            .field("free", &self.free)
            .field("json_schema", &self.json_schema)
            .field("idle_timeout", &self.idle_timeout)
            .finish()
    }
}
