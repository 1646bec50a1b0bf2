//! What another reader made of the same bytes, and whether we agree.

use serde::Deserialize;
use serde_json::Value;
use ziggurat_core::chat::{FinishReason, ToolCall};
use ziggurat_core::{ChatResponse, Usage};

/// An answer as another reader saw it. Arguments are JSON, or `{"__unparsed__": "…"}`, or text.
#[derive(Debug, Deserialize)]
pub(crate) struct Expected {
    text: Option<String>,
    #[serde(default)]
    refusal: String,
    #[serde(default)]
    tool_calls: Vec<ExpectedCall>,
    finish: Option<String>,
    usage: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct ExpectedCall {
    id: String,
    name: String,
    arguments: Value,
}

impl Expected {
    /// Fails unless the answer is the same.
    pub(crate) fn assert_answer(&self, id: &str, answer: &ChatResponse) {
        let text = self.text.clone().unwrap_or_default() + &self.refusal;
        assert_eq!(answer.text(), text, "{id}: text");
        assert_eq!(answer.finish, self.finish(), "{id}: finish");
        assert_eq!(answer.usage, self.usage(), "{id}: usage");
        assert_eq!(answer.tool_calls().count(), self.tool_calls.len(), "{id}: number of calls");
        for (ours, theirs) in answer.tool_calls().zip(&self.tool_calls) {
            assert_eq!((&ours.id, &ours.name), (&theirs.id, &theirs.name), "{id}");
            assert!(
                theirs.has_arguments(ours),
                "{id}: {} and {}",
                ours.arguments,
                theirs.arguments
            );
        }
    }

    fn finish(&self) -> FinishReason {
        match self.finish.as_deref() {
            Some("stop") if !self.refusal.is_empty() => FinishReason::Refusal,
            Some("stop") => FinishReason::Stop,
            Some("length") => FinishReason::Length,
            Some("tool_calls") => FinishReason::ToolCalls,
            Some("content_filter") => FinishReason::ContentFilter,
            other => FinishReason::Other(other.unwrap_or("none").to_owned()),
        }
    }

    fn usage(&self) -> Usage {
        let count = |path: &str| self.usage.as_ref()?.pointer(path)?.as_u64();
        let mut usage = Usage::UNKNOWN;
        usage.input_tokens = count("/prompt_tokens");
        usage.output_tokens = count("/completion_tokens");
        usage.cached_input_tokens = count("/prompt_tokens_details/cached_tokens");
        usage.reasoning_tokens = count("/completion_tokens_details/reasoning_tokens");
        usage
    }
}

impl ExpectedCall {
    fn has_arguments(&self, call: &ToolCall) -> bool {
        let text = self.arguments.get("__unparsed__").unwrap_or(&self.arguments);
        match text.as_str() {
            Some(text) => call.arguments == text,
            None => serde_json::from_str::<Value>(&call.arguments).is_ok_and(|json| json == *text),
        }
    }
}
