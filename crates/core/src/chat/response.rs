//! What a model answered, in no provider's dialect.

use serde::{Deserialize, Serialize};

use super::ToolCall;
use crate::Usage;

/// Why the model stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FinishReason {
    /// It had said all.
    Stop,
    /// It reached the bound on tokens: the answer is truncated.
    Length,
    /// It wants tools called.
    ToolCalls,
    /// The provider's filter cut it off.
    ContentFilter,
    /// It refused; the text is the refusal.
    Refusal,
    /// A reason this version does not know, as the provider spelt it.
    Other(String),
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatResponse {
    /// The answer's text; empty if the model only called tools.
    pub text: String,
    /// The calls it asks for, in order.
    pub tool_calls: Vec<ToolCall>,
    /// Why it stopped.
    pub finish: FinishReason,
    /// What it cost in tokens, as far as the provider said.
    pub usage: Usage,
    /// The model that answered, as the provider named it; may be more exact than the one asked for.
    pub model: String,
    /// The provider's id of the request or answer, for its support.
    pub id: Option<String>,
}

impl ChatResponse {
    /// A finished answer of one text, its usage unknown.
    pub fn new(model: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tool_calls: Vec::new(),
            finish: FinishReason::Stop,
            usage: Usage::UNKNOWN,
            model: model.into(),
            id: None,
        }
    }

    /// The same answer with this usage.
    pub fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }

    /// The same answer with this reason for its end.
    pub fn with_finish(mut self, finish: FinishReason) -> Self {
        self.finish = finish;
        self
    }

    /// The same answer with these calls, and [`FinishReason::ToolCalls`] as its end.
    pub fn with_tool_calls(mut self, calls: impl IntoIterator<Item = ToolCall>) -> Self {
        self.tool_calls = calls.into_iter().collect();
        self.finish = FinishReason::ToolCalls;
        self
    }

    /// The same answer with the provider's id of it.
    pub fn with_id(mut self, id: impl Into<Option<String>>) -> Self {
        self.id = id.into();
        self
    }
}
