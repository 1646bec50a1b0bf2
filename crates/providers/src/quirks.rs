//! Where a compatible server differs from the API that it speaks: plain data, so that a server nobody
//! here has heard of is a few lines of settings and no code.

#[cfg(feature = "openai")]
use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};
use ziggurat_core::chat::ReasoningEffort;

/// Where a compatible server differs from OpenAI's API. `default()` is no difference. What is asked
/// for and refused by a server according to these settings is
/// [`Unsupported`](ziggurat_core::ErrorKind::Unsupported) before anything is sent.
///
/// ```
/// use ziggurat_providers::{Quirks, ReasoningField, SeedField};
/// let mut quirks = Quirks::default();
/// quirks.seed = SeedField::RandomSeed;
/// quirks.required_tool_choice = Some("any".to_owned());
/// quirks.reasoning_history = Some(ReasoningField::ReasoningContent);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Quirks {
    /// How the bound on an answer is called in chat completions; OpenAI's own name for it if `None`,
    /// at OpenAI, and `max_tokens` elsewhere.
    pub token_limit: Option<TokenLimit>,
    /// Whether the server takes a temperature. `Some(false)`: it refuses one, and its models are known
    /// to. Default: it depends on the model.
    pub temperature: Option<bool>,
    /// Whether a streamed request asks for the usage with `stream_options`. `Some(false)`: it is left
    /// out, since the server refuses the field or reports the usage anyway. Default: it asks.
    pub stream_usage: Option<bool>,
    /// How chat completions are told how much to think.
    pub reasoning_effort: EffortField,
    /// The levels of effort that the server knows; another one becomes the nearest of them, the lower
    /// of two that are equally near. Empty: it cannot be told. Default: what is known of the model, at
    /// OpenAI, and any level elsewhere.
    pub efforts: Option<Vec<ReasoningEffort>>,
    /// Under which name the server takes back the thoughts of earlier answers. Default: it does not,
    /// and they are left out. Responses take them back as items whatever the name; those that are
    /// encrypted they always take.
    pub reasoning_history: Option<ReasoningField>,
    /// Whether Responses are asked for the thoughts in encrypted form, so that they can be sent back.
    /// Models that do not think refuse to be asked. Default: at OpenAI, of models that are known to
    /// think or are told how much to; nowhere else.
    pub encrypted_reasoning: Option<bool>,
    /// The role of the system's instructions.
    pub system_role: SystemRole,
    /// The word for "at least one tool must be called". Default: `required`; Mistral's is `any`.
    pub required_tool_choice: Option<String>,
    /// How the seed is called.
    pub seed: SeedField,
    /// How an answer is bound to a JSON schema.
    pub response_schema: SchemaField,
    /// Whether tools and schemas may be marked as `strict`. `Some(false)`: the mark is left out.
    pub strict: Option<bool>,
    /// Whether the server has models that it does not list. `Some(true)`: not to be listed is no error.
    /// Default: a list that does not say that there is more of it has all of them.
    pub partial_list: Option<bool>,
    /// Fields of every request's body, in the server's own words. The caller's `extra` goes over them.
    pub extra: Map<String, Value>,
}

impl Quirks {
    /// Whether all of these are such that any API may have them.
    pub(crate) fn are_common(&self) -> bool {
        *self == Self { partial_list: self.partial_list, ..Self::default() }
    }
}

#[cfg(feature = "openai")]
impl Quirks {
    /// The fields that go over a request's body: the server's, and the caller's over them.
    pub(crate) fn extra<'a>(&self, caller: &'a Map<String, Value>) -> Cow<'a, Map<String, Value>> {
        if self.extra.is_empty() {
            return Cow::Borrowed(caller);
        }
        let mut extra = self.extra.clone();
        crate::api::merge(&mut extra, caller);
        Cow::Owned(extra)
    }
}

/// Which of two spellings of the bound on tokens a server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenLimit {
    /// OpenAI's own; its reasoning models refuse the older one.
    MaxCompletionTokens,
    /// What compatible servers know.
    MaxTokens,
}

/// How chat completions are told how much to think.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EffortField {
    /// `"reasoning_effort": "low"`; a budget in tokens cannot be said.
    #[default]
    ReasoningEffort,
    /// `"reasoning": {"effort": "low"}`, or `{"max_tokens": 2000}` for a budget (OpenRouter).
    Reasoning,
}

/// Where an assistant's message bears its thoughts when it is sent back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReasoningField {
    /// `reasoning_content`: text (DeepSeek, llama.cpp, older vLLM).
    ReasoningContent,
    /// `reasoning`: text (Ollama, Groq, newer vLLM).
    Reasoning,
    /// `reasoning_details`: blocks with their proofs (OpenRouter).
    ReasoningDetails,
}

/// The role of the system's instructions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SystemRole {
    /// What every server knows; OpenAI's models that think take it for `developer`.
    #[default]
    System,
    /// OpenAI's newer name.
    Developer,
}

/// How the seed of the sampling is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SeedField {
    /// OpenAI's name.
    #[default]
    Seed,
    /// Mistral's name.
    RandomSeed,
}

/// How an answer is bound to a JSON schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SchemaField {
    /// The server takes the schema.
    #[default]
    JsonSchema,
    /// The server binds the answer to some JSON (DeepSeek): the schema stands in the instructions, and
    /// whether it is obeyed is the model's affair.
    JsonObject,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quirks_are_plain_data() {
        let quirks = json!({
            "token_limit": "max_tokens", "temperature": false, "stream_usage": false,
            "reasoning_effort": "reasoning", "efforts": ["low", "xhigh"],
            "reasoning_history": "reasoning_details", "encrypted_reasoning": true,
            "system_role": "developer", "required_tool_choice": "any", "seed": "random_seed",
            "response_schema": "json_object", "strict": false, "extra": {"safe_prompt": true}
        });
        let read: Quirks = serde_json::from_value(quirks).unwrap();
        assert_eq!(read.efforts, Some(vec![ReasoningEffort::Low, ReasoningEffort::XHigh]));
        assert_eq!(read.seed, SeedField::RandomSeed);
        assert_eq!(serde_json::from_value::<Quirks>(json!({})).unwrap(), Quirks::default());
        assert!(serde_json::from_value::<Quirks>(json!({"sede": 1})).is_err());
    }
}
