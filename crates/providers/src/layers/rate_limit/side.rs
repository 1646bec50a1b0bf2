//! One of the two limits, of requests or of tokens: what it is, and how much of it others use.

use std::time::Duration;

use tokio::time::Instant;
use ziggurat_core::RateWindow;

const MINUTE: Duration = Duration::from_secs(60);

/// A reset beyond this is not that of a minute, whatever is lost to rounding.
const LONG: Duration = Duration::from_secs(62);

/// A limit as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Side {
    configured: Option<u64>,
    told: Option<u64>,
    /// Whether the server's limit is one of a day or so. A later reset may be near, and says nothing.
    is_long: bool,
    others: Option<Others>,
}

/// What others seem to use of a limit.
#[derive(Debug)]
struct Others {
    limit: u64,
    amount: u64,
    until: Instant,
    /// When the call was sent that brought the news.
    as_of: Instant,
}

impl Side {
    pub(super) fn new(configured: Option<u64>) -> Self {
        Self { configured, ..Self::default() }
    }

    /// The limit of a minute, if anybody said it.
    pub(super) fn limit(&self) -> Option<u64> {
        self.configured.or(self.told)
    }

    /// Whether there is room for this, if so much is used.
    pub(super) fn has_room(&self, now: Instant, used: u64, need: u64) -> bool {
        let fits = |limit: u64, others: u64| {
            used.saturating_add(others).saturating_add(need.min(limit)) <= limit
        };
        let others = self.others.as_ref().filter(|others| others.until > now);
        self.limit().is_none_or(|limit| fits(limit, 0))
            && others.is_none_or(|others| fits(others.limit, others.amount))
    }

    /// When what others use is free again.
    pub(super) fn reset(&self, now: Instant) -> Option<Instant> {
        let others = self.others.as_ref();
        others.map(|others| others.until).filter(|until| *until > now)
    }

    /// The server said this when at most `ours` of what was used was ours.
    pub(super) fn hear(&mut self, told: RateWindow, ours: u64, as_of: Instant, now: Instant) {
        self.is_long |= told.reset.is_some_and(|reset| reset > LONG);
        self.told = told.limit.or(self.told).filter(|limit| !self.is_long && *limit > 0);
        let Some(remaining) = told.remaining else { return };
        if self.others.as_ref().is_some_and(|others| others.as_of > as_of) {
            return;
        }
        let left = ours.saturating_add(remaining);
        let limit = self.limit().or(told.limit).unwrap_or(left);
        let until = now + told.reset.unwrap_or(MINUTE).min(MINUTE);
        let amount = limit.saturating_sub(left);
        let is_news = amount > 0 || self.limit().is_none();
        self.others = is_news.then_some(Others { limit, amount, until, as_of });
    }
}
