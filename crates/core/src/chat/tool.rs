//! Tools as a model sees them: what it may call, what it called, and what came back.

use serde::{Deserialize, Serialize};

/// A tool that a model may call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolSpec {
    /// The name the model calls it by.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// JSON schema of its arguments.
    pub parameters: serde_json::Value,
    /// Whether the arguments must obey the schema exactly, where a provider can see to that; its
    /// default if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

impl ToolSpec {
    /// A tool; `parameters` is the JSON schema of its arguments.
    pub fn new(
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: serde_json::Value,
    ) -> Self {
        Self { name: name.into(), description: description.into(), parameters, strict: None }
    }

    /// The same tool, its arguments bound to the schema or not.
    pub fn with_strict(mut self, strict: impl Into<Option<bool>>) -> Self {
        self.strict = strict.into();
        self
    }
}

/// Whether a model must call tools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToolChoice {
    /// As it thinks fit.
    Auto,
    /// It must not.
    None,
    /// At least one, whichever.
    Required,
    /// This one.
    Tool(String),
}

/// A call that a model asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolCall {
    /// The provider's id of the call, repeated in the result. Adapters make one up where a provider
    /// gives none.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments as the model wrote them: JSON text, unchecked.
    pub arguments: String,
    /// Opaque proof of the thoughts that led to the call, sent back unchanged. Gemini's alone: no other
    /// adapter reads or sends one. It is of the same origin as the thoughts beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

impl ToolCall {
    /// A call with these arguments, JSON text.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        arguments: impl Into<String>,
    ) -> Self {
        Self { id: id.into(), name: name.into(), arguments: arguments.into(), signature: None }
    }

    /// The same call with its opaque proof.
    pub fn with_signature(mut self, signature: impl Into<Option<String>>) -> Self {
        self.signature = signature.into();
        self
    }
}

/// What a tool gave back; untrusted data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolResult {
    /// The id of the call this answers.
    pub call_id: String,
    /// The result, or the error, as text.
    pub text: String,
    /// Whether the tool failed. APIs that cannot say so get the text alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_error: bool,
}

impl ToolResult {
    /// What the tool gave back.
    pub fn new(call_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { call_id: call_id.into(), text: text.into(), is_error: false }
    }

    /// What went wrong in the tool.
    pub fn error(call_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { is_error: true, ..Self::new(call_id, text) }
    }
}
