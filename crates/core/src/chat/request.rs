//! What a caller asks of a model, in no provider's dialect.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Message, ReasoningEffort, ToolChoice, ToolSpec};

/// A JSON schema that the answer must obey, where the model can.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JsonSchema {
    /// A short name, letters, digits, `_` and `-`.
    pub name: String,
    /// The schema.
    pub schema: Value,
}

/// A model call. Fields left `None` are left out of what is sent: the provider's default holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatRequest {
    /// The model's name as its provider knows it, without the provider's.
    pub model: String,
    /// The system's instructions: trusted text only.
    pub system: Option<String>,
    /// The conversation, oldest first.
    pub messages: Vec<Message>,
    /// Tools the model may call.
    pub tools: Vec<ToolSpec>,
    /// Whether it must call them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// Whether it may call several at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// Upper bound of the answer, in tokens.
    pub max_tokens: Option<u32>,
    /// Sampling temperature, 0.0 to 2.0.
    pub temperature: Option<f32>,
    /// Nucleus sampling: the share of probability that is sampled from, 0.0 to 1.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f32>,
    /// The seed of the sampling, where the provider takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Texts at which the model stops.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// How much the model should think first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<ReasoningEffort>,
    /// The schema that the answer must obey.
    pub response_schema: Option<JsonSchema>,
    /// What the provider's API takes and this vocabulary has no word for, in the API's own words. It
    /// is merged into the body that is sent, over what stands there: objects field by field,
    /// everything else by replacement.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

impl ChatRequest {
    /// A request with the provider's defaults.
    pub fn new(model: impl Into<String>, messages: impl IntoIterator<Item = Message>) -> Self {
        Self {
            model: model.into(),
            system: None,
            messages: messages.into_iter().collect(),
            tools: Vec::new(),
            tool_choice: None,
            parallel_tool_calls: None,
            max_tokens: None,
            temperature: None,
            top_p: None,
            seed: None,
            stop: Vec::new(),
            reasoning: None,
            response_schema: None,
            extra: Map::new(),
        }
    }

    /// The same request with these instructions of the system.
    pub fn with_system(mut self, system: impl Into<String>) -> Self {
        self.system = Some(system.into());
        self
    }

    /// The same request with this bound on the answer, in tokens.
    pub fn with_max_tokens(mut self, max_tokens: impl Into<Option<u32>>) -> Self {
        self.max_tokens = max_tokens.into();
        self
    }

    /// The same request with this temperature.
    pub fn with_temperature(mut self, temperature: impl Into<Option<f32>>) -> Self {
        self.temperature = temperature.into();
        self
    }

    /// The same request with a schema for its answer.
    pub fn with_response_schema(mut self, schema: impl Into<Option<JsonSchema>>) -> Self {
        self.response_schema = schema.into();
        self
    }

    /// The same request with these tools.
    pub fn with_tools(mut self, tools: impl IntoIterator<Item = ToolSpec>) -> Self {
        self.tools = tools.into_iter().collect();
        self
    }

    /// The same request with this choice of tools.
    pub fn with_tool_choice(mut self, choice: impl Into<Option<ToolChoice>>) -> Self {
        self.tool_choice = choice.into();
        self
    }

    /// The same request, several tool calls at once allowed or not.
    pub fn with_parallel_tool_calls(mut self, parallel: impl Into<Option<bool>>) -> Self {
        self.parallel_tool_calls = parallel.into();
        self
    }

    /// The same request with this share of nucleus sampling.
    pub fn with_top_p(mut self, top_p: impl Into<Option<f32>>) -> Self {
        self.top_p = top_p.into();
        self
    }

    /// The same request with this seed.
    pub fn with_seed(mut self, seed: impl Into<Option<u64>>) -> Self {
        self.seed = seed.into();
        self
    }

    /// The same request, to stop at these texts.
    pub fn with_stop<S: Into<String>>(mut self, stop: impl IntoIterator<Item = S>) -> Self {
        self.stop = stop.into_iter().map(Into::into).collect();
        self
    }

    /// The same request with this much thinking.
    pub fn with_reasoning(mut self, effort: impl Into<Option<ReasoningEffort>>) -> Self {
        self.reasoning = effort.into();
        self
    }

    /// The same request with a field of the provider's own API, for example `prompt_cache_key`.
    pub fn with_extra(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(field.into(), value.into());
        self
    }
}
