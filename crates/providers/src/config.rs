//! How an adapter is set up: where its server is, what opens it, and where it differs from the vendor's.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use crate::{Catalog, Quirks};

/// How long a server may be silent unless another time is set.
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);

/// Settings of an adapter over HTTP.
///
/// ```
/// use ziggurat_providers::{OpenAi, ServerConfig};
/// let local = ServerConfig::new("local", "http://127.0.0.1:8080/v1").with_free(true);
/// let provider = OpenAi::new(local)?;
/// # Ok::<(), ziggurat_providers::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct ServerConfig {
    pub(crate) name: String,
    pub(crate) base_url: String,
    /// The address that the settings began with: the provider's own.
    pub(crate) home: String,
    pub(crate) key: Option<SecretString>,
    pub(crate) key_variable: String,
    pub(crate) default_model: Option<String>,
    pub(crate) auth: Auth,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) free: bool,
    pub(crate) json_schema: bool,
    pub(crate) quirks: Quirks,
    pub(crate) catalog: Option<Arc<Catalog>>,
    pub(crate) vendor: Option<String>,
    pub(crate) idle_timeout: Duration,
    pub(crate) allowed_hosts: Vec<String>,
}

/// Where a request bears the key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Auth {
    /// `Authorization: Bearer KEY`.
    Bearer,
    /// A header of this name, which holds the key alone: `x-api-key` (Anthropic), `x-goog-api-key`
    /// (Gemini), `api-key` (Azure).
    Header(String),
}

impl ServerConfig {
    /// A server: the provider's name, in model names and errors, and the address up to where the API's
    /// own paths follow; a slash at its end makes no difference. It is taken for the provider's own: what
    /// the [catalogue](Self::with_catalog) says that its models can do holds there.
    pub fn new(name: impl Into<String>, base_url: impl Into<String>) -> Self {
        let name = name.into();
        let key_variable = format!("{}_API_KEY", name.to_uppercase().replace('-', "_"));
        let base_url = base_url.into();
        Self {
            name,
            home: base_url.clone(),
            base_url,
            key: None,
            key_variable,
            default_model: None,
            auth: Auth::Bearer,
            headers: Vec::new(),
            query: Vec::new(),
            free: false,
            json_schema: false,
            quirks: Quirks::default(),
            catalog: None,
            vendor: None,
            idle_timeout: IDLE_TIMEOUT,
            allowed_hosts: Vec::new(),
        }
    }

    /// The provider's name, in model names and errors.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Another server than the provider's own: of its models, limits and prices are known by their names,
    /// but not what they can do there.
    pub fn with_base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The key; blanks around it are dropped. Default: none.
    pub fn with_key(mut self, key: impl Into<Option<SecretString>>) -> Self {
        self.key = key.into();
        self
    }

    /// Where the key comes from, as messages call it when a server refuses the key. Nothing is read from
    /// it here. Default: `NAME_API_KEY`.
    pub fn with_key_variable(mut self, variable: impl Into<String>) -> Self {
        self.key_variable = variable.into();
        self
    }

    /// The model in place of [`AUTO_MODEL`](crate::AUTO_MODEL), if the server lists it or lists nothing.
    /// Default: the one of the API's vendor.
    pub fn with_default_model(mut self, model: impl Into<Option<String>>) -> Self {
        self.default_model = model.into();
        self
    }

    /// How the key is sent. Default: [`Auth::Bearer`].
    pub fn with_auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// A header of every request, for example `anthropic-beta`. Its value is treated like a key: it is
    /// shown nowhere.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A parameter of every request's address, for example Azure's `api-version`. Its value is shown
    /// nowhere.
    pub fn with_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Whether its models are known to cost nothing: a server on one's own machine. Default: false.
    pub fn with_free(mut self, free: bool) -> Self {
        self.free = free;
        self
    }

    /// Whether any of its models is known to obey a JSON schema: some servers bind the sampling, not
    /// the model. Default: false, which leaves it to what is known of the model.
    pub fn with_json_schema(mut self, json_schema: bool) -> Self {
        self.json_schema = json_schema;
        self
    }

    /// Where the server differs from the API that it speaks.
    pub fn with_quirks(mut self, quirks: Quirks) -> Self {
        self.quirks = quirks;
        self
    }

    /// Where limits, prices and abilities of its models are looked up. Default: [`Catalog::builtin`].
    pub fn with_catalog(mut self, catalog: impl Into<Option<Arc<Catalog>>>) -> Self {
        self.catalog = catalog.into();
        self
    }

    /// Whose models these are in the catalogue, where that is another's name: `openai` for a second
    /// provider at OpenAI. Default: the provider's name.
    pub fn with_vendor(mut self, vendor: impl Into<String>) -> Self {
        self.vendor = Some(vendor.into());
        self
    }

    /// How long the server may be silent, before its answer and within it. There is no limit on a
    /// whole answer: callers own those clocks. Default: 120 s.
    pub fn with_idle_timeout(mut self, idle_timeout: Duration) -> Self {
        self.idle_timeout = idle_timeout;
        self
    }

    /// Hosts that the server may be at although they are neither on the public internet nor this machine:
    /// names (`models.internal`, wherever it leads), addresses (`10.0.0.7`) and networks (`10.0.0.0/8`).
    /// Default: none, so that an address from a file or a form leads into nobody's network.
    ///
    /// What is checked is the base URL itself, when the provider is made, and the addresses that its
    /// host name leads to, whenever a connection is made. `localhost` must lead to this machine. A proxy
    /// from the environment is not checked, and looks names up itself.
    ///
    /// ```
    /// use ziggurat_providers::{ConfigError, OpenAi, ServerConfig};
    /// let config = ServerConfig::new("office", "http://10.0.0.7:8080/v1");
    /// assert!(matches!(OpenAi::new(config.clone()), Err(ConfigError::BaseUrl { .. })));
    /// assert!(OpenAi::new(config.with_allowed_hosts(["10.0.0.0/8"])).is_ok());
    /// ```
    pub fn with_allowed_hosts(
        mut self,
        hosts: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.allowed_hosts.extend(hosts.into_iter().map(Into::into));
        self
    }
}

impl fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().map(|(name, _)| name.clone()).collect()
        };
        let allowed: Vec<_> =
            self.allowed_hosts.iter().map(|host| crate::http::without_credentials(host)).collect();
        f.debug_struct("ServerConfig")
            .field("name", &self.name)
            .field("base_url", &crate::http::without_credentials(&self.base_url))
            .field("has_key", &self.key.is_some())
            .field("key_variable", &self.key_variable)
            .field("default_model", &self.default_model)
            .field("auth", &self.auth)
            .field("headers", &names(&self.headers))
            .field("query", &names(&self.query))
            .field("free", &self.free)
            .field("json_schema", &self.json_schema)
            .field("quirks", &self.quirks)
            .field("vendor", &self.vendor)
            .field("idle_timeout", &self.idle_timeout)
            .field("allowed_hosts", &allowed)
            .finish()
    }
}
