//! What we read: unknown fields are ignored, known ones may be missing or null, and a count that is no
//! number is an unknown count.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::content::Content;
use super::marks::{IsError, IsThere};
use super::text::lenient_text;
use crate::api::{lenient, lenient_object};

/// A whole answer or a piece of a stream: they differ in `message` and `delta` alone.
#[derive(Debug, Deserialize)]
pub(in crate::openai) struct Answer<'a> {
    #[serde(borrow, default, deserialize_with = "lenient_text")]
    pub id: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "lenient_text")]
    pub model: Option<Cow<'a, str>>,
    pub choices: Option<Vec<Choice>>,
    #[serde(default, deserialize_with = "lenient_object")]
    pub usage: Option<Box<Usage>>,
    /// Groq's own; its usage came here alone before streams could be asked for it.
    #[serde(default, deserialize_with = "lenient_object")]
    pub x_groq: Option<XGroq>,
    #[serde(default)]
    error: IsThere,
    #[serde(default)]
    object: IsError,
    #[serde(default)]
    r#type: IsError,
}

impl Answer<'_> {
    /// Whether it may be an error in place of an answer, so that it is worth a closer look.
    pub(in crate::openai) fn may_be_error(&self) -> bool {
        self.error.0 || self.object.0 || self.r#type.0
    }
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::openai) struct XGroq {
    #[serde(default, deserialize_with = "lenient_object")]
    pub usage: Option<Box<Usage>>,
}

#[derive(Debug, Deserialize)]
pub(in crate::openai) struct Choice {
    #[serde(default, deserialize_with = "lenient")]
    pub index: Option<u64>,
    #[serde(alias = "delta")]
    pub message: Option<Message>,
    #[serde(default, deserialize_with = "lenient")]
    pub finish_reason: Option<String>,
    /// Some gateways report an error of one choice here.
    pub error: Option<Value>,
}

impl Choice {
    /// Gives the calls of a whole answer numbers: there each is one call, whatever it lacks.
    pub(in crate::openai) fn number_calls(&mut self) {
        let calls = self.message.iter_mut().flat_map(|message| message.tool_calls.iter_mut());
        for (number, call) in (0..).zip(calls.flatten()) {
            call.index = Some(number);
        }
    }
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::openai) struct Message {
    pub content: Option<Content>,
    #[serde(default, deserialize_with = "lenient")]
    pub refusal: Option<String>,
    pub tool_calls: Option<Vec<Call>>,
    /// Thoughts, in DeepSeek's spelling and most others'.
    #[serde(default, deserialize_with = "lenient")]
    pub reasoning_content: Option<String>,
    /// Thoughts, in OpenRouter's, Groq's and Ollama's spelling.
    #[serde(default, deserialize_with = "lenient")]
    pub reasoning: Option<String>,
    /// OpenRouter's blocks of thoughts; what they hold depends on whose model it is.
    #[serde(default, deserialize_with = "lenient")]
    pub reasoning_details: Option<Vec<Map<String, Value>>>,
}

impl Message {
    /// The thoughts in words, from wherever the server puts them.
    pub(in crate::openai) fn take_thoughts(&mut self) -> String {
        let texts = [self.reasoning_content.take(), self.reasoning.take()];
        let text = texts.into_iter().flatten().find(|text| !text.is_empty());
        let in_parts = || self.content.as_mut().map(Content::take_thoughts).unwrap_or_default();
        text.unwrap_or_else(in_parts)
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
    pub total_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient_object")]
    pub prompt_tokens_details: Option<InputDetails>,
    #[serde(default, deserialize_with = "lenient_object")]
    pub completion_tokens_details: Option<OutputDetails>,
    /// DeepSeek's spelling of `cached_tokens`.
    #[serde(default, deserialize_with = "lenient")]
    pub prompt_cache_hit_tokens: Option<u64>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(in crate::openai) struct InputDetails {
    #[serde(default, deserialize_with = "lenient")]
    pub cached_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub cache_write_tokens: Option<u64>,
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
        let bare = Answer::deserialize(json!({"choices": [{}]})).unwrap();
        assert!(bare.choices.unwrap()[0].message.is_none());
        let odd = json!({"id": 7, "choices": null, "extra": {}, "usage": {"prompt_tokens": -1.5,
            "completion_tokens": 3, "prompt_tokens_details": []}});
        let odd = Answer::deserialize(odd).unwrap();
        let usage = odd.usage.unwrap();
        assert_eq!((odd.id, usage.prompt_tokens, usage.completion_tokens), (None, None, Some(3)));
    }
}
