//! What we send: exact, and without what was not set.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use crate::openai::content::ImageUrl;

#[derive(Debug, Default, Serialize)]
pub(in crate::responses) struct Request<'a> {
    pub model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<&'a str>,
    pub input: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Effort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
}

#[derive(Debug, Serialize)]
pub(in crate::responses) struct Effort {
    pub effort: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(in crate::responses) enum Item<'a> {
    Message { role: &'static str, content: Content<'a> },
    Reasoning(Reasoning<'a>),
    FunctionCall { call_id: &'a str, name: &'a str, arguments: &'a str },
    FunctionCallOutput { call_id: &'a str, output: &'a str },
}

#[derive(Debug, Serialize)]
pub(in crate::responses) struct Reasoning<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    pub summary: Vec<Part<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Part<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted_content: Option<&'a str>,
}

/// Text alone is sent as a text.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(in crate::responses) enum Content<'a> {
    Text(Cow<'a, str>),
    Parts(Vec<Part<'a>>),
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(in crate::responses) enum Part<'a> {
    InputText {
        text: Cow<'a, str>,
    },
    InputImage {
        image_url: ImageUrl<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<&'a str>,
    },
    SummaryText {
        text: &'a str,
    },
    ReasoningText {
        text: &'a str,
    },
}

#[derive(Debug, Serialize)]
pub(in crate::responses) struct Tool<'a> {
    pub r#type: &'static str,
    pub name: &'a str,
    pub description: &'a str,
    pub parameters: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(in crate::responses) enum ToolChoice<'a> {
    Word(&'a str),
    Tool { r#type: &'static str, name: &'a str },
}

#[derive(Debug, Serialize)]
pub(in crate::responses) struct Text<'a> {
    pub format: Format<'a>,
}

#[derive(Debug, Serialize)]
pub(in crate::responses) struct Format<'a> {
    pub r#type: &'static str,
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    pub schema: &'a Value,
}
