//! What a provider is made from. The environment is a function that is passed in: nothing here reads the
//! process's, so tests need none and a server can give each tenant another.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::Catalog;

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
