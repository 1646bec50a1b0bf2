//! What we send: exact, and without what was not set.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Debug, Serialize)]
pub(in crate::ollama) struct Request<'a> {
    pub model: &'a str,
    pub messages: Vec<RequestMessage<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<&'a Value>,
    #[serde(skip_serializing_if = "Options::is_empty")]
    pub options: Options<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub think: Option<Think>,
    /// Always sent: where it is missing, Ollama streams.
    pub stream: bool,
}

#[derive(Debug, Serialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub(in crate::ollama) enum RequestMessage<'a> {
    System {
        content: &'a str,
    },
    User {
        content: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        images: Vec<&'a str>,
    },
    Assistant {
        content: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        thinking: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<RequestCall<'a>>,
    },
    Tool {
        content: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        tool_name: Option<&'a str>,
        tool_call_id: &'a str,
    },
}

#[derive(Debug, Serialize)]
pub(in crate::ollama) struct RequestCall<'a> {
    pub id: &'a str,
    pub function: RequestFunction<'a>,
}

#[derive(Debug, Serialize)]
pub(in crate::ollama) struct RequestFunction<'a> {
    pub name: &'a str,
    /// The object letter by letter: another order of its fields would be another prompt, and none that
    /// the server has cached.
    pub arguments: Cow<'a, RawValue>,
}

#[derive(Debug, Serialize)]
pub(in crate::ollama) struct Tool<'a> {
    pub r#type: &'static str,
    pub function: ToolFunction<'a>,
}

#[derive(Debug, Serialize)]
pub(in crate::ollama) struct ToolFunction<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub parameters: &'a Value,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub(in crate::ollama) struct Options<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_predict: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub stop: &'a [String],
}

impl Options<'_> {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(in crate::ollama) enum Think {
    Flag(bool),
    Level(&'static str),
}
