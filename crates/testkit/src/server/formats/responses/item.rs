//! One item of a Responses answer: a message, thoughts or a call.

use serde_json::{Value, json};
use ziggurat_core::chat::{ChatDelta, Reasoning, ToolCall};

use super::super::Outline;

pub(super) enum Item {
    Message { text: String, refuses: bool },
    Reasoning { index: usize, block: Reasoning },
    Call { index: usize, call: ToolCall },
}

impl Item {
    pub(super) fn message(outline: &Outline, text: String) -> Self {
        Self::Message { text, refuses: outline.refuses() }
    }

    pub(super) fn reasoning(block: Reasoning) -> Self {
        Self::Reasoning { index: 0, block }
    }

    pub(super) fn call(call: ToolCall) -> Self {
        Self::Call { index: 0, call }
    }

    /// The item that a piece belongs to, before the piece is added.
    pub(super) fn of(outline: &Outline, delta: &ChatDelta) -> Option<Self> {
        Some(match delta {
            ChatDelta::Text(_) => Self::message(outline, String::new()),
            ChatDelta::Reasoning { index, .. } => {
                Self::Reasoning { index: *index, block: Reasoning::default() }
            }
            ChatDelta::ToolCall { index, id, name, .. } => {
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                Self::Call { index: *index, call: ToolCall::new(text(id), text(name), "") }
            }
            _ => return None,
        })
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Message { .. }, Self::Message { .. }) => true,
            (Self::Reasoning { index: a, .. }, Self::Reasoning { index: b, .. })
            | (Self::Call { index: a, .. }, Self::Call { index: b, .. }) => a == b,
            _ => false,
        }
    }

    /// The events that open it.
    pub(super) fn begun(&self, index: usize) -> Vec<Value> {
        let added = json!({"type": "response.output_item.added", "output_index": index,
            "item": self.json(index, "in_progress")});
        let part = match self {
            Self::Message { .. } => json!({"type": "response.content_part.added",
                "item_id": self.id(index), "output_index": index, "content_index": 0,
                "part": self.part()}),
            Self::Reasoning { .. } => json!({"type": "response.reasoning_summary_part.added",
                "item_id": self.id(index), "output_index": index, "summary_index": 0,
                "part": self.part()}),
            Self::Call { .. } => return vec![added],
        };
        vec![added, part]
    }

    /// Adds a piece; the event that tells of it, if there is one.
    pub(super) fn grow(&mut self, output: usize, delta: &ChatDelta) -> Option<Value> {
        let id = self.id(output);
        match (self, delta) {
            (Self::Message { text, refuses }, ChatDelta::Text(piece)) => {
                text.push_str(piece);
                let r#type = match refuses {
                    true => "response.refusal.delta",
                    false => "response.output_text.delta",
                };
                Some(json!({"type": r#type, "item_id": id, "output_index": output,
                    "content_index": 0, "delta": piece}))
            }
            (Self::Reasoning { block, .. }, ChatDelta::Reasoning { piece, .. }) => {
                block.extend(piece.clone());
                let event = json!({"type": "response.reasoning_summary_text.delta",
                    "item_id": id, "output_index": output, "summary_index": 0,
                    "delta": piece.text});
                (!piece.text.is_empty()).then_some(event)
            }
            (Self::Call { call, .. }, ChatDelta::ToolCall { arguments, .. }) => {
                call.arguments.push_str(arguments);
                let event = json!({"type": "response.function_call_arguments.delta",
                    "item_id": id, "output_index": output, "delta": arguments});
                (!arguments.is_empty()).then_some(event)
            }
            _ => None,
        }
    }

    /// The events that close it.
    pub(super) fn ended(&self, index: usize) -> Vec<Value> {
        let id = self.id(index);
        let done = json!({"type": "response.output_item.done", "output_index": index,
            "item": self.json(index, "completed")});
        let (text, part) = match self {
            Self::Message { text, refuses: true } => (
                json!({"type": "response.refusal.done", "refusal": text, "content_index": 0}),
                json!({"type": "response.content_part.done", "content_index": 0}),
            ),
            Self::Message { text, refuses: false } => (
                json!({"type": "response.output_text.done", "text": text, "content_index": 0}),
                json!({"type": "response.content_part.done", "content_index": 0}),
            ),
            Self::Reasoning { block, .. } => (
                json!({"type": "response.reasoning_summary_text.done", "text": block.text,
                    "summary_index": 0}),
                json!({"type": "response.reasoning_summary_part.done", "summary_index": 0}),
            ),
            Self::Call { call, .. } => {
                let text = json!({"type": "response.function_call_arguments.done",
                    "item_id": id, "output_index": index, "arguments": call.arguments});
                return vec![text, done];
            }
        };
        let place = |mut event: Value| {
            event["item_id"] = id.clone().into();
            event["output_index"] = index.into();
            event
        };
        let mut part = place(part);
        part["part"] = self.part();
        vec![place(text), part, done]
    }

    pub(super) fn json(&self, index: usize, status: &str) -> Value {
        let id = self.id(index);
        match self {
            Self::Message { .. } => {
                let is_over = status == "completed";
                let content: Vec<_> = is_over.then(|| self.part()).into_iter().collect();
                json!({"type": "message", "id": id, "status": status, "role": "assistant",
                    "content": content})
            }
            Self::Reasoning { block, .. } => {
                let has_words = !block.text.is_empty();
                let summary: Vec<_> = has_words.then(|| self.part()).into_iter().collect();
                let mut item = json!({"type": "reasoning", "id": id, "summary": summary});
                if let Some(signature) = &block.signature {
                    item["encrypted_content"] = signature.as_str().into();
                }
                item
            }
            Self::Call { call, .. } => json!({"type": "function_call", "id": id, "status": status,
                "call_id": call.id, "name": call.name, "arguments": call.arguments}),
        }
    }

    fn part(&self) -> Value {
        match self {
            Self::Message { text, refuses: true } => json!({"type": "refusal", "refusal": text}),
            Self::Message { text, refuses: false } => {
                json!({"type": "output_text", "text": text, "annotations": []})
            }
            Self::Reasoning { block, .. } => json!({"type": "summary_text", "text": block.text}),
            Self::Call { .. } => Value::Null,
        }
    }

    fn id(&self, index: usize) -> String {
        let kind = match self {
            Self::Message { .. } => "msg",
            Self::Reasoning { .. } => "rs",
            Self::Call { .. } => "fc",
        };
        format!("{kind}_{index}")
    }
}
