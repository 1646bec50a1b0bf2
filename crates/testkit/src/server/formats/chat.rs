//! OpenAI's chat completions. Thoughts are told as `reasoning_content`, as compatible servers do; OpenAI's
//! own keeps them to itself.

use serde_json::{Value, json};
use ziggurat_core::chat::{ChatDelta, ChatEnd, ChatResponse, FinishReason, ToolCall};
use ziggurat_core::{ErrorKind, ModelInfo, ProviderError, Usage};

use super::frame::Frame;
use super::{CREATED, Encoder, Format, Outline, data, is_unknown, sum, without_nulls};
use crate::server::limits::LimitHeaders;

pub(in crate::server) struct ChatCompletions;

impl Format for ChatCompletions {
    fn error_kinds(&self) -> &'static [ErrorKind] {
        &OPENAI_KINDS
    }

    fn request_id_header(&self) -> Option<&'static str> {
        Some("x-request-id")
    }

    fn limit_headers(&self) -> LimitHeaders {
        LimitHeaders::OpenAi
    }

    fn whole(&self, outline: &Outline, answer: &ChatResponse) -> Value {
        let text = Some(answer.text()).filter(|text| !text.is_empty());
        let (content, refusal) = if outline.refuses() { (None, text) } else { (text, None) };
        let mut message = json!({"role": "assistant", "content": content, "refusal": refusal,
            "annotations": []});
        if answer.reasoning_blocks().next().is_some() {
            message["reasoning_content"] = answer.reasoning().into();
        }
        let calls: Vec<_> = answer.tool_calls().map(call).collect();
        if !calls.is_empty() {
            message["tool_calls"] = calls.into();
        }
        let choice = json!({"index": 0, "message": message, "logprobs": null,
            "finish_reason": reason(&answer.finish)});
        let mut body = json!({"id": id(outline), "object": "chat.completion", "created": CREATED,
            "model": answer.model, "choices": [choice], "service_tier": "default",
            "system_fingerprint": "fp_fake"});
        if !is_unknown(&answer.usage) {
            body["usage"] = usage(&answer.usage);
        }
        body
    }

    fn encoder(&self, outline: Outline) -> Box<dyn Encoder> {
        let options = outline.request.extra.get("stream_options");
        let with_usage = options.is_some_and(|options| options["include_usage"] == true);
        Box::new(Chunks { outline, with_usage, text: Frame::default() })
    }

    fn error(&self, error: &ProviderError) -> (u16, Value) {
        openai_error(error)
    }

    fn models(&self, models: &[ModelInfo]) -> Value {
        let models: Vec<_> = models.iter().map(|model| self.model(model)).collect();
        json!({"object": "list", "data": models})
    }

    fn model(&self, model: &ModelInfo) -> Value {
        json!({"id": model.id, "object": "model", "created": CREATED, "owned_by": "fake"})
    }
}

/// The kinds that OpenAI tells apart.
pub(super) const OPENAI_KINDS: [ErrorKind; 9] = [
    ErrorKind::Auth,
    ErrorKind::Permission,
    ErrorKind::Quota,
    ErrorKind::RateLimit,
    ErrorKind::Server,
    ErrorKind::InvalidRequest,
    ErrorKind::ModelNotFound,
    ErrorKind::ContextLength,
    ErrorKind::ContentFilter,
];

/// An error as OpenAI tells it, whichever of its APIs was asked.
pub(super) fn openai_error(error: &ProviderError) -> (u16, Value) {
    let (status, r#type, code) = match error.kind() {
        ErrorKind::Auth => (401, "invalid_request_error", Some("invalid_api_key")),
        ErrorKind::Permission => (403, "invalid_request_error", None),
        ErrorKind::Quota => (429, "insufficient_quota", Some("insufficient_quota")),
        ErrorKind::RateLimit => (429, "tokens", Some("rate_limit_exceeded")),
        ErrorKind::ModelNotFound => (404, "invalid_request_error", Some("model_not_found")),
        ErrorKind::ContextLength => (400, "invalid_request_error", Some("context_length_exceeded")),
        ErrorKind::ContentFilter => (400, "invalid_request_error", Some("content_filter")),
        ErrorKind::InvalidRequest => (400, "invalid_request_error", None),
        ErrorKind::Unsupported => (404, "invalid_request_error", None),
        ErrorKind::Timeout => (408, "server_error", None),
        _ => (500, "server_error", None),
    };
    let code = error.code().or(code);
    let error = json!({"message": error.message(), "type": r#type, "param": null, "code": code});
    (status, json!({"error": error}))
}

struct Chunks {
    outline: Outline,
    with_usage: bool,
    text: Frame,
}

impl Chunks {
    fn chunk(&self, choices: Value, usage: Value) -> String {
        let mut chunk = json!({"id": id(&self.outline), "object": "chat.completion.chunk",
            "created": CREATED, "model": self.outline.model(), "service_tier": "default",
            "system_fingerprint": "fp_fake", "choices": choices});
        if self.with_usage {
            chunk["usage"] = usage;
        }
        data(&chunk)
    }

    fn delta(&self, delta: Value, finish: Option<&str>) -> String {
        let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish});
        self.chunk(json!([choice]), Value::Null)
    }
}

impl Encoder for Chunks {
    fn begin(&mut self) -> String {
        let said = if self.outline.refuses() { "refusal" } else { "content" };
        self.delta(json!({"role": "assistant", said: ""}), None)
    }

    fn piece(&mut self, delta: &ChatDelta) -> String {
        let delta = match delta {
            ChatDelta::Text(text) => {
                let said = if self.outline.refuses() { "refusal" } else { "content" };
                return self.text.around(text, |text| self.delta(json!({said: text}), None));
            }
            ChatDelta::Reasoning { piece, .. } if !piece.text.is_empty() => {
                json!({"reasoning_content": piece.text})
            }
            ChatDelta::ToolCall { index, id, name, arguments, .. } => {
                let r#type = id.as_ref().map(|_| "function");
                let function = without_nulls(json!({"name": name, "arguments": arguments}));
                let call = json!({"index": index, "id": id, "type": r#type, "function": function});
                json!({"tool_calls": [without_nulls(call)]})
            }
            _ => return String::new(),
        };
        self.delta(delta, None)
    }

    fn end(&mut self, end: &ChatEnd) -> String {
        let mut text = self.delta(json!({}), Some(reason(&end.finish)));
        if self.with_usage && !is_unknown(&end.usage) {
            text += &self.chunk(json!([]), usage(&end.usage));
        }
        text + "data: [DONE]\n\n"
    }

    fn error(&mut self, error: &ProviderError) -> String {
        data(&openai_error(error).1)
    }
}

fn id(outline: &Outline) -> String {
    format!("chatcmpl-{}", outline.number)
}

fn call(call: &ToolCall) -> Value {
    json!({"id": call.id, "type": "function",
        "function": {"name": call.name, "arguments": call.arguments}})
}

fn reason(finish: &FinishReason) -> &str {
    match finish {
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Other(reason) => reason,
        _ => "stop",
    }
}

fn usage(usage: &Usage) -> Value {
    let mut value = json!({"prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": sum(usage.input_tokens, usage.output_tokens)});
    if let Some(cached) = usage.cached_input_tokens {
        value["prompt_tokens_details"] = json!({"cached_tokens": cached, "audio_tokens": 0});
    }
    if let Some(reasoning) = usage.reasoning_tokens {
        value["completion_tokens_details"] = json!({"reasoning_tokens": reasoning,
            "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0});
    }
    value
}
