//! What we read: unknown fields are ignored, known ones may be missing or null, and a count that is no
//! number is an unknown count.

use serde::Deserialize;
use serde_json::Value;

use crate::api::lenient;

/// A whole answer or a piece of a stream: they differ in `message` and `delta` alone.
#[derive(Debug, Deserialize)]
pub(in crate::openai) struct Answer {
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub model: Option<String>,
    pub choices: Option<Vec<Choice>>,
    #[serde(default, deserialize_with = "lenient")]
    pub usage: Option<Usage>,
}

#[derive(Debug, Deserialize)]
pub(in crate::openai) struct Choice {
    #[serde(default, deserialize_with = "lenient")]
    pub index: Option<u64>,
    #[serde(alias = "delta")]
    pub message: Option<Message>,
    pub finish_reason: Option<String>,
    /// Some gateways report an error of one choice here.
    pub error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::openai) struct Message {
    pub content: Option<Content>,
    pub refusal: Option<String>,
    pub tool_calls: Option<Vec<Call>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(in crate::openai) enum Content {
    Text(String),
    Parts(Vec<Part>),
}

/// A part of a content; those without text, such as a model's thoughts, are no part of the answer.
#[derive(Debug, Deserialize)]
pub(in crate::openai) struct Part {
    #[serde(default, deserialize_with = "lenient")]
    pub text: Option<String>,
}

impl Content {
    pub(in crate::openai) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Parts(parts) => parts.into_iter().filter_map(|part| part.text).collect(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::openai) struct Call {
    #[serde(default, deserialize_with = "lenient")]
    pub index: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(default)]
    pub function: Option<Function>,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::openai) struct Function {
    pub name: Option<String>,
    /// JSON as text; some servers send the JSON itself.
    pub arguments: Option<Value>,
}

impl Function {
    pub(in crate::openai) fn arguments_text(arguments: Option<Value>) -> String {
        match arguments {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text,
            Some(json) => json.to_string(),
        }
    }
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(in crate::openai) struct Usage {
    #[serde(default, deserialize_with = "lenient")]
    pub prompt_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub completion_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub prompt_tokens_details: Option<InputDetails>,
    #[serde(default, deserialize_with = "lenient")]
    pub completion_tokens_details: Option<OutputDetails>,
    /// DeepSeek's spelling of `cached_tokens`.
    #[serde(default, deserialize_with = "lenient")]
    pub prompt_cache_hit_tokens: Option<u64>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(in crate::openai) struct InputDetails {
    #[serde(default, deserialize_with = "lenient")]
    pub cached_tokens: Option<u64>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(in crate::openai) struct OutputDetails {
    #[serde(default, deserialize_with = "lenient")]
    pub reasoning_tokens: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_but_choices_is_needed_and_oddities_are_unknown() {
        let bare: Answer = serde_json::from_value(json!({"choices": [{}]})).unwrap();
        assert!(bare.choices.unwrap()[0].message.is_none());
        let odd = json!({"id": 7, "choices": null, "extra": {}, "usage": {"prompt_tokens": -1.5,
            "completion_tokens": 3, "prompt_tokens_details": []}});
        let odd: Answer = serde_json::from_value(odd).unwrap();
        let usage = odd.usage.unwrap();
        assert_eq!((odd.id, usage.prompt_tokens, usage.completion_tokens), (None, None, Some(3)));
    }

    #[test]
    fn content_may_come_in_parts() {
        let parts = json!([{"type": "thinking", "thinking": []}, {"type": "text", "text": "a"},
            {"text": "b"}]);
        let content: Content = serde_json::from_value(parts).unwrap();
        assert_eq!(content.into_text(), "ab");
    }
}
