//! Ollama's own API: one object a line, tool calls whole, and little that an error tells.

use serde_json::{Value, json};
use ziggurat_core::chat::{ChatDelta, ChatEnd, ChatResponse, FinishReason, ToolCall};
use ziggurat_core::{ErrorKind, ModelInfo, ProviderError, Usage};

use super::frame::Frame;
use super::partial::{Partial, object};
use super::{CREATED_AT, Encoder, Format, Outline};

pub(in crate::server) struct Ollama;

impl Format for Ollama {
    fn error_kinds(&self) -> &'static [ErrorKind] {
        &[
            ErrorKind::Auth,
            ErrorKind::RateLimit,
            ErrorKind::Server,
            ErrorKind::InvalidRequest,
            ErrorKind::ModelNotFound,
        ]
    }

    fn whole(&self, _: &Outline, answer: &ChatResponse) -> Value {
        let calls: Vec<_> = answer.tool_calls().enumerate().map(|(i, c)| call(i, c)).collect();
        let message = message(&answer.text(), &answer.reasoning(), calls);
        done(line(&answer.model, message), &answer.finish, &answer.usage)
    }

    fn stream_type(&self) -> &'static str {
        "application/x-ndjson"
    }

    fn encoder(&self, outline: Outline) -> Box<dyn Encoder> {
        Box::new(Lines {
            model: outline.request.model,
            partial: Partial::default(),
            text: Frame::default(),
        })
    }

    fn error(&self, error: &ProviderError) -> (u16, Value) {
        let status = match error.kind() {
            ErrorKind::Auth => 401,
            ErrorKind::Permission => 403,
            ErrorKind::RateLimit | ErrorKind::Quota => 429,
            ErrorKind::ModelNotFound | ErrorKind::Unsupported => 404,
            ErrorKind::InvalidRequest | ErrorKind::ContextLength => 400,
            _ => 500,
        };
        let message = match error.kind() {
            ErrorKind::ModelNotFound => format!("model not found: {}", error.message()),
            _ => error.message().to_owned(),
        };
        (status, json!({"error": message}))
    }

    fn models(&self, models: &[ModelInfo]) -> Value {
        let models = models.iter().map(|model| {
            json!({"name": model.id, "model": model.id, "modified_at": CREATED_AT, "size": 1,
                "digest": "0", "details": details()})
        });
        json!({"models": models.collect::<Vec<_>>()})
    }

    fn model(&self, model: &ModelInfo) -> Value {
        let mut info = json!({"general.architecture": "fake"});
        if let Some(tokens) = model.context_tokens {
            info["fake.context_length"] = tokens.into();
        }
        let able = [
            ("completion", true),
            ("tools", model.tools == Some(true)),
            ("vision", model.vision == Some(true)),
            ("thinking", model.reasoning == Some(true)),
        ];
        let able: Vec<_> = able.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
        json!({"details": details(), "model_info": info, "capabilities": able,
            "modified_at": CREATED_AT})
    }
}

struct Lines {
    model: String,
    partial: Partial,
    text: Frame,
}

impl Lines {
    fn calls(&mut self, at_end: bool) -> String {
        let calls = self.partial.complete(at_end);
        let calls = calls.iter().map(|(index, call)| {
            let message = message("", "", vec![self::call(*index, call)]);
            format!("{}\n", line(&self.model, message))
        });
        calls.collect()
    }
}

impl Encoder for Lines {
    fn piece(&mut self, delta: &ChatDelta) -> String {
        self.partial.take(delta);
        let calls = self.calls(false);
        let said = |text: &str, thinking: &str| {
            format!("{}\n", line(&self.model, message(text, thinking, Vec::new())))
        };
        let line = match delta {
            ChatDelta::Text(text) => self.text.around(text, |text| said(text, "")),
            ChatDelta::Reasoning { piece, .. } if !piece.text.is_empty() => said("", &piece.text),
            _ => return calls,
        };
        calls + &line
    }

    fn end(&mut self, end: &ChatEnd) -> String {
        let last = line(&self.model, message("", "", Vec::new()));
        format!("{}{}\n", self.calls(true), done(last, &end.finish, &end.usage))
    }

    fn error(&mut self, error: &ProviderError) -> String {
        format!("{}\n", Ollama.error(error).1)
    }
}

fn line(model: &str, message: Value) -> Value {
    json!({"model": model, "created_at": CREATED_AT, "message": message, "done": false})
}

fn message(text: &str, thinking: &str, calls: Vec<Value>) -> Value {
    let mut message = json!({"role": "assistant", "content": text});
    if !thinking.is_empty() {
        message["thinking"] = thinking.into();
    }
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    message
}

fn call(index: usize, call: &ToolCall) -> Value {
    let function = json!({"index": index, "name": call.name, "arguments": object(call)});
    json!({"id": call.id, "function": function})
}

/// A model that wants tools called stops like any other.
fn done(mut line: Value, finish: &FinishReason, usage: &Usage) -> Value {
    line["done"] = true.into();
    line["done_reason"] = match finish {
        FinishReason::Length => "length",
        FinishReason::Other(reason) => reason,
        _ => "stop",
    }
    .into();
    line["total_duration"] = 1_000_000.into();
    let counts = [("prompt_eval_count", usage.input_tokens), ("eval_count", usage.output_tokens)];
    for (name, count) in counts {
        if let Some(count) = count {
            line[name] = count.into();
        }
    }
    line
}

fn details() -> Value {
    json!({"format": "gguf", "family": "fake", "parameter_size": "1B",
        "quantization_level": "Q4_0"})
}
