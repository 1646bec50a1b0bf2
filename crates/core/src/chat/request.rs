//! What a caller asks of a model, in no provider's dialect.

use serde::{Deserialize, Serialize};

use super::{Message, ToolSpec};

/// A JSON schema that the answer must obey, where the model can.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JsonSchema {
    /// A short name, letters, digits, `_` and `-`.
    pub name: String,
    /// The schema.
    pub schema: serde_json::Value,
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
    /// Upper bound of the answer, in tokens.
    pub max_tokens: Option<u32>,
    /// Sampling temperature, 0.0 to 2.0.
    pub temperature: Option<f32>,
    /// The schema that the answer must obey.
    pub response_schema: Option<JsonSchema>,
}

impl ChatRequest {
    /// A request with the provider's defaults.
    pub fn new(model: impl Into<String>, messages: impl IntoIterator<Item = Message>) -> Self {
        Self {
            model: model.into(),
            system: None,
            messages: messages.into_iter().collect(),
            tools: Vec::new(),
            max_tokens: None,
            temperature: None,
            response_schema: None,
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
}
