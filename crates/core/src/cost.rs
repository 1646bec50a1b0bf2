//! From tokens to money, exactly, and without pretending: a call whose price or usage is unknown makes
//! the total unknown.

use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

use crate::{Usage, Usd};

/// What a provider charges per token, in dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rates {
    /// Per token read.
    pub input: Usd,
    /// Per token written, reasoning included.
    pub output: Usd,
    /// Per token read from the provider's cache; the full price if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_input: Option<Usd>,
    /// Per token written into the provider's cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<Usd>,
    /// Per token written into the cache for an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<Usd>,
}

impl Rates {
    /// Rates per token read and written.
    pub const fn new(input: Usd, output: Usd) -> Self {
        Self { input, output, cached_input: None, cache_write: None, cache_write_1h: None }
    }

    /// The most that one token read can cost, written into a cache or not.
    fn dearest_input(&self) -> Usd {
        let written = [self.cache_write, self.cache_write_1h];
        written.into_iter().flatten().chain(self.cached_input).fold(self.input, Usd::max)
    }

    /// Whether nothing is charged, whatever is used.
    fn are_zero(&self) -> bool {
        let cache = [self.cached_input, self.cache_write, self.cache_write_1h];
        [self.input, self.output]
            .iter()
            .chain(cache.iter().flatten())
            .all(|rate| *rate == Usd::ZERO)
    }

    /// What this usage costs at these rates; `None` if a count or a rate that matters is unknown.
    fn of(&self, usage: &Usage) -> Option<Usd> {
        let input = usage.input_tokens?;
        // A cache that was not reported is charged in full: never less than the bill. A write that was
        // not reported did not happen: the servers that charge for writing report it.
        let cached = usage.cached_input_tokens.unwrap_or(0).min(input);
        let written = usage.cache_write_tokens.unwrap_or(0).min(input - cached);
        // How many of them are kept for an hour must be known, if that costs something else.
        let hourly = match usage.cache_write_1h_tokens {
            Some(hourly) => hourly.min(written),
            None if written > 0
                && self.cache_write_1h.is_some_and(|r| Some(r) != self.cache_write) =>
            {
                return None;
            }
            None => 0,
        };
        let plain = input - cached - written;
        Some(
            self.input * plain
                + self.cached_input.unwrap_or(self.input) * cached
                + charge(self.cache_write, written - hourly)?
                + charge(self.cache_write_1h, hourly)?
                + self.output * usage.output_tokens?,
        )
    }
}

/// Writing into a cache costs more than reading, so a rate that is not known cannot be stood in for.
fn charge(rate: Option<Usd>, tokens: u64) -> Option<Usd> {
    if tokens == 0 { Some(Usd::ZERO) } else { Some(rate? * tokens) }
}

/// Rates of a model, and others for long requests if it has such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Price {
    /// What a token costs.
    #[serde(flatten)]
    pub rates: Rates,
    /// What every token of a request costs instead, if its input is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long_context: Option<LongContext>,
}

/// Other rates for all of a request whose input is longer than a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LongContext {
    /// The most input tokens that still have the usual rates.
    pub above: u64,
    /// The rates beyond. A cache's rate that is not stated here is unknown there.
    pub rates: Rates,
}

impl Price {
    /// Nothing is charged: a local or embedded model.
    pub const FREE: Self = Self { rates: Rates::new(Usd::ZERO, Usd::ZERO), long_context: None };

    /// Prices per token read and written.
    pub const fn per_token(input: Usd, output: Usd) -> Self {
        Self { rates: Rates::new(input, output), long_context: None }
    }

    /// The same prices with this one per token read from the cache.
    pub const fn with_cached_input(mut self, cached_input: Usd) -> Self {
        self.rates.cached_input = Some(cached_input);
        self
    }

    /// The same prices with this one per token written into the cache.
    pub const fn with_cache_write(mut self, cache_write: Usd) -> Self {
        self.rates.cache_write = Some(cache_write);
        self
    }

    /// The same prices with this one per token written into the cache for an hour.
    pub const fn with_cache_write_1h(mut self, cache_write: Usd) -> Self {
        self.rates.cache_write_1h = Some(cache_write);
        self
    }

