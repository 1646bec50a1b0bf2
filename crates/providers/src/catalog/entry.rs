//! What is known of one model. The same shape is a row of the table and an entry in a user's file.

use std::num::NonZeroU64;

use serde::{Deserialize, Deserializer};
use ziggurat_core::{ModelInfo, Price};

use super::per_million;

/// What is known of one model; what is left out is unknown.
///
/// In a file, prices are US dollars per million tokens, written as text so that they stay exact:
///
/// ```toml
/// [models."openai/gpt-5.4-mini"]
/// max_input_tokens = 272000
/// max_output_tokens = 128000
/// usd_per_million = { input = "0.75", output = "4.50", cached_input = "0.075" }
/// tools = true
/// temperature = false
/// ```
///
/// Also in `usd_per_million`: `cache_write`, `cache_write_1h`, and `long_context`, which has `above` (the
/// most input tokens at the usual rates) and the same rates for longer requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CatalogEntry {
    /// How many tokens fit, input and output together.
    #[serde(deserialize_with = "limit")]
    pub context_tokens: Option<u64>,
    /// How many tokens it reads at most.
    #[serde(deserialize_with = "limit")]
    pub max_input_tokens: Option<u64>,
    /// How many tokens it can write at most.
    #[serde(deserialize_with = "limit")]
    pub max_output_tokens: Option<u64>,
    /// Its list prices, per token here and per million tokens in a file.
    #[serde(rename = "usd_per_million", deserialize_with = "per_million::price")]
    pub price: Option<Price>,
    /// Whether it can call tools.
    pub tools: Option<bool>,
    /// Whether it sees pictures.
    pub vision: Option<bool>,
    /// Whether its answers can be bound to a JSON schema.
    pub json_schema: Option<bool>,
    /// Whether it can think before it answers.
    pub reasoning: Option<bool>,
    /// Whether it accepts a temperature.
    pub temperature: Option<bool>,
    /// Whether it is reached by OpenAI's Responses API alone.
    pub responses_only: Option<bool>,
    /// The day its provider ends it, `YYYY-MM-DD`.
    pub deprecation_date: Option<String>,
    /// Whether a second source has the same price.
    pub price_agrees: Option<bool>,
}

impl CatalogEntry {
    /// This entry, and where it says nothing what the other one says.
    pub(super) fn over(self, other: Self) -> Self {
        // The second source spoke of the other price.
        let price_agrees = match self.price {
            Some(_) => self.price_agrees,
            None => self.price_agrees.or(other.price_agrees),
        };
        Self {
            context_tokens: self.context_tokens.or(other.context_tokens),
            max_input_tokens: self.max_input_tokens.or(other.max_input_tokens),
            max_output_tokens: self.max_output_tokens.or(other.max_output_tokens),
            price: self.price.or(other.price),
            tools: self.tools.or(other.tools),
            vision: self.vision.or(other.vision),
            json_schema: self.json_schema.or(other.json_schema),
            reasoning: self.reasoning.or(other.reasoning),
            temperature: self.temperature.or(other.temperature),
            responses_only: self.responses_only.or(other.responses_only),
            deprecation_date: self.deprecation_date.or(other.deprecation_date),
            price_agrees,
        }
    }

    /// Adds what this entry says where nothing is known.
    pub(crate) fn fill(&self, info: &mut ModelInfo) {
        info.context_tokens = info.context_tokens.or(self.context_tokens);
        info.max_input_tokens = info.max_input_tokens.or(self.max_input_tokens);
        info.max_output_tokens = info.max_output_tokens.or(self.max_output_tokens);
        info.price = info.price.or(self.price);
        info.tools = info.tools.or(self.tools);
        info.vision = info.vision.or(self.vision);
        info.json_schema = info.json_schema.or(self.json_schema);
        info.reasoning = info.reasoning.or(self.reasoning);
        info.temperature = info.temperature.or(self.temperature);
    }

    /// Adds the limits and the prices to what is known: they are the model's, wherever it is reached.
    pub fn tell_figures(&self, info: &mut ModelInfo) {
        info.context_tokens = self.context_tokens.or(info.context_tokens);
        info.max_input_tokens = self.max_input_tokens.or(info.max_input_tokens);
        info.max_output_tokens = self.max_output_tokens.or(info.max_output_tokens);
        info.price = self.price.or(info.price);
    }

    /// Adds what the model can do to what is known. A server that is not its provider's may do less, and
    /// would refuse a request that uses the rest.
    pub fn tell_abilities(&self, info: &mut ModelInfo) {
        info.tools = self.tools.or(info.tools);
        info.vision = self.vision.or(info.vision);
        info.json_schema = self.json_schema.or(info.json_schema);
        info.reasoning = self.reasoning.or(info.reasoning);
        info.temperature = self.temperature.or(info.temperature);
    }
}

/// A model that reads or writes nothing is none: a limit of zero is a slip.
fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(Option::<NonZeroU64>::deserialize(deserializer)?.map(NonZeroU64::get))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_nothing_is_refused() {
        for key in ["context_tokens", "max_input_tokens", "max_output_tokens"] {
            assert!(toml::from_str::<CatalogEntry>(&format!("{key} = 1")).is_ok());
            let error = toml::from_str::<CatalogEntry>(&format!("{key} = 0")).unwrap_err();
            assert!(error.message().contains("expected a nonzero u64"), "{error}");
        }
    }
}
