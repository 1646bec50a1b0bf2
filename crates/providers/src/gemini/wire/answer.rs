//! What we read: unknown fields are ignored, known ones may be missing or null, and a count that is no
//! number is an unknown count. Only what bears the answer itself must have its type.

use serde::Deserialize;
use serde_json::Value;

use crate::api::lenient;

/// A whole answer or a piece of a stream: they have the same shape.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gemini) struct Answer {
    pub candidates: Option<Vec<Candidate>>,
    #[serde(default, deserialize_with = "lenient")]
    pub prompt_feedback: Option<PromptFeedback>,
    #[serde(default, deserialize_with = "lenient")]
    pub usage_metadata: Option<Usage>,
    #[serde(default, deserialize_with = "lenient")]
    pub model_version: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub response_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gemini) struct Candidate {
    #[serde(default, deserialize_with = "lenient")]
    pub index: Option<u64>,
    pub content: Option<Content>,
    #[serde(default, deserialize_with = "lenient")]
    pub finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::gemini) struct Content {
    pub parts: Option<Vec<Part>>,
}

/// A part of an answer. Those of tools that run at the server (code, its results) have neither text nor
/// a call.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gemini) struct Part {
    pub text: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub thought: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub thought_signature: Option<String>,
    pub function_call: Option<FunctionCall>,
}

#[derive(Debug, Deserialize)]
pub(in crate::gemini) struct FunctionCall {
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<String>,
    pub name: Option<String>,
    pub args: Option<Value>,
}

impl FunctionCall {
    /// The arguments as JSON text. A function without any is called without the field.
    pub(in crate::gemini) fn arguments(args: Option<Value>) -> String {
        match args {
            None | Some(Value::Null) => "{}".to_owned(),
            Some(json) => json.to_string(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gemini) struct PromptFeedback {
    #[serde(default, deserialize_with = "lenient")]
    pub block_reason: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::gemini) struct Usage {
    #[serde(default, deserialize_with = "lenient")]
    pub prompt_token_count: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub cached_content_token_count: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub tool_use_prompt_token_count: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub candidates_token_count: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub thoughts_token_count: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub total_token_count: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn everything_may_be_missing_and_oddities_are_unknown() {
        let bare: Answer = serde_json::from_value(json!({})).unwrap();
        assert!(bare.candidates.is_none());
        let odd = json!({"candidates": [{"content": null, "finishReason": 1, "index": "x"}],
            "responseId": 7, "promptFeedback": [], "new": {},
            "usageMetadata": {"promptTokenCount": 1.5, "candidatesTokenCount": 3}});
        let odd: Answer = serde_json::from_value(odd).unwrap();
        let usage = odd.usage_metadata.unwrap();
        assert_eq!((usage.prompt_token_count, usage.candidates_token_count), (None, Some(3)));
        let candidate = &odd.candidates.unwrap()[0];
        assert_eq!((&candidate.finish_reason, candidate.index), (&None, None));
    }

    #[test]
    fn an_answer_in_another_shape_is_none() {
        for odd in [json!({"candidates": "none"}), json!({"candidates": [{"content": "hi"}]})] {
            assert!(serde_json::from_value::<Answer>(odd.clone()).is_err(), "{odd}");
        }
    }
}
