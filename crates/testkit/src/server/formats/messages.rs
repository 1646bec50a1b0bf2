//! Anthropic's Messages: an answer is a list of blocks, and a stream opens and closes each of them.

use serde_json::{Value, json};
use ziggurat_core::chat::{ChatDelta, ChatEnd, ChatResponse, ContentPart, FinishReason};
use ziggurat_core::{ErrorKind, ModelInfo, ProviderError, Usage};

use super::frame::Frame;
use super::{CREATED_AT, Encoder, Format, Outline, arguments, is_unknown, less, sum, typed};
use crate::server::limits::LimitHeaders;

pub(in crate::server) struct Messages;

impl Format for Messages {
    fn error_kinds(&self) -> &'static [ErrorKind] {
        &[
            ErrorKind::Auth,
            ErrorKind::Permission,
            ErrorKind::Quota,
            ErrorKind::RateLimit,
            ErrorKind::Server,
            ErrorKind::InvalidRequest,
            ErrorKind::ModelNotFound,
            ErrorKind::ContextLength,
        ]
    }

    fn request_id_header(&self) -> Option<&'static str> {
        Some("request-id")
    }

    fn limit_headers(&self) -> LimitHeaders {
        LimitHeaders::Anthropic
    }

    fn whole(&self, outline: &Outline, answer: &ChatResponse) -> Value {
        let content: Vec<_> = answer.content.iter().filter_map(block).collect();
        let mut message = message(outline, &answer.model, content);
        message["stop_reason"] = reason(&answer.finish).into();
        if !is_unknown(&answer.usage) {
            message["usage"] = usage(&answer.usage);
        }
        message
    }

    fn encoder(&self, outline: Outline) -> Box<dyn Encoder> {
        Box::new(Events { outline, index: 0, open: None, text: Frame::default() })
    }

    fn error(&self, error: &ProviderError) -> (u16, Value) {
        let (status, r#type) = match error.kind() {
            ErrorKind::Auth => (401, "authentication_error"),
            ErrorKind::Permission => (403, "permission_error"),
            ErrorKind::Quota => (402, "billing_error"),
            ErrorKind::RateLimit => (429, "rate_limit_error"),
            ErrorKind::ModelNotFound | ErrorKind::Unsupported => (404, "not_found_error"),
            ErrorKind::InvalidRequest | ErrorKind::ContextLength | ErrorKind::ContentFilter => {
                (400, "invalid_request_error")
            }
            ErrorKind::Timeout => (504, "timeout_error"),
            _ if error.status() == Some(504) => (504, "timeout_error"),
            // Only 529 means that it is overloaded.
            _ if error.status().is_some_and(|status| status != 529) => (500, "api_error"),
            _ => (529, "overloaded_error"),
        };
        // Some kinds are told by words alone.
        let message = match error.kind() {
            ErrorKind::ContextLength => format!("prompt is too long: {}", error.message()),
            ErrorKind::ModelNotFound => format!("model: {}", error.message()),
            _ => error.message().to_owned(),
        };
        (status, json!({"type": "error", "error": {"type": r#type, "message": message}}))
    }

    fn models(&self, models: &[ModelInfo]) -> Value {
        let data: Vec<_> = models.iter().map(|model| self.model(model)).collect();
        let id = |model: Option<&ModelInfo>| model.map(|model| model.id.clone());
        json!({"data": data, "has_more": false, "first_id": id(models.first()),
            "last_id": id(models.last())})
    }

    fn model(&self, model: &ModelInfo) -> Value {
        json!({"type": "model", "id": model.id, "display_name": model.id,
            "created_at": CREATED_AT})
    }
}

/// A kind of block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    Call(usize),
}

struct Events {
    outline: Outline,
    index: usize,
    open: Option<Kind>,
    /// Of the open block.
    text: Frame,
}

impl Events {
    /// The event that opens this block, after the one that closes another; nothing if it is open.
    fn open(&mut self, kind: Kind, block: Value) -> String {
        if self.open == Some(kind) {
            return String::new();
        }
        let closed = self.close();
        self.open = Some(kind);
        let start =
            json!({"type": "content_block_start", "index": self.index, "content_block": block});
        closed + &typed(&start)
    }

    fn close(&mut self) -> String {
        if self.open.take().is_none() {
            return String::new();
        }
        self.index += 1;
        self.text = Frame::default();
        typed(&json!({"type": "content_block_stop", "index": self.index - 1}))
    }

    fn delta(&self, delta: Value) -> String {
        typed(&json!({"type": "content_block_delta", "index": self.index, "delta": delta}))
    }
}

impl Encoder for Events {
    fn begin(&mut self) -> String {
        let mut message = message(&self.outline, self.outline.model(), Vec::new());
        if !is_unknown(&self.outline.usage) {
            let mut begun = self.outline.usage;
            begun.output_tokens = Some(1);
            message["usage"] = usage(&begun);
        }
        typed(&json!({"type": "message_start", "message": message}))
            + &typed(&json!({"type": "ping"}))
    }

    fn piece(&mut self, delta: &ChatDelta) -> String {
        match delta {
            ChatDelta::Text(text) => {
                let start = self.open(Kind::Text, json!({"type": "text", "text": ""}));
                let delta = |text: &str| self.delta(json!({"type": "text_delta", "text": text}));
                start + &self.text.around(text, delta)
            }
            ChatDelta::Reasoning { piece, .. } => {
                let block = json!({"type": "thinking", "thinking": "", "signature": ""});
                let mut events = self.open(Kind::Thinking, block);
                if !piece.text.is_empty() {
                    let delta = json!({"type": "thinking_delta", "thinking": piece.text});
                    events += &self.delta(delta);
                }
                if let Some(signature) = &piece.signature {
                    let delta = json!({"type": "signature_delta", "signature": signature});
                    events += &self.delta(delta);
                }
                events
            }
            ChatDelta::ToolCall { index, id, name, arguments, .. } => {
                let block = json!({"type": "tool_use", "id": id, "name": name, "input": {}});
                let start = self.open(Kind::Call(*index), block);
                let delta = json!({"type": "input_json_delta", "partial_json": arguments});
                start + &self.delta(delta)
            }
            _ => String::new(),
        }
    }

    fn end(&mut self, end: &ChatEnd) -> String {
        let delta = json!({"stop_reason": reason(&end.finish), "stop_sequence": null});
        let mut last = json!({"type": "message_delta", "delta": delta});
        if !is_unknown(&end.usage) {
            last["usage"] = usage(&end.usage);
        }
        self.close() + &typed(&last) + &typed(&json!({"type": "message_stop"}))
    }

    fn error(&mut self, error: &ProviderError) -> String {
        typed(&Messages.error(error).1)
    }
}

fn message(outline: &Outline, model: &str, content: Vec<Value>) -> Value {
    json!({"id": format!("msg_{}", outline.number), "type": "message", "role": "assistant",
        "model": model, "content": content, "stop_reason": null, "stop_sequence": null})
}

fn block(part: &ContentPart) -> Option<Value> {
    Some(match part {
        ContentPart::Text { text } => json!({"type": "text", "text": text}),
        ContentPart::Reasoning(block) => {
            let signature = block.signature.as_deref().unwrap_or_default();
            json!({"type": "thinking", "thinking": block.text, "signature": signature})
        }
        ContentPart::ToolCall(call) => {
            let input = arguments(&call.arguments);
            json!({"type": "tool_use", "id": call.id, "name": call.name, "input": input})
        }
        _ => return None,
    })
}

fn reason(finish: &FinishReason) -> &str {
    match finish {
        FinishReason::Length => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::Refusal => "refusal",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Other(reason) => reason,
        _ => "end_turn",
    }
}

/// Anthropic counts what came from a cache or went into one apart from the rest of the input.
fn usage(usage: &Usage) -> Value {
    let cache = sum(usage.cached_input_tokens.or(Some(0)), usage.cache_write_tokens.or(Some(0)));
    let hour = usage.cache_write_1h_tokens.unwrap_or(0);
    let mut value = json!({"input_tokens": less(usage.input_tokens, cache),
        "cache_read_input_tokens": usage.cached_input_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "output_tokens": usage.output_tokens, "service_tier": "standard"});
    if let Some(written) = usage.cache_write_tokens {
        value["cache_creation"] = json!({"ephemeral_1h_input_tokens": hour,
            "ephemeral_5m_input_tokens": written.saturating_sub(hour)});
    }
    if let Some(thinking) = usage.reasoning_tokens {
        value["output_tokens_details"] = json!({"thinking_tokens": thinking});
    }
    value
}
