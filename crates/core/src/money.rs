//! Money as an exact integer. The unit is the picodollar (10⁻¹² USD): list prices are given per million
//! tokens with up to six decimals, so a price per token is a whole number of it, and so is every sum.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const DECIMALS: usize = 12;
const PICOS_PER_USD: u128 = 1_000_000_000_000;

/// An exact amount of US dollars, never negative. Shown and serialised as a decimal (`"0.0125"`).
///
/// ```
/// use ziggurat_core::Usd;
/// let price: Usd = "0.00000015".parse()?;
/// assert_eq!((price * 1_000_000).to_string(), "0.15");
/// # Ok::<(), ziggurat_core::ParseUsdError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Usd(u128);

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseUsdError {
    /// Not digits with at most one point.
    #[error("`{0}` is not an amount of US dollars such as 0.50")]
    NotADecimal(String),
    /// More than 12 decimals, or too large.
    #[error("`{0}` cannot be held exactly: at most 12 decimals and 26 digits before them")]
    OutOfRange(String),
}

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount in picodollars (10⁻¹² USD).
    pub const fn from_picos(picos: u128) -> Self {
        Self(picos)
    }

    /// The amount in picodollars (10⁻¹² USD).
    pub const fn picos(self) -> u128 {
        self.0
    }
}

impl FromStr for Usd {
    type Err = ParseUsdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
            return Err(ParseUsdError::NotADecimal(text.to_owned()));
        }
        let out_of_range = || ParseUsdError::OutOfRange(text.to_owned());
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > DECIMALS {
            return Err(out_of_range());
        }
        let number = format!("{whole}{fraction:0<DECIMALS$}");
        number.parse().map(Self).map_err(|_| out_of_range())
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / PICOS_PER_USD, self.0 % PICOS_PER_USD);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let fraction = format!("{fraction:0DECIMALS$}");
        write!(f, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

// Saturation is out of reach (10²⁶ dollars); it stands here so that no input can make a sum wrap.
impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Mul<u64> for Usd {
    type Output = Self;

    fn mul(self, count: u64) -> Self {
        Self(self.0.saturating_mul(u128::from(count)))
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_survive_exactly() {
        for text in ["0", "1", "0.5", "0.000000000001", "12345.678901234567"] {
            assert_eq!(text.parse::<Usd>().unwrap().to_string(), text);
        }
        assert_eq!(".50".parse::<Usd>().unwrap().to_string(), "0.5");
        assert_eq!("3.".parse::<Usd>().unwrap().to_string(), "3");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", "-1", "+1", "1e3", "0x1", "1.2.3", "NaN", "1 000"] {
            let refused = text.parse::<Usd>();
            assert_eq!(refused, Err(ParseUsdError::NotADecimal(text.into())), "{text}");
        }
        let tiny = "0.0000000000001";
        assert_eq!(tiny.parse::<Usd>(), Err(ParseUsdError::OutOfRange(tiny.into())));
    }

    #[test]
    fn json_bears_the_decimal_as_a_string() {
        let amount: Usd = "0.0125".parse().unwrap();
        let json = serde_json::to_string(&amount).unwrap();
        assert_eq!(json, r#""0.0125""#);
        assert_eq!(serde_json::from_str::<Usd>(&json).unwrap(), amount);
    }
}
