//! The servers on one's own machine that are looked for when nothing is configured.

use crate::http::BaseUrl;
use crate::openai;
use crate::{ConfigError, Env};

/// The variable that replaces the list of local servers.
const VARIABLE: &str = "ZIGGURAT_LOCAL_SERVERS";

/// A local server that may be running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalServer {
    name: String,
    base_url: String,
}

impl LocalServer {
    /// A server under a provider's name.
    ///
    /// # Errors
    /// [`ConfigError::BaseUrl`] if the URL cannot be used.
    pub fn new(name: impl Into<String>, base_url: &str) -> Result<Self, ConfigError> {
        let base_url = BaseUrl::parse(base_url)?.as_str().to_owned();
        Ok(Self { name: name.into(), base_url })
    }

    /// Ollama, llama.cpp and LM Studio at their usual ports on this machine, in this order.
    pub fn defaults() -> Vec<Self> {
        let server = |(name, base_url): (&str, &str)| Self {
            name: name.to_owned(),
            base_url: base_url.to_owned(),
        };
        openai::local_servers().map(server).collect()
    }

    /// The list in `ZIGGURAT_LOCAL_SERVERS`: `NAME=URL` or `URL` (named `local`), separated by
    /// commas; empty for none. The [defaults](Self::defaults) if it is not set.
    ///
    /// # Errors
    /// [`ConfigError::BaseUrl`] if a URL cannot be used.
    pub fn from_env(env: Env<'_>) -> Result<Vec<Self>, ConfigError> {
        let Some(list) = env(VARIABLE) else { return Ok(Self::defaults()) };
        let items = list.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(Self::parse).collect()
    }

    fn parse(item: &str) -> Result<Self, ConfigError> {
        let is_name = |name: &&str| !name.is_empty() && !name.contains([':', '/']);
        match item.split_once('=').filter(|(name, _)| is_name(name)) {
            Some((name, base_url)) => Self::new(name.trim(), base_url),
            None => Self::new("local", item),
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
}
