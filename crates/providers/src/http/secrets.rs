//! All that a request bears and nobody may see: the key, and the values of headers and parameters that
//! were set, unless these are known to be no secrets.

use secrecy::{ExposeSecret, SecretString};

use super::{ApiKey, excerpt, scrub};
use crate::ServerConfig;

/// A shorter value is no secret but a word that satisfies some library (`none`, `x`); looking for it
/// would only garble messages.
const SHORTEST: usize = 6;

/// How much of a text is looked at, in bytes; messages show far less.
const LOOKED_AT: usize = 16 * 1024;

/// Headers and parameters whose values servers explain in their errors, and which are no secrets.
const OPEN: [&str; 12] = [
    "accept",
    "anthropic-beta",
    "anthropic-version",
    "api-version",
    "content-type",
    "http-referer",
    "openai-beta",
    "openai-organization",
    "openai-project",
    "user-agent",
    "x-goog-user-project",
    "x-title",
];

/// What is kept out of every message.
#[derive(Clone)]
pub(crate) struct Secrets {
    key: ApiKey,
    others: Vec<SecretString>,
}

impl From<ApiKey> for Secrets {
    fn from(key: ApiKey) -> Self {
        Self { key, others: Vec::new() }
    }
}

impl Secrets {
    pub(super) fn new(config: &ServerConfig, key: ApiKey) -> Self {
        let pairs = config.headers.iter().chain(&config.query);
        let hidden = pairs.filter(|(name, _)| !OPEN.contains(&name.to_lowercase().as_str()));
        let others = hidden.map(|(_, value)| SecretString::from(value.trim())).collect();
        Self { key, others }
    }

    pub(super) fn key(&self) -> &ApiKey {
        &self.key
    }

    /// The beginning of a foreign text, without secrets and without anything that moves a cursor. They
    /// are looked for before anything is cut off: half a key is a leak as well.
    pub(super) fn excerpt(&self, text: &str, limit: usize) -> String {
        let end = (0..=text.len().min(LOOKED_AT)).rev().find(|&at| text.is_char_boundary(at));
        let mut shown = text[..end.unwrap_or(0)].to_owned();
        for (secret, mark) in self.all() {
            shown = scrub::scrub(&shown, secret, mark);
        }
        excerpt(&shown, limit)
    }

    /// Whether the text holds a secret, or is too long to tell.
    pub(super) fn may_be_in(&self, text: &str) -> bool {
        text.len() > LOOKED_AT || self.all().any(|(secret, _)| scrub::holds(text, secret))
    }

    fn all(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let key = self.key.secret().map(|key| (key, "[key]"));
        let others = self.others.iter().map(|other| (other.expose_secret(), "[secret]"));
        key.into_iter().chain(others).filter(|(secret, _)| secret.len() >= SHORTEST)
    }
}