    /// The same prices with other rates for requests of more than `above` input tokens.
    pub const fn with_long_context(mut self, above: u64, rates: Rates) -> Self {
        self.long_context = Some(LongContext { above, rates });
        self
    }

    /// The most that a call with these counts of tokens can cost: every token read at the dearest rate
    /// that a token read can have, in the dearest tier. `None` if a count is unknown.
    pub fn worst(&self, usage: &Usage) -> Option<Usd> {
        if self.is_free() {
            return Some(Usd::ZERO);
        }
        let (input, output) = (usage.input_tokens?, usage.output_tokens?);
        let long = self.long_context.map(|long| long.rates);
        let tiers = [Some(self.rates), long].into_iter().flatten();
        tiers.map(|rates| rates.dearest_input() * input + rates.output * output).max()
    }

    /// Whether nothing is charged, whatever is used.
    pub fn is_free(&self) -> bool {
        self.rates.are_zero() && self.long_context.is_none_or(|long| long.rates.are_zero())
    }

    /// What this usage costs, exactly; `None` if a count or a rate that matters is unknown.
    ///
    /// ```
    /// use ziggurat_core::{Price, Usage};
    /// let price = Price::per_token("0.000003".parse()?, "0.000015".parse()?)
    ///     .with_cached_input("0.0000003".parse()?);
    /// let mut usage = Usage::new(1_000, 100);
    /// usage.cached_input_tokens = Some(800);
    /// assert_eq!(price.of(&usage), Some("0.00234".parse()?)); // 200, 800 and 100 tokens
    /// usage.cache_write_tokens = Some(50); // at a rate that is not known
    /// assert_eq!(price.of(&usage), None);
    /// # Ok::<(), ziggurat_core::ParseUsdError>(())
    /// ```
    pub fn of(&self, usage: &Usage) -> Option<Usd> {
        if self.is_free() {
            return Some(Usd::ZERO);
        }
        let input = usage.input_tokens?;
        let Some(long) = self.long_context.filter(|long| input > long.above) else {
            return self.rates.of(usage);
        };
        let cached = usage.cached_input_tokens.unwrap_or(0);
        if cached > 0 && long.rates.cached_input.is_none() && self.rates.cached_input.is_some() {
            return None;
        }
        long.rates.of(usage)
    }
}

/// The cost of one call or the sum of many.
///
/// ```
/// use ziggurat_core::{Cost, Usd};
/// let known = Cost::known("0.25".parse()?);
/// assert_eq!((known + known).total(), Some("0.50".parse()?));
/// assert_eq!((known + Cost::UNKNOWN).total(), None);
/// # Ok::<(), ziggurat_core::ParseUsdError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cost {
    /// What is known to have been spent.
    pub known: Usd,
    /// How many calls cost an amount that is not known.
    pub unknown_calls: u32,
}

impl Cost {
    /// Nothing was spent.
    pub const ZERO: Self = Self { known: Usd::ZERO, unknown_calls: 0 };

    /// One call of unknown cost.
    pub const UNKNOWN: Self = Self { known: Usd::ZERO, unknown_calls: 1 };

    /// This much was spent.
    pub const fn known(amount: Usd) -> Self {
        Self { known: amount, unknown_calls: 0 }
    }

    /// The whole cost; `None` as soon as one call's is unknown.
    pub fn total(&self) -> Option<Usd> {
        (self.unknown_calls == 0).then_some(self.known)
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            known: self.known + other.known,
            unknown_calls: self.unknown_calls.saturating_add(other.unknown_calls),
        }
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> Usd {
        text.parse().unwrap()
    }

    #[test]
    fn cached_tokens_have_their_own_price() {
        let price =
            Price::per_token(usd("0.000002"), usd("0.000008")).with_cached_input(usd("0.0000005"));
        let mut usage = Usage::new(1_000, 100);
        usage.cached_input_tokens = Some(400);
        // 600 x 2e-6 + 400 x 0.5e-6 + 100 x 8e-6
        assert_eq!(price.of(&usage), Some(usd("0.0022")));
    }

