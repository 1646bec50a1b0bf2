//! The servers on one's own machine that are looked for when nothing is configured.

use crate::dialect;
use crate::http::{AllowedHosts, BaseUrl};
use crate::{ConfigError, Env, ProviderOptions};

/// The variable that replaces the list of local servers.
const VARIABLE: &str = "ZIGGURAT_LOCAL_SERVERS";

/// A local server that may be running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalServer {
    name: String,
    base_url: String,
}

impl LocalServer {
    /// A server under a provider's name, on this machine or on the public internet.
    ///
    /// # Errors
    /// [`ConfigError::BaseUrl`] if the URL cannot be used.
    pub fn new(name: impl Into<String>, base_url: &str) -> Result<Self, ConfigError> {
        Self::with_allowed_hosts(name, base_url, &[])
    }

    /// A server that may also be at one of these hosts; see
    /// [`ServerConfig::with_allowed_hosts`](crate::ServerConfig::with_allowed_hosts).
    ///
    /// # Errors
    /// [`ConfigError::BaseUrl`] if the URL cannot be used, [`ConfigError::AllowedHost`] if a host is none.
    pub fn with_allowed_hosts(
        name: impl Into<String>,
        base_url: &str,
        hosts: &[String],
    ) -> Result<Self, ConfigError> {
        let base_url = BaseUrl::parse(base_url, &AllowedHosts::parse(hosts)?)?;
        Ok(Self { name: name.into(), base_url: base_url.as_str().to_owned() })
    }

    /// Ollama, llama.cpp and LM Studio at their usual ports on this machine, in this order.
    pub fn defaults() -> Vec<Self> {
        let server = |(name, base_url): (&str, String)| Self { name: name.to_owned(), base_url };
        dialect::local_servers().map(server).collect()
    }

    /// The list in `ZIGGURAT_LOCAL_SERVERS`: `NAME=URL` or `URL` (named `local`), separated by
    /// commas; empty for none. The [defaults](Self::defaults) if it is not set. They may be at hosts that
    /// `ZIGGURAT_ALLOW_HOSTS` allows.
    ///
    /// # Errors
    /// As [`with_allowed_hosts`](Self::with_allowed_hosts).
    pub fn from_env(env: Env<'_>) -> Result<Vec<Self>, ConfigError> {
        let Some(list) = env(VARIABLE) else { return Ok(Self::defaults()) };
        let items = list.split(',').map(str::trim).filter(|item| !item.is_empty());
        let hosts = ProviderOptions::new(env).allowed_hosts();
        items.map(|item| Self::parse(item, &hosts)).collect()
    }

    fn parse(item: &str, hosts: &[String]) -> Result<Self, ConfigError> {
        let is_name = |name: &&str| !name.is_empty() && !name.contains([':', '/']);
        match item.split_once('=').filter(|(name, _)| is_name(name)) {
            Some((name, base_url)) => Self::with_allowed_hosts(name.trim(), base_url, hosts),
            None => Self::with_allowed_hosts("local", item, hosts),
        }
    }

    /// The name its provider gets.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its base URL.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(list: Option<&str>) -> Vec<(String, String)> {
        let env = |variable: &str| list.filter(|_| variable == VARIABLE).map(str::to_owned);
        let servers = LocalServer::from_env(&env).unwrap();
        servers.into_iter().map(|server| (server.name, server.base_url)).collect()
    }

    fn pair(name: &str, base_url: &str) -> (String, String) {
        (name.to_owned(), base_url.to_owned())
    }

    #[test]
    fn unset_means_the_three_usual_ones() {
        let expected = [
            pair("ollama", "http://127.0.0.1:11434/v1"),
            pair("llamacpp", "http://127.0.0.1:8080/v1"),
            pair("lmstudio", "http://127.0.0.1:1234/v1"),
        ];
        assert_eq!(listed(None), expected);
    }

    #[test]
    fn the_variable_replaces_them() {
        assert_eq!(listed(Some("")), []);
        assert_eq!(listed(Some(" , ")), []);
        let list = "vllm=http://127.0.0.1:8000/v1, http://[::1]:9/v1/";
        let expected =
            [pair("vllm", "http://127.0.0.1:8000/v1"), pair("local", "http://[::1]:9/v1")];
        assert_eq!(listed(Some(list)), expected);
    }

    #[test]
    fn a_bad_url_is_an_error_and_not_silently_left_out() {
        let env = |_: &str| Some("vllm=127.0.0.1:8000".to_owned());
        assert!(LocalServer::from_env(&env).is_err());
    }

    #[test]
    fn a_server_in_the_local_network_must_be_allowed() {
        let with = |allowed: &'static str| {
            LocalServer::from_env(&move |variable: &str| match variable {
                VARIABLE => Some("vllm=http://10.0.0.7:8000/v1".to_owned()),
                "ZIGGURAT_ALLOW_HOSTS" => Some(allowed.to_owned()),
                _ => None,
            })
        };
        assert!(with("10.0.0.7").is_ok() && with("a.example, 10.0.0.0/8,").is_ok());
        assert!(matches!(with("10.0.0.8"), Err(ConfigError::BaseUrl { .. })));
        assert!(matches!(with("10/8"), Err(ConfigError::AllowedHost { .. })));
    }
}
