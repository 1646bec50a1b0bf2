//! What a model answered, in no provider's dialect.

use serde::{Deserialize, Serialize};

use super::{ContentPart, Message, Reasoning, Role, ToolCall};
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

/// Where an answer came from. Only what a model made was paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AnswerSource {
    /// A model made it for this call.
    #[default]
    Model,
    /// A cache had it from an earlier call.
    Cache,
    /// It was recorded in an earlier run.
    Recording,
}

impl AnswerSource {
    /// Whether the call took no tokens: nobody was asked.
    pub fn is_free(self) -> bool {
        self != Self::Model
    }

    fn is_model(&self) -> bool {
        *self == Self::Model
    }
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatResponse {
    /// What it says, in order: [`ContentPart::Reasoning`], [`ContentPart::Text`] and
    /// [`ContentPart::ToolCall`].
    pub content: Vec<ContentPart>,
    /// Why it stopped.
    pub finish: FinishReason,
    /// The text it stopped at, if the provider tells and that was the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_sequence: Option<String>,
    /// What it cost in tokens, as far as the provider said.
    pub usage: Usage,
    /// The model that answered, as the provider named it; may be more exact than the one asked for.
    pub model: String,
    /// The provider's id of the answer.
    pub id: Option<String>,
    /// The provider's id of the request, for its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Where it came from. If not from a model, `usage` is what it once took, and this call was free.
    #[serde(default, skip_serializing_if = "AnswerSource::is_model")]
    pub source: AnswerSource,
    /// The model that answered in place of the one that was asked, as `provider/model`: a layer turned to
    /// it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
}

impl ChatResponse {
    /// A finished answer of one text, its usage unknown.
    pub fn new(model: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let content = (!text.is_empty()).then_some(ContentPart::Text { text });
        Self::of(model, content)
    }

    /// A finished answer of these parts, its usage unknown.
    pub fn of(model: impl Into<String>, content: impl IntoIterator<Item = ContentPart>) -> Self {
        Self {
            content: content.into_iter().collect(),
            finish: FinishReason::Stop,
            stop_sequence: None,
            usage: Usage::UNKNOWN,
            model: model.into(),
            id: None,
            request_id: None,
            source: AnswerSource::Model,
            answered_by: None,
        }
    }

    /// The answer's text; empty if the model only called tools.
    pub fn text(&self) -> String {
        self.content.iter().filter_map(ContentPart::as_text).collect()
    }

    /// The model's thoughts in words, as far as the provider tells; blocks are parted by blank lines.
    pub fn reasoning(&self) -> String {
        let texts: Vec<_> = self.reasoning_blocks().map(|block| block.text.as_str()).collect();
        texts.join("\n\n")
    }

    /// The blocks of thoughts that have words, in order.
    pub fn reasoning_blocks(&self) -> impl Iterator<Item = &Reasoning> {
        self.content.iter().filter_map(|part| match part {
            ContentPart::Reasoning(block) if !block.text.is_empty() => Some(block),
            _ => None,
        })
    }

    /// The calls it asks for, in order.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.content.iter().filter_map(|part| match part {
            ContentPart::ToolCall(call) => Some(call),
            _ => None,
        })
    }

    /// The answer as the next message of the conversation, thoughts included.
    pub fn into_message(self) -> Message {
        Message::new(Role::Assistant, self.content)
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

    /// The same answer with these calls after it, and [`FinishReason::ToolCalls`] as its end.
    pub fn with_tool_calls(mut self, calls: impl IntoIterator<Item = ToolCall>) -> Self {
        self.content.extend(calls.into_iter().map(ContentPart::ToolCall));
        self.finish = FinishReason::ToolCalls;
        self
    }

    /// The same answer with the provider's id of it.
    pub fn with_id(mut self, id: impl Into<Option<String>>) -> Self {
        self.id = id.into();
        self
    }

    /// The same answer with the provider's id of the request.
    pub fn with_request_id(mut self, request_id: impl Into<Option<String>>) -> Self {
        self.request_id = request_id.into();
        self
    }

    /// The same answer, by this model in place of the one that was asked.
    pub fn with_answered_by(mut self, name: impl Into<Option<String>>) -> Self {
        self.answered_by = name.into();
        self
    }

    /// The same answer, from there.
    pub fn with_source(mut self, source: AnswerSource) -> Self {
        self.source = source;
        self
    }
}
