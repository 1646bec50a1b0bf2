//! What we read: unknown fields are ignored, known ones may be missing, null or of another type.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::api::lenient;

/// A response, whole or as it stands in the events around it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::responses) struct Response {
    #[serde(deserialize_with = "lenient")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub model: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub status: Option<String>,
    /// Absent where a server repeats nothing at the end of a stream.
    pub output: Option<Vec<Item>>,
    #[serde(deserialize_with = "lenient")]
    pub usage: Option<Usage>,
    pub error: Value,
    #[serde(deserialize_with = "lenient")]
    pub incomplete_details: Option<Incomplete>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::responses) struct Incomplete {
    #[serde(deserialize_with = "lenient")]
    pub reason: Option<String>,
}

/// An item of the output; which fields it has depends on its type.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::responses) struct Item {
    #[serde(deserialize_with = "lenient")]
    pub r#type: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub id: Option<String>,
    /// What a message says, or the thoughts themselves.
    #[serde(deserialize_with = "parts")]
    pub content: Vec<Part>,
    /// What thoughts come to.
    #[serde(deserialize_with = "lenient")]
    pub summary: Option<Vec<Part>>,
    #[serde(deserialize_with = "lenient")]
    pub encrypted_content: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub call_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub name: Option<String>,
    /// JSON as text; some servers send the JSON itself.
    pub arguments: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::responses) struct Part {
    #[serde(deserialize_with = "lenient")]
    pub text: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub refusal: Option<String>,
}

/// Parts, or a text alone, as some servers have it. They bear the answer: what cannot be read here is an
/// error and not absent.
fn parts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Part>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Parts(Vec<Option<Part>>),
    }
    Ok(match Option::deserialize(deserializer)? {
        None => Vec::new(),
        Some(Written::Text(text)) => vec![Part { text: Some(text), refusal: None }],
        Some(Written::Parts(parts)) => parts.into_iter().map(Option::unwrap_or_default).collect(),
    })
}

/// An event of a stream.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::responses) struct Event {
    #[serde(deserialize_with = "lenient")]
    pub r#type: Option<String>,
    pub response: Option<Response>,
    pub item: Option<Item>,
    #[serde(deserialize_with = "lenient")]
    pub item_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub output_index: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub content_index: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub summary_index: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub delta: Option<String>,
    /// All of a text, at its end.
    #[serde(deserialize_with = "lenient")]
    pub text: Option<String>,
    /// All of a refusal, at its end.
    #[serde(deserialize_with = "lenient")]
    pub refusal: Option<String>,
    /// All of a call's arguments, at their end.
    #[serde(deserialize_with = "lenient")]
    pub arguments: Option<String>,
}

impl Event {
    /// All of the text that has ended.
    pub(in crate::responses) fn whole(&self) -> &str {
        let texts = [&self.text, &self.refusal, &self.arguments];
        texts.into_iter().flatten().next().map_or("", String::as_str)
    }
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(in crate::responses) struct Usage {
    #[serde(deserialize_with = "lenient")]
    pub input_tokens: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub output_tokens: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub input_tokens_details: Option<InputDetails>,
    #[serde(deserialize_with = "lenient")]
    pub output_tokens_details: Option<OutputDetails>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(in crate::responses) struct InputDetails {
    #[serde(deserialize_with = "lenient")]
    pub cached_tokens: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub cache_write_tokens: Option<u64>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(in crate::responses) struct OutputDetails {
    #[serde(deserialize_with = "lenient")]
    pub reasoning_tokens: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn oddities_are_as_good_as_absent() {
        let odd = json!({"id": 7, "output": null, "usage": "x", "incomplete_details": null,
            "status": {}, "extra": 1});
        let odd: Response = serde_json::from_value(odd).unwrap();
        assert!(odd.id.is_none() && odd.usage.is_none() && odd.status.is_none());
        let item = json!({"type": "reasoning", "content": null, "summary": {}, "arguments": null});
        let item: Item = serde_json::from_value(item).unwrap();
        assert!(item.content.is_empty() && item.summary.is_none() && item.arguments.is_null());
    }
}
