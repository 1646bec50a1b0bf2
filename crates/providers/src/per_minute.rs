//! What a key allows, as its owner knows it: servers tell some of it beside their answers, and some of
//! them nothing until it is too late.

use std::num::{NonZeroU32, NonZeroU64};

/// Requests and tokens a minute that a key allows; `None` where nobody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PerMinute {
    /// Requests.
    pub requests: Option<NonZeroU32>,
    /// Tokens, read and written together.
    pub tokens: Option<NonZeroU64>,
}

impl PerMinute {
    /// So many requests and tokens.
    pub fn new(
        requests: impl Into<Option<NonZeroU32>>,
        tokens: impl Into<Option<NonZeroU64>>,
    ) -> Self {
        Self { requests: requests.into(), tokens: tokens.into() }
    }

    /// The same limits, with those of another where these say nothing.
    pub fn or(self, other: Self) -> Self {
        Self { requests: self.requests.or(other.requests), tokens: self.tokens.or(other.tokens) }
    }
}
