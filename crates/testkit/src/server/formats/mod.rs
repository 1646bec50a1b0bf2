//! How each API says what the script plays. The shapes are those of the vendors' own servers, with every
//! field that clients are known to look at.

mod chat;
mod frame;
mod gemini;
mod messages;
mod ollama;
mod partial;
mod responses;

use serde_json::{Value, json};
use ziggurat_core::chat::{ChatDelta, ChatEnd, ChatResponse, FinishReason};
use ziggurat_core::{ChatRequest, ErrorKind, ModelInfo, ProviderError, Usage};

use super::limits::LimitHeaders;
use crate::play::Play;

pub(super) use chat::ChatCompletions;
pub(super) use gemini::Gemini;
pub(super) use messages::Messages;
pub(super) use ollama::Ollama;
pub(super) use responses::Responses;

/// The moment at which every answer of the fake was made, in seconds since 1970.
const CREATED: u64 = 1_767_225_600;
/// The same as text.
const CREATED_AT: &str = "2026-01-01T00:00:00Z";

/// An API's way to say things. Pure: the server sends what comes back.
pub(super) trait Format: Send + Sync {
    /// The kinds of failure it can tell apart.
    fn error_kinds(&self) -> &'static [ErrorKind];

    /// The header that bears a request's id.
    fn request_id_header(&self) -> Option<&'static str> {
        None
    }

    /// Whether a hint when to try again stands in `retry-after`.
    fn hints_in_headers(&self) -> bool {
        true
    }

    /// The headers in which it tells its limits.
    fn limit_headers(&self) -> LimitHeaders {
        LimitHeaders::Silent
    }

    /// A whole answer.
    fn whole(&self, outline: &Outline, answer: &ChatResponse) -> Value;

    /// The content type of a streamed answer.
    fn stream_type(&self) -> &'static str {
        "text/event-stream; charset=utf-8"
    }

    /// Writes a streamed answer.
    fn encoder(&self, outline: Outline) -> Box<dyn Encoder>;

    /// An error: its usual status and its body.
    fn error(&self, error: &ProviderError) -> (u16, Value);

    /// A list of models.
    fn models(&self, models: &[ModelInfo]) -> Value;

    /// What is known of one model.
    fn model(&self, model: &ModelInfo) -> Value;

    /// A count of tokens.
    fn count(&self, tokens: u64) -> Value {
        json!({"input_tokens": tokens})
    }
}

/// Writes the events of one streamed answer.
pub(super) trait Encoder: Send {
    /// What comes before the first piece.
    fn begin(&mut self) -> String {
        String::new()
    }

    /// A piece.
    fn piece(&mut self, delta: &ChatDelta) -> String;

    /// The end.
    fn end(&mut self, end: &ChatEnd) -> String;

    /// An error after the answer began.
    fn error(&mut self, error: &ProviderError) -> String;
}

/// What is known of an answer before its first word: real servers know it too, and some say so at once.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    pub(super) number: u64,
    pub(super) request: ChatRequest,
    pub(super) finish: FinishReason,
    pub(super) usage: Usage,
}

impl Outline {
    pub(super) fn of(play: &Play, number: u64, request: ChatRequest) -> Self {
        Self { number, request, finish: play.turn.finish.clone(), usage: play.turn.usage }
    }

    fn model(&self) -> &str {
        &self.request.model
    }

    fn refuses(&self) -> bool {
        self.finish == FinishReason::Refusal
    }
}

/// An event without a type.
fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// An event whose type stands inside its data as well.
fn typed(value: &Value) -> String {
    let name = value["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {value}\n\n")
}

/// JSON that a model wrote; as text if it is none.
fn arguments(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

/// The sum of two counts, if both are known.
fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    Some(a?.saturating_add(b?))
}

/// A count without a part of it that the API counts elsewhere.
fn less(all: Option<u64>, part: Option<u64>) -> Option<u64> {
    Some(all?.saturating_sub(part.unwrap_or(0)))
}

/// Whether nothing at all is known.
fn is_unknown(usage: &Usage) -> bool {
    *usage == Usage::UNKNOWN
}

/// The object without what is null.
fn without_nulls(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, field| !field.is_null());
    }
    value
}
