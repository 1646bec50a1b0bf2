//! From tokens to money, exactly, and without pretending: a call whose price or usage is unknown makes
//! the total unknown.

use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

use crate::{Usage, Usd};

/// List prices of a model, in dollars per token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Price {
    /// Per token read.
    pub input: Usd,
    /// Per token written.
    pub output: Usd,
    /// Per token read from the provider's cache; the full price if `None`.
    #[serde(default)]
    pub cached_input: Option<Usd>,
}

impl Price {
    /// Nothing is charged: a local or embedded model.
    pub const FREE: Self = Self { input: Usd::ZERO, output: Usd::ZERO, cached_input: None };

    /// Prices per token read and written.
    pub const fn per_token(input: Usd, output: Usd) -> Self {
        Self { input, output, cached_input: None }
    }

    /// The same prices with this one per cached token.
    pub const fn with_cached_input(mut self, cached_input: Usd) -> Self {
        self.cached_input = Some(cached_input);
        self
    }

    /// What this usage costs; `None` if a count that matters is unknown.
    pub fn of(&self, usage: &Usage) -> Option<Usd> {
        if *self == Self::FREE {
            return Some(Usd::ZERO);
        }
        let input = usage.input_tokens?;
        // A cache that was not reported is charged in full: never less than the bill.
        let cached = usage.cached_input_tokens.unwrap_or(0).min(input);
        let cached_price = self.cached_input.unwrap_or(self.input);
        Some(
            self.input * (input - cached)
                + cached_price * cached
                + self.output * usage.output_tokens?,
        )
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
    fn unknown_usage_has_no_price_unless_all_is_free() {
        let price = Price::per_token(usd("0.000001"), usd("0.000001"));
        assert_eq!(price.of(&Usage::UNKNOWN), None);
        assert_eq!(Price::FREE.of(&Usage::UNKNOWN), Some(Usd::ZERO));
    }
}
