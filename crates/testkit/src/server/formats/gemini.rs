//! Gemini's generateContent: every event of a stream is an answer of its own, and tool calls come whole.

use serde_json::{Value, json};
use ziggurat_core::chat::{ChatDelta, ChatEnd, ChatResponse, ContentPart, FinishReason, ToolCall};
use ziggurat_core::{ErrorKind, ModelInfo, ProviderError, Usage};

use super::frame::Frame;
use super::partial::{Partial, object};
use super::{Encoder, Format, Outline, data, is_unknown, less, sum, without_nulls};

pub(in crate::server) struct Gemini;

impl Format for Gemini {
    fn error_kinds(&self) -> &'static [ErrorKind] {
        &[
            ErrorKind::Auth,
            ErrorKind::Permission,
            ErrorKind::RateLimit,
            ErrorKind::Server,
            ErrorKind::InvalidRequest,
            ErrorKind::ModelNotFound,
            ErrorKind::ContextLength,
        ]
    }

    /// They stand among the error's details.
    fn hints_in_headers(&self) -> bool {
        false
    }

    fn whole(&self, outline: &Outline, answer: &ChatResponse) -> Value {
        let parts: Vec<_> = answer.content.iter().filter_map(part).collect();
        piece(outline, &answer.model, parts, Some(&answer.finish))
    }

    fn stream_type(&self) -> &'static str {
        "text/event-stream"
    }

    fn encoder(&self, outline: Outline) -> Box<dyn Encoder> {
        Box::new(Pieces { outline, partial: Partial::default(), text: Frame::default() })
    }

    fn error(&self, error: &ProviderError) -> (u16, Value) {
        let (code, status) = match error.kind() {
            // A refused key is a bad request; only the details tell.
            ErrorKind::Auth | ErrorKind::InvalidRequest | ErrorKind::ContextLength => {
                (400, "INVALID_ARGUMENT")
            }
            ErrorKind::Permission => (403, "PERMISSION_DENIED"),
            ErrorKind::RateLimit | ErrorKind::Quota => (429, "RESOURCE_EXHAUSTED"),
            ErrorKind::ModelNotFound | ErrorKind::Unsupported => (404, "NOT_FOUND"),
            ErrorKind::Timeout => (504, "DEADLINE_EXCEEDED"),
            _ if error.status() == Some(504) => (504, "DEADLINE_EXCEEDED"),
            _ if error.status() == Some(500) => (500, "INTERNAL"),
            _ => (503, "UNAVAILABLE"),
        };
        let said = error.message();
        let message = match error.kind() {
            ErrorKind::ModelNotFound => {
                format!("model is not found for API version v1beta: {said}")
            }

            ErrorKind::ContextLength => {
                format!(
                    "The input token count exceeds the maximum number of tokens allowed: {said}"
                )
            }
            _ => said.to_owned(),
        };
        // The body repeats the status.
        let code = error.status().unwrap_or(code);
        let error = json!({"code": code, "message": message, "status": status,
            "details": details(error)});
        (code, json!({"error": error}))
    }

    fn models(&self, models: &[ModelInfo]) -> Value {
        let models: Vec<_> = models.iter().map(|model| self.model(model)).collect();
        json!({"models": models})
    }

    fn model(&self, model: &ModelInfo) -> Value {
        without_nulls(json!({"name": format!("models/{}", model.id), "displayName": model.id,
            "version": "001", "inputTokenLimit": model.max_input_tokens.or(model.context_tokens),
            "outputTokenLimit": model.max_output_tokens,
            "supportedGenerationMethods": ["generateContent", "countTokens"]}))
    }

    fn count(&self, tokens: u64) -> Value {
        json!({"totalTokens": tokens})
    }
}

struct Pieces {
    outline: Outline,
    partial: Partial,
    text: Frame,
}

impl Pieces {
    fn calls(&mut self, at_end: bool) -> Vec<Value> {
        self.partial.complete(at_end).iter().map(|(_, call)| self::call(call)).collect()
    }

    fn send(&self, parts: Vec<Value>, finish: Option<&FinishReason>) -> String {
        data(&piece(&self.outline, self.outline.model(), parts, finish))
    }
}

impl Encoder for Pieces {
    fn piece(&mut self, delta: &ChatDelta) -> String {
        self.partial.take(delta);
        let mut parts = self.calls(false);
        match delta {
            ChatDelta::Text(text) if parts.is_empty() => {
                let said = |text: &str| self.send(vec![json!({"text": text})], None);
                return self.text.around(text, said);
            }
            ChatDelta::Text(text) => parts.push(json!({"text": text})),
            ChatDelta::Reasoning { piece, .. } if !piece.text.is_empty() => {
                parts.push(json!({"text": piece.text, "thought": true}));
            }
            _ => {}
        }
        if parts.is_empty() { String::new() } else { self.send(parts, None) }
    }

    fn end(&mut self, end: &ChatEnd) -> String {
        let mut parts = self.calls(true);
        if parts.is_empty() {
            parts.push(json!({"text": ""}));
        }
        self.send(parts, Some(&end.finish))
    }

    fn error(&mut self, error: &ProviderError) -> String {
        data(&Gemini.error(error).1)
    }
}

/// An answer, or a piece of one.
fn piece(
    outline: &Outline,
    model: &str,
    parts: Vec<Value>,
    finish: Option<&FinishReason>,
) -> Value {
    let content = json!({"parts": parts, "role": "model"});
    let reason = finish.map(reason);
    let candidate = without_nulls(json!({"content": content, "finishReason": reason, "index": 0}));
    let mut piece = json!({"candidates": [candidate], "modelVersion": model,
        "responseId": format!("response_{}", outline.number)});
    if !is_unknown(&outline.usage) {
        piece["usageMetadata"] = usage(&outline.usage);
    }
    piece
}

fn part(part: &ContentPart) -> Option<Value> {
    Some(match part {
        ContentPart::Text { text } => json!({"text": text}),
        ContentPart::Reasoning(block) => json!({"text": block.text, "thought": true}),
        ContentPart::ToolCall(call) => self::call(call),
        _ => return None,
    })
}

fn call(call: &ToolCall) -> Value {
    json!({"functionCall": {"id": call.id, "name": call.name, "args": object(call)}})
}

/// A model that wants tools called stops like any other, and there is no word for a refusal.
fn reason(finish: &FinishReason) -> &str {
    match finish {
        FinishReason::Length => "MAX_TOKENS",
        FinishReason::ContentFilter => "SAFETY",
        FinishReason::Refusal => "PROHIBITED_CONTENT",
        FinishReason::Other(reason) => reason,
        _ => "STOP",
    }
}

fn details(error: &ProviderError) -> Vec<Value> {
    let mut details = Vec::new();
    if error.kind() == ErrorKind::Auth {
        details.push(json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "API_KEY_INVALID", "domain": "googleapis.com"}));
    }
    if let Some(wait) = error.retry_after() {
        let delay = format!("{}s", wait.as_secs_f64());
        details.push(json!({"@type": "type.googleapis.com/google.rpc.RetryInfo",
            "retryDelay": delay}));
    }
    details
}

/// Gemini counts thoughts apart from the rest of the output.
fn usage(usage: &Usage) -> Value {
    without_nulls(json!({"promptTokenCount": usage.input_tokens,
        "candidatesTokenCount": less(usage.output_tokens, usage.reasoning_tokens),
        "thoughtsTokenCount": usage.reasoning_tokens,
        "cachedContentTokenCount": usage.cached_input_tokens,
        "totalTokenCount": sum(usage.input_tokens, usage.output_tokens)}))
}
