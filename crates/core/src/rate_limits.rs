//! What a server says of its limits beside an answer (`x-ratelimit-*` and their like), in no vendor's
//! words. An adapter reads it, and a limiter above listens.

use std::time::Duration;

/// How much a key may still ask of a server, as the server said. What it did not say is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RateLimits {
    /// Requests.
    pub requests: Option<RateWindow>,
    /// Tokens, read and written together.
    pub tokens: Option<RateWindow>,
}

impl RateLimits {
    /// What was said of requests and of tokens; `None` if nothing was.
    pub fn new(requests: Option<RateWindow>, tokens: Option<RateWindow>) -> Self {
        Self { requests, tokens }
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.requests.is_none() && self.tokens.is_none()
    }
}

/// One limit of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RateWindow {
    /// How much is allowed in all; over which time, servers do not say.
    pub limit: Option<u64>,
    /// How much of it is left.
    pub remaining: Option<u64>,
    /// How long until all of it is there again.
    pub reset: Option<Duration>,
}

impl RateWindow {
    /// A limit, what is left of it, and how long until all of it is there again.
    pub fn new(
        limit: impl Into<Option<u64>>,
        remaining: impl Into<Option<u64>>,
        reset: impl Into<Option<Duration>>,
    ) -> Self {
        Self { limit: limit.into(), remaining: remaining.into(), reset: reset.into() }
    }
}
