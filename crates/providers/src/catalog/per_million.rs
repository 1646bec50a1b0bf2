//! Prices as vendors publish them, in dollars per million tokens, as exact prices per token. They are
//! text on both sides: a float would turn $0.1 into something else.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use ziggurat_core::{Price, Rates, Usd};

const MILLION: u128 = 1_000_000;
const PICOS: u128 = 1_000_000_000_000;

/// The highest price in dollars per million tokens, a dollar a token. What is above it is a slip, such as a
/// price in cents or per billion.
const HIGHEST: u128 = 1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceList {
    input: PerMillion,
    output: PerMillion,
    cached_input: Option<PerMillion>,
    cache_write: Option<PerMillion>,
    cache_write_1h: Option<PerMillion>,
    long_context: Option<LongContext>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongContext {
    above: u64,
    input: PerMillion,
    output: PerMillion,
    cached_input: Option<PerMillion>,
    cache_write: Option<PerMillion>,
    cache_write_1h: Option<PerMillion>,
}

/// A price in a file; holds the price of one token.
struct PerMillion(Usd);

/// Reads `usd_per_million`.
pub(super) fn price<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Price>, D::Error> {
    let list = Option::<PriceList>::deserialize(deserializer)?;
    Ok(list.map(|list| {
        let mut price = Price::per_token(list.input.0, list.output.0);
        price.rates.cached_input = list.cached_input.map(per_token);
        price.rates.cache_write = list.cache_write.map(per_token);
        price.rates.cache_write_1h = list.cache_write_1h.map(per_token);
        match list.long_context {
            Some(long) => price.with_long_context(long.above, long.rates()),
            None => price,
        }
    }))
}

impl LongContext {
    fn rates(self) -> Rates {
        let mut rates = Rates::new(self.input.0, self.output.0);
        rates.cached_input = self.cached_input.map(per_token);
        rates.cache_write = self.cache_write.map(per_token);
        rates.cache_write_1h = self.cache_write_1h.map(per_token);
        rates
    }
}

fn per_token(price: PerMillion) -> Usd {
    price.0
}

impl<'de> Deserialize<'de> for PerMillion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = PerMillion;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("dollars per million tokens as text, such as \"0.75\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<PerMillion, E> {
                let million: Usd = text.parse().map_err(E::custom)?;
                if million.picos() > HIGHEST * PICOS {
                    return Err(E::custom("a price is at most 1000000 dollars per million tokens"));
                }
                if !million.picos().is_multiple_of(MILLION) {
                    let problem = "cannot be divided by a million exactly: at most 6 decimals";
                    return Err(E::custom(format_args!("`{text}` {problem}")));
                }
                Ok(PerMillion(Usd::from_picos(million.picos() / MILLION)))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(list: serde_json::Value) -> Result<Option<Price>, String> {
        price(list).map_err(|error| error.to_string())
    }

    fn usd(text: &str) -> Usd {
        text.parse().unwrap()
    }

    #[test]
    fn a_million_tokens_cost_what_is_written() {
        let list = json!({"input": "0.075", "output": "15.625", "cached_input": "0.000001"});
        let price = read(list).unwrap().unwrap();
        assert_eq!(price.rates.input, usd("0.000000075"));
        assert_eq!(price.rates.output * 1_000_000, usd("15.625"));
        assert_eq!(price.rates.cached_input, Some(Usd::from_picos(1)));
        assert_eq!((price.rates.cache_write, price.long_context), (None, None));
    }

    #[test]
    fn every_rate_has_its_place() {
        let long = json!({"above": 200_000, "input": "6", "output": "7", "cached_input": "8",
            "cache_write": "9", "cache_write_1h": "10"});
        let list = json!({"input": "1", "output": "2", "cached_input": "3", "cache_write": "4",
            "cache_write_1h": "5", "long_context": long});
        let price = read(list).unwrap().unwrap();
        let figures = |rates: &Rates| {
            [Some(rates.input), Some(rates.output), rates.cached_input, rates.cache_write]
                .into_iter()
                .chain([rates.cache_write_1h])
                .map(|rate| (rate.unwrap() * 1_000_000).to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(figures(&price.rates), ["1", "2", "3", "4", "5"]);
        let long = price.long_context.unwrap();
        assert_eq!(long.above, 200_000);
        assert_eq!(figures(&long.rates), ["6", "7", "8", "9", "10"]);
    }

    #[test]
    fn what_is_no_exact_price_is_refused() {
        for (list, problem) in [
            (json!({"input": 0.75, "output": "1"}), "dollars per million tokens as text"),
            (json!({"input": "0.0000001", "output": "1"}), "at most 6 decimals"),
            (json!({"input": "1000000.01", "output": "1"}), "at most 1000000 dollars"),
            (json!({"input": "-1", "output": "1"}), "not an amount"),
            (json!({"input": "1"}), "missing field `output`"),
            (json!({"input": "1", "output": "1", "cached": "1"}), "unknown field `cached`"),
        ] {
            let refused = read(list).unwrap_err();
            assert!(refused.contains(problem), "{refused}");
        }
    }
}
