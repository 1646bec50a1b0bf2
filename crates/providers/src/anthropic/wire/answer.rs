//! What we read: unknown fields and blocks are ignored, known fields may be missing, null or of another
//! type, and a count that is no number is an unknown count.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::api::lenient;

/// A whole answer, or its beginning in a stream.
#[derive(Debug, Deserialize)]
pub(in crate::anthropic) struct Message {
    #[serde(default, deserialize_with = "lenient")]
    r#type: Option<String>,
    error: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub model: Option<String>,
    pub content: Option<Vec<Block>>,
    #[serde(default, deserialize_with = "lenient")]
    pub stop_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub stop_sequence: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub usage: Option<Usage>,
}

impl Message {
    /// Whether it is an error in place of an answer.
    pub(in crate::anthropic) fn is_error(&self) -> bool {
        self.error.is_some() || self.r#type.as_deref() == Some("error")
    }
}

/// A block of an answer, whatever its type.
#[derive(Debug, Default, Deserialize)]
pub(in crate::anthropic) struct Block {
    #[serde(default, deserialize_with = "lenient")]
    pub r#type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub text: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub thinking: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub signature: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub data: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    /// A call's arguments, in the bytes that the server sent.
    pub input: Option<Box<RawValue>>,
}

/// What every event has.
#[derive(Debug, Deserialize)]
pub(in crate::anthropic) struct EventKind {
    #[serde(default, deserialize_with = "lenient")]
    pub r#type: Option<String>,
    pub error: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(in crate::anthropic) struct MessageStart {
    pub message: Message,
}

#[derive(Debug, Deserialize)]
pub(in crate::anthropic) struct BlockStart {
    #[serde(default)]
    pub index: u64,
    pub content_block: Block,
}

#[derive(Debug, Deserialize)]
pub(in crate::anthropic) struct BlockDelta {
    #[serde(default)]
    pub index: u64,
    pub delta: Delta,
}

/// More of a block, whatever its type.
#[derive(Debug, Default, Deserialize)]
pub(in crate::anthropic) struct Delta {
    #[serde(default, deserialize_with = "lenient")]
    pub r#type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub text: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub thinking: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub signature: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub partial_json: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(in crate::anthropic) struct BlockStop {
    #[serde(default)]
    pub index: u64,
}

#[derive(Debug, Deserialize)]
pub(in crate::anthropic) struct MessageDelta {
    #[serde(default, deserialize_with = "lenient")]
    pub delta: Option<Stop>,
    #[serde(default, deserialize_with = "lenient")]
    pub usage: Option<Usage>,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::anthropic) struct Stop {
    #[serde(default, deserialize_with = "lenient")]
    pub stop_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub stop_sequence: Option<String>,
}

/// Tokens. `input_tokens` are those that came neither from a cache nor went into one.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(in crate::anthropic) struct Usage {
    #[serde(default, deserialize_with = "lenient")]
    pub input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub output_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub cache_read_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub cache_creation_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub cache_creation: Option<CacheCreation>,
    #[serde(default, deserialize_with = "lenient")]
    pub output_tokens_details: Option<OutputDetails>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(in crate::anthropic) struct CacheCreation {
    #[serde(default, deserialize_with = "lenient")]
    pub ephemeral_1h_input_tokens: Option<u64>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(in crate::anthropic) struct OutputDetails {
    #[serde(default, deserialize_with = "lenient")]
    pub thinking_tokens: Option<u64>,
}

/// The limits in a list of models; the list itself is read where all lists are.
#[derive(Debug, Deserialize)]
pub(in crate::anthropic) struct Models {
    pub data: Vec<Limits>,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::anthropic) struct Limits {
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub max_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub max_tokens: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_fields_are_as_good_as_absent() {
        let odd = r#"{"id":7,"model":null,"content":[{"type":"text","text":null,"citations":3},
            {"type":"new","text":{"deep":1},"data":[1],"input":[true]}],"stop_reason":{},
            "usage":{"input_tokens":-1.5,"output_tokens":3,"cache_creation":[]}}"#;
        let odd: Message = serde_json::from_str(odd).unwrap();
        assert!(!odd.is_error());
        assert_eq!((odd.id, odd.model, odd.stop_reason), (None, None, None));
        let usage = odd.usage.unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (None, Some(3)));
        assert!(odd.content.unwrap().iter().all(|block| block.text.is_none()));
    }

    #[test]
    fn an_error_is_told_from_an_answer() {
        let is_error = |text: &str| serde_json::from_str::<Message>(text).unwrap().is_error();
        assert!(is_error(r#"{"type":"error","error":{"type":"api_error"}}"#));
        assert!(is_error(r#"{"error":"broken"}"#));
        assert!(!is_error(r#"{"type":"message","error":null}"#));
    }
}
