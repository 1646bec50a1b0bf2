//! Names and known facts of models.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Price;

/// A model as users write it: `provider/model`, or a provider alone for its default model.
///
/// ```
/// use ziggurat_core::ModelName;
/// let name: ModelName = "openai/gpt-5.4-mini".parse()?;
/// assert_eq!((name.provider.as_str(), name.model.as_deref()), ("openai", Some("gpt-5.4-mini")));
/// // Only the first slash divides: servers name models with slashes of their own.
/// let name: ModelName = "openai/org/model".parse()?;
/// assert_eq!(name.model.as_deref(), Some("org/model"));
/// # Ok::<(), ziggurat_core::ModelNameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModelName {
    /// The provider's registered name.
    pub provider: String,
    /// The model's name at that provider; `None` for the provider's default.
    pub model: Option<String>,
}

/// Why a text names no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no model: write PROVIDER/MODEL, for example openai/gpt-5.4-mini")]
pub struct ModelNameError(String);

impl FromStr for ModelName {
    type Err = ModelNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ModelNameError(text.to_owned());
        let (provider, model) = match text.split_once('/') {
            Some((provider, model)) => (provider, Some(model)),
            None => (text, None),
        };
        let blank = |s: &str| s.is_empty() || s.contains(char::is_whitespace);
        if blank(provider) || model.is_some_and(blank) {
            return Err(refused());
        }
        Ok(Self { provider: provider.to_owned(), model: model.map(str::to_owned) })
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.model {
            Some(model) => write!(f, "{}/{model}", self.provider),
            None => f.write_str(&self.provider),
        }
    }
}

/// What is known of a model. `None` means unknown, never "no" or zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelInfo {
    /// The provider's name.
    pub provider: String,
    /// The model's name at its provider.
    pub id: String,
    /// How many tokens fit, input and output together.
    pub context_tokens: Option<u64>,
    /// How many tokens it reads at most, where that is bounded by itself.
    pub max_input_tokens: Option<u64>,
    /// How many tokens it can write at most.
    pub max_output_tokens: Option<u64>,
    /// Its list prices.
    pub price: Option<Price>,
    /// Whether its answers can be bound to a JSON schema.
    pub json_schema: Option<bool>,
    /// Whether it can call tools.
    pub tools: Option<bool>,
    /// Whether it sees pictures.
    pub vision: Option<bool>,
    /// Whether it can think before it answers.
    pub reasoning: Option<bool>,
    /// Whether it accepts a temperature.
    pub temperature: Option<bool>,
    /// Whether the server looked at the key when it was asked about the model: `None` if no key is sent
    /// or nobody knows, `Some(false)` if the key may turn out to be refused at the first call.
    pub key_checked: Option<bool>,
    /// Whether it answers only from documents in the request and knows nothing else.
    pub extractive: bool,
}

impl ModelInfo {
    /// A model of which nothing is known but its name.
    pub fn unknown(provider: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            provider: provider.into(),
            id: id.into(),
            context_tokens: None,
            max_input_tokens: None,
            max_output_tokens: None,
            price: None,
            json_schema: None,
            tools: None,
            vision: None,
            reasoning: None,
            temperature: None,
            key_checked: None,
            extractive: false,
        }
    }

    /// The name users write: `provider/model`.
    pub fn name(&self) -> String {
        [&self.provider, "/", &self.id].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_names_are_refused() {
        for text in ["", "/", "openai/", "/gpt", "open ai/gpt", "openai/g pt"] {
            assert!(text.parse::<ModelName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_provider_alone_stands_for_its_default() {
        let name: ModelName = "extractive".parse().unwrap();
        assert_eq!(name.model, None);
        assert_eq!(name.to_string(), "extractive");
    }
}