    #[test]
    fn long_requests_have_their_own_rates() {
        let long = Rates::new(usd("0.000004"), usd("0.000010"));
        let price =
            Price::per_token(usd("0.000002"), usd("0.000008")).with_long_context(200_000, long);
        assert_eq!(price.of(&Usage::new(200_000, 10)), Some(usd("0.40008")));
        assert_eq!(price.of(&Usage::new(200_001, 10)), Some(usd("0.800104")));
        // What a cached token of a long request costs is not stated, so it is not known.
        let price = price.with_cached_input(usd("0.0000005"));
        let mut usage = Usage::new(300_000, 10);
        assert!(price.of(&usage).is_some());
        usage.cached_input_tokens = Some(1);
        assert_eq!(price.of(&usage), None);
    }

    #[test]
    fn written_tokens_are_part_of_the_input() {
        let price = Price::per_token(usd("0.000003"), usd("0.000015"))
            .with_cached_input(usd("0.0000003"))
            .with_cache_write(usd("0.00000375"))
            .with_cache_write_1h(usd("0.000006"));
        let mut usage = Usage::new(1_000, 0);
        usage.cached_input_tokens = Some(300);
        usage.cache_write_tokens = Some(500);
        usage.cache_write_1h_tokens = Some(100);
        // 200 x 3e-6 + 300 x 0.3e-6 + 400 x 3.75e-6 + 100 x 6e-6
        assert_eq!(price.of(&usage), Some(usd("0.00279")));
        // Without the hour's share it may be either rate.
        let unknown = Usage { cache_write_1h_tokens: None, ..usage };
        assert_eq!(price.of(&unknown), None);
        // More parts than there is input are cut to it.
        usage.input_tokens = Some(300);
        assert_eq!(price.of(&usage), Some(usd("0.00009")));
    }

    #[test]
    fn unknown_usage_has_no_price_unless_all_is_free() {
        let price = Price::per_token(usd("0.000001"), usd("0.000001"));
        assert_eq!(price.of(&Usage::UNKNOWN), None);
        assert_eq!(Price::FREE.of(&Usage::UNKNOWN), Some(Usd::ZERO));
    }

    #[test]
    fn free_is_what_has_no_rate_but_zero() {
        let zero = Price::FREE.with_cached_input(Usd::ZERO).with_cache_write(Usd::ZERO);
        assert!(zero.is_free());
        assert_eq!(zero.of(&Usage::UNKNOWN), Some(Usd::ZERO));
        assert!(!Price::FREE.with_cache_write(usd("0.1")).is_free());
        assert!(!Price::per_token(Usd::ZERO, usd("0.1")).is_free());
        let long = Rates::new(usd("0.1"), Usd::ZERO);
        assert!(!Price::FREE.with_long_context(1000, long).is_free());
    }

    #[test]
    fn the_worst_case_is_never_below_the_bill() {
        let long = Rates::new(usd("0.000004"), usd("0.000010"));
        let price = Price::per_token(usd("0.000002"), usd("0.000008"))
            .with_cache_write(usd("0.000005"))
            .with_long_context(200_000, long);
        // 1,000 x 5e-6 + 100 x 8e-6, dearer than 1,000 x 4e-6 + 100 x 10e-6
        assert_eq!(price.worst(&Usage::new(1_000, 100)), Some(usd("0.0058")));
        assert_eq!(price.worst(&Usage::UNKNOWN), None);
        assert_eq!(Price::FREE.worst(&Usage::UNKNOWN), Some(Usd::ZERO));
    }

    #[test]
    fn what_a_long_request_writes_into_the_cache_has_its_own_rate() {
        let mut long = Rates::new(usd("0.000004"), usd("0.00001"));
        let price =
            Price::per_token(usd("0.000002"), usd("0.000008")).with_cache_write(usd("0.0000025"));
        let mut usage = Usage::new(300_000, 0);
        usage.cache_write_tokens = Some(100_000);
        assert_eq!(price.with_long_context(200_000, long).of(&usage), None);
        long.cache_write = Some(usd("0.000005"));
        // 200,000 x 4e-6 + 100,000 x 5e-6
        assert_eq!(price.with_long_context(200_000, long).of(&usage), Some(usd("1.3")));
    }
}
