//! What we send: exact, and without what was not set.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A request for an answer.
#[derive(Debug, Serialize)]
pub(in crate::anthropic) struct Request<'a> {
    #[serde(flatten)]
    pub prompt: Prompt<'a>,
    pub max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f32>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub stop_sequences: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
}

/// The part of a request whose tokens can be counted.
#[derive(Debug, Serialize)]
pub(in crate::anthropic) struct Prompt<'a> {
    pub model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<&'a str>,
    pub messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking: Option<Thinking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_config: Option<OutputConfig<'a>>,
}

/// What one side says before the other does.
#[derive(Debug, Serialize)]
pub(in crate::anthropic) struct Turn<'a> {
    pub role: &'static str,
    pub content: Vec<Said<'a>>,
}

/// A block of a turn.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(in crate::anthropic) enum Said<'a> {
    Text {
        text: Cow<'a, str>,
    },
    Image {
        source: Source<'a>,
    },
    Thinking {
        thinking: &'a str,
        signature: &'a str,
    },
    RedactedThinking {
        data: &'a str,
    },
    ToolUse {
        id: &'a str,
        name: &'a str,
        input: Input<'a>,
    },
    ToolResult {
        tool_use_id: &'a str,
        content: &'a str,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
    },
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(in crate::anthropic) enum Source<'a> {
    Url { url: &'a str },
    Base64 { media_type: &'a str, data: &'a str },
}

/// A call's arguments: an object, to the byte as the model wrote it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(in crate::anthropic) enum Input<'a> {
    Object(&'a RawValue),
    Empty {},
    Invalid {
        #[serde(rename = "INVALID_JSON")]
        text: &'a str,
    },
}

#[derive(Debug, Serialize)]
pub(in crate::anthropic) struct Tool<'a> {
    pub name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub description: &'a str,
    pub input_schema: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

#[derive(Debug, Serialize)]
pub(in crate::anthropic) struct ToolChoice<'a> {
    pub r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_parallel_tool_use: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(in crate::anthropic) enum Thinking {
    Adaptive,
    Enabled { budget_tokens: u32 },
    BetweenTools,
    Disabled,
}

#[derive(Debug, Serialize)]
pub(in crate::anthropic) struct OutputConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format<'a>>,
}

#[derive(Debug, Serialize)]
pub(in crate::anthropic) struct Format<'a> {
    pub r#type: &'static str,
    pub schema: &'a Value,
}
