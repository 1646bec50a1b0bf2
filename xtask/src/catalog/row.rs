//! A model as a line of the catalogue. The fields stand in the order in which one reads them; what is not
//! known is left out.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_output_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) usd_per_million: Option<Prices>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tools: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vision: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) json_schema: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reasoning: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) temperature: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) responses_only: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) deprecation_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) price_agrees: Option<bool>,
}

/// Dollars per million tokens as decimal text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prices {
    pub(super) input: String,
    pub(super) output: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cached_input: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache_write: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) long_context: Option<LongContext>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LongContext {
    pub(super) above: u64,
    pub(super) input: String,
    pub(super) output: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cached_input: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache_write: Option<String>,
}
