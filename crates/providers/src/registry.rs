//! Providers by name, so that `provider/model` in a flag or a file finds its adapter, and a program
//! can add its own. The environment is a function that is passed in: nothing here reads the process's,
//! so tests need none and a server can give each tenant another.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ziggurat_core::{Model, ModelName, Provider};

use crate::nearest::nearest;
use crate::{Catalog, ConfigError, SelectionError};

/// Looks up a variable of the environment. [`process_env`] reads the real one.
pub type Env<'a> = &'a (dyn Fn(&str) -> Option<String> + Send + Sync);

/// The process's environment, for use as an [`Env`]. A value that is not UTF-8 counts as unset.
pub fn process_env(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// What a provider is made from.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ProviderOptions<'a> {
    /// Where keys and defaults are looked up.
    pub env: Env<'a>,
    /// The server to talk to, in place of the provider's own.
    pub base_url: Option<&'a str>,
    /// How long a server may be silent, in place of the provider's default.
    pub idle_timeout: Option<Duration>,
    /// Hosts that a server may be at beside the public ones and this machine.
    pub allow_hosts: &'a [String],
    /// Where limits, prices and abilities of models are looked up, in place of [`Catalog::builtin`].
    pub catalog: Option<&'a Arc<Catalog>>,
}

/// The variable that allows hosts, separated by commas; see [`ProviderOptions::allowed_hosts`].
pub const ALLOW_HOSTS: &str = "ZIGGURAT_ALLOW_HOSTS";

impl<'a> ProviderOptions<'a> {
    /// The provider's defaults, with keys from this environment.
    pub fn new(env: Env<'a>) -> Self {
        Self { env, base_url: None, idle_timeout: None, allow_hosts: &[], catalog: None }
    }

    /// The same options with this server.
    pub fn with_base_url(mut self, base_url: impl Into<Option<&'a str>>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The same options with this bound on a server's silence.
    pub fn with_idle_timeout(mut self, idle_timeout: impl Into<Option<Duration>>) -> Self {
        self.idle_timeout = idle_timeout.into();
        self
    }

    /// The same options with these hosts allowed: names, addresses and networks.
    pub fn with_allow_hosts(mut self, hosts: &'a [String]) -> Self {
        self.allow_hosts = hosts;
        self
    }

    /// The hosts that are allowed by these options and by `ZIGGURAT_ALLOW_HOSTS` (separated by commas),
    /// for [`ServerConfig::with_allowed_hosts`](crate::ServerConfig::with_allowed_hosts).
    pub fn allowed_hosts(&self) -> Vec<String> {
        let variable = self.var(ALLOW_HOSTS).unwrap_or_default();
        let listed = variable.split(',').map(str::trim).filter(|host| !host.is_empty());
        self.allow_hosts.iter().cloned().chain(listed.map(str::to_owned)).collect()
    }

    /// The same options with this catalogue of models.
    pub fn with_catalog(mut self, catalog: impl Into<Option<&'a Arc<Catalog>>>) -> Self {
        self.catalog = catalog.into();
        self
    }

    /// The variable's value, unless it is unset or blank.
    pub fn var(&self, variable: &str) -> Option<String> {
        (self.env)(variable).filter(|value| !value.trim().is_empty())
    }
}

impl fmt::Debug for ProviderOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A base URL may hold a password until it has been checked.
        f.debug_struct("ProviderOptions")
            .field("idle_timeout", &self.idle_timeout)
            .finish_non_exhaustive()
    }
}

/// Makes a provider from options.
pub type Factory =
    dyn Fn(&ProviderOptions<'_>) -> Result<Arc<dyn Provider>, ConfigError> + Send + Sync;

/// Providers by name. Cheap to clone.
///
/// ```
/// use ziggurat_providers::{ProviderOptions, Registry};
///
/// let registry = Registry::builtin();
/// let env = |_: &str| None;
/// let error = registry.create(&"opnai/gpt-5".parse()?, &ProviderOptions::new(&env)).unwrap_err();
/// assert!(error.to_string().contains("no provider is named `opnai`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Registry {
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone)]
struct Entry {
    default_model: Option<String>,
    factory: Arc<Factory>,
}

impl Registry {
    /// A registry without providers.
    pub fn empty() -> Self {
        Self::default()
    }

    /// All providers of this crate: `openai` and the local servers `ollama`, `llamacpp` and
    /// `lmstudio` (feature `openai`), and `extractive` (feature `extractive`).
    pub fn builtin() -> Self {
        #[allow(unused_mut)] // Without features there is nothing to register.
        let mut registry = Self::empty();
        #[cfg(feature = "openai")]
        crate::openai::register(&mut registry);
        #[cfg(feature = "extractive")]
        crate::extractive::register(&mut registry);
        registry
    }

    /// Adds a provider, in place of any other of that name. `default_model` is used for a model
    /// name that is the provider alone.
    pub fn register(
        &mut self,
        name: impl Into<String>,
        default_model: Option<&str>,
        factory: impl Fn(&ProviderOptions<'_>) -> Result<Arc<dyn Provider>, ConfigError>
        + Send
        + Sync
        + 'static,
    ) {
        let entry =
            Entry { default_model: default_model.map(str::to_owned), factory: Arc::new(factory) };
        self.entries.insert(name.into(), entry);
    }

    /// The registered names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The model that a provider's name alone stands for.
    pub fn default_model(&self, provider: &str) -> Option<&str> {
        self.entries.get(provider)?.default_model.as_deref()
    }

    /// A provider by name. No I/O.
    ///
    /// # Errors
    /// [`SelectionError::UnknownProvider`], or [`SelectionError::Config`] if its options are wrong.
    pub fn provider(
        &self,
        name: &str,
        options: &ProviderOptions<'_>,
    ) -> Result<Arc<dyn Provider>, SelectionError> {
        let entry = self.entry(name)?;
        (entry.factory)(options)
            .map_err(|source| SelectionError::Config { provider: name.to_owned(), source })
    }

    /// A model by name, with what is known of it without asking anybody. No I/O:
    /// [`Model::refreshed`] asks the server.
    ///
    /// # Errors
    /// As [`provider`](Self::provider), or [`SelectionError::NoDefaultModel`] if the name is a
    /// provider that has none.
    pub fn create(
        &self,
        name: &ModelName,
        options: &ProviderOptions<'_>,
    ) -> Result<Model, SelectionError> {
        let entry = self.entry(&name.provider)?;
        let no_default = || SelectionError::NoDefaultModel { provider: name.provider.clone() };
        let model = name.model.as_ref().or(entry.default_model.as_ref()).ok_or_else(no_default)?;
        Ok(Model::known(self.provider(&name.provider, options)?, model))
    }

    fn entry(&self, name: &str) -> Result<&Entry, SelectionError> {
        self.entries.get(name).ok_or_else(|| SelectionError::UnknownProvider {
            name: name.to_owned(),
            nearest: nearest(name, self.names()),
            names: self.names().map(str::to_owned).collect(),
        })
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.entries.keys()).finish()
    }
}
