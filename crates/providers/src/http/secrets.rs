//! All that a request bears and nobody may see: the key, and the values of headers and parameters that
//! were set, unless these are known to be no secrets.

use std::sync::Arc;

use super::{ApiKey, excerpt};
use crate::ServerConfig;
use crate::scrub::Forms;

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

/// What is kept out of every message. All forms of a secret are made once: an answer's headers are looked
/// through with every call.
#[derive(Clone)]
pub(crate) struct Secrets {
    key: ApiKey,
    hidden: Arc<[(Forms, &'static str)]>,
}

impl From<ApiKey> for Secrets {
    fn from(key: ApiKey) -> Self {
        Self::of(key, [])
    }
}

impl Secrets {
    pub(super) fn new(config: &ServerConfig, key: ApiKey) -> Self {
        let pairs = config.headers.iter().chain(&config.query);
        let hidden = pairs.filter(|(name, _)| !OPEN.contains(&name.to_lowercase().as_str()));
        Self::of(key, hidden.map(|(_, value)| value.trim()))
    }

    fn of<'a>(key: ApiKey, others: impl IntoIterator<Item = &'a str>) -> Self {
        let secret = key.secret().map(|key| (key, "[key]"));
        let others = others.into_iter().map(|other| (other, "[secret]"));
        let all = secret.into_iter().chain(others).filter(|(secret, _)| secret.len() >= SHORTEST);
        let hidden = all.map(|(secret, mark)| (Forms::of(secret), mark)).collect();
        Self { key, hidden }
    }

    pub(super) fn key(&self) -> &ApiKey {
        &self.key
    }

    /// The beginning of a foreign text, without secrets and without anything that moves a cursor. They
    /// are looked for before anything is cut off: half a key is a leak as well.
    pub(super) fn excerpt(&self, text: &str, limit: usize) -> String {
        let end = (0..=text.len().min(LOOKED_AT)).rev().find(|&at| text.is_char_boundary(at));
        let mut shown = text[..end.unwrap_or(0)].to_owned();
        for (secret, mark) in &*self.hidden {
            if let Some(scrubbed) = secret.scrub(&shown, mark) {
                shown = scrubbed;
            }
        }
        excerpt(&shown, limit)
    }

    /// Whether the text holds a secret, or is too long to tell.
    pub(super) fn may_be_in(&self, text: &str) -> bool {
        text.len() > LOOKED_AT || self.hidden.iter().any(|(secret, _)| secret.are_in(text))
    }
}
