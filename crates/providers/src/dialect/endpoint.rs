//! Where a provider's requests go and what opens the server, found out without reading any key.

use std::path::{Path, PathBuf};

use url::{Host, Url};

use super::Dialect;
use crate::{ConfigError, KeySource, ProviderOptions};

/// Where a provider would send its requests, and where its key would come from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Endpoint {
    /// The address, as it was given.
    pub base_url: String,
    /// The key's source, if there is a key.
    pub key: Option<KeySource>,
}

impl Endpoint {
    /// The machine that the key is sent to unencrypted: neither this one, nor reached by HTTPS.
    pub fn exposes_key_to(&self) -> Option<String> {
        self.key.as_ref()?;
        let url = Url::parse(self.base_url.trim()).ok()?;
        let is_here = match url.host()? {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.to_canonical().is_loopback(),
        };
        let host = url.host_str()?.trim_matches(['[', ']']);
        (url.scheme() == "http" && !is_here).then(|| host.to_owned())
    }
}

impl Dialect {
    /// Where this row leads with these options. The address is, in this order: the options', the one in
    /// `base_url_env`, the row's.
    pub(crate) fn endpoint(
        &self,
        name: &str,
        options: &ProviderOptions<'_>,
    ) -> Result<Endpoint, ConfigError> {
        let in_env = || self.row.base_url_env.as_ref().and_then(|variable| options.var(variable));
        let base_url = match options.base_url.map(str::to_owned).or_else(in_env) {
            Some(base_url) => base_url,
            None => self.own_address(options)?,
        };
        Ok(Endpoint { base_url, key: self.key_source(name, options) })
    }

    /// Whether this is the row's own address.
    pub(super) fn is_own_address(&self, base_url: &str, options: &ProviderOptions<'_>) -> bool {
        let bare = |address: &str| address.trim().trim_end_matches('/').to_owned();
        self.own_address(options).is_ok_and(|own| bare(&own) == bare(base_url))
    }

    fn own_address(&self, options: &ProviderOptions<'_>) -> Result<String, ConfigError> {
        filled(self.written_base_url(), options)
    }

    fn key_source(&self, name: &str, options: &ProviderOptions<'_>) -> Option<KeySource> {
        let row = &self.row;
        let variables = match &row.key_env {
            Some(variables) => variables.clone(),
            // What is said to be somewhere is not looked for elsewhere.
            None if row.has_key() => Vec::new(),
            None => vec![self.key_variable(name)],
        };
        let in_env = KeySource::in_env(options.env, variables.iter().map(String::as_str));
        let in_file =
            || row.key_file.as_ref().map(|file| KeySource::File(at_home(&file.path, options)));
        let printed = || row.key_command.clone().map(KeySource::Command);
        in_env.or_else(in_file).or_else(printed)
    }
}

/// The path with the user's home in place of a `~` at its beginning.
fn at_home(path: &Path, options: &ProviderOptions<'_>) -> PathBuf {
    match path.strip_prefix("~").ok().zip(options.var("HOME")) {
        Some((below, home)) => Path::new(&home).join(below),
        None => path.to_owned(),
    }
}

/// The text with the values of the variables that it names as `${NAME}`.
pub(super) fn filled(text: &str, options: &ProviderOptions<'_>) -> Result<String, ConfigError> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, (variable, after))) =
        rest.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        let missing = || ConfigError::NoBaseUrl { variable: variable.to_owned() };
        let value = options.var(variable).ok_or_else(missing)?;
        filled.push_str(before);
        // A slash at the end of an address makes no difference, wherever it stands.
        filled.push_str(value.trim().trim_end_matches('/'));
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}
