//! Prompts and answers as the conventions write them: JSON, in the form of their schemas. Only what
//! reads as words is written; pictures and opaque proofs are not.

use serde_json::{Value, json};
use ziggurat_core::chat::{FinishReason, Role};
use ziggurat_core::{ContentPart, Message};

/// `gen_ai.system_instructions`.
pub(super) fn instructions(system: &str) -> String {
    json!([{"type": "text", "content": system}]).to_string()
}

/// `gen_ai.input.messages`.
pub(super) fn input(messages: &[Message]) -> String {
    let messages = messages.iter().map(|message| {
        let role = match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        };
        json!({"role": role, "parts": parts(&message.content)})
    });
    Value::from_iter(messages).to_string()
}

/// `gen_ai.output.messages`: always one.
pub(super) fn output(content: &[ContentPart], finish: &FinishReason) -> String {
    let finish = finish_reason(finish);
    json!([{"role": "assistant", "parts": parts(content), "finish_reason": finish}]).to_string()
}

/// A reason for the end in the words of [`FinishReason`]: `tool_calls`.
pub(super) fn finish_reason(finish: &FinishReason) -> &str {
    match finish {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Refusal => "refusal",
        FinishReason::Other(reason) => reason,
        _ => "other",
    }
}

fn parts(content: &[ContentPart]) -> Vec<Value> {
    content.iter().map(part).collect()
}

fn part(part: &ContentPart) -> Value {
    match part {
        ContentPart::Text { text } => json!({"type": "text", "content": text}),
        ContentPart::Document(document) => json!({
            "type": "document",
            "id": document.id,
            "title": document.title,
            "content": document.text,
        }),
        ContentPart::Reasoning(thought) => json!({"type": "reasoning", "content": thought.text}),
        ContentPart::ToolCall(call) => json!({
            "type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments,
        }),
        ContentPart::ToolResult(result) => json!({
            "type": "tool_call_response", "id": result.call_id, "response": result.text,
        }),
        ContentPart::Image(_) => json!({"type": "image"}),
        _ => json!({"type": "other"}),
    }
}
