//! One limit's state. All of it is whole numbers, so that a server refuses at the very nanosecond at which
//! it should, and no test depends on a rounding.

use std::time::Duration;

use tokio::time::Instant;
use ziggurat_core::RateWindow;

use super::Algorithm;

const MINUTE: Duration = Duration::from_secs(60);

/// How much of a limit is used. In a bucket that is a share of a token too, so it is counted in tokens
/// times nanoseconds of a minute.
#[derive(Debug, Default)]
pub(super) struct Gauge {
    used: u128,
    /// When `used` was right; of a window, when it began.
    as_of: Option<Instant>,
}

/// A gauge at a moment, under a limit.
pub(super) struct Reading<'a> {
    gauge: &'a mut Gauge,
    limit: u64,
    algorithm: Algorithm,
    /// How much of the window has passed; zero of a bucket.
    passed: Duration,
}

impl Gauge {
    /// The gauge as it stands now.
    pub(super) fn at(&mut self, now: Instant, algorithm: Algorithm, limit: u64) -> Reading<'_> {
        let as_of = self.as_of.unwrap_or(now);
        let passed = now.saturating_duration_since(as_of);
        let passed = match algorithm {
            Algorithm::TokenBucket => {
                self.used = self.used.saturating_sub(passed.as_nanos() * u128::from(limit));
                self.as_of = Some(now);
                Duration::ZERO
            }
            Algorithm::FixedWindow => {
                let into = nanos(passed.as_nanos() % MINUTE.as_nanos());
                if passed >= MINUTE {
                    self.used = 0;
                }
                self.as_of = Some(now - into);
                into
            }
        };
        Reading { gauge: self, limit, algorithm, passed }
    }
}

impl Reading<'_> {
    /// How long until there is room for this much; `None` if there is.
    pub(super) fn wait(&self, need: u64) -> Option<Duration> {
        let excess = (self.gauge.used + self.scaled(need)).checked_sub(scaled(self.limit))?;
        match self.algorithm {
            _ if excess == 0 => None,
            Algorithm::TokenBucket => Some(self.refill(excess)),
            Algorithm::FixedWindow => Some(MINUTE - self.passed),
        }
    }

    pub(super) fn take(&mut self, need: u64) {
        self.gauge.used += self.scaled(need);
    }

    /// What a server says of it.
    pub(super) fn told(&self) -> RateWindow {
        let left = scaled(self.limit).saturating_sub(self.gauge.used) / MINUTE.as_nanos();
        let reset = match self.algorithm {
            Algorithm::TokenBucket => self.refill(self.gauge.used),
            Algorithm::FixedWindow => MINUTE - self.passed,
        };
        RateWindow::new(self.limit, u64::try_from(left).unwrap_or(u64::MAX), reset)
    }

    fn scaled(&self, need: u64) -> u128 {
        scaled(need.min(self.limit))
    }

    /// How long a bucket takes to fill by this much.
    fn refill(&self, amount: u128) -> Duration {
        nanos(amount.div_ceil(u128::from(self.limit)))
    }
}

fn scaled(tokens: u64) -> u128 {
    u128::from(tokens) * MINUTE.as_nanos()
}

fn nanos(nanos: u128) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}
