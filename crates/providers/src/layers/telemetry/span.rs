//! What stands in a span, and when it is known.

use serde_json::json;
use tracing::{Span, field, info_span};
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ErrorKind};

use super::{content, names};

/// The span of a call, with what is known before it is made. Nothing is computed if nobody listens.
/// A span has only the fields that are named here: what comes later is named as empty.
pub(super) fn of(cx: &CallContext, provider: &str, request: &ChatRequest, streamed: bool) -> Span {
    let node = cx.node();
    info_span!(
        target: "ziggurat",
        "chat",
        { names::OTEL_NAME } = field::display(format_args!("chat {}", request.model)),
        { names::OTEL_KIND } = "client",
        { names::OTEL_STATUS_CODE } = field::Empty,
        { names::OPERATION_NAME } = "chat",
        { names::PROVIDER_NAME } = names::provider(provider),
        { names::OUTPUT_TYPE } = if request.response_schema.is_some() { "json" } else { "text" },
        { names::REQUEST_MODEL } = request.model.as_str(),
        { names::REQUEST_MAX_TOKENS } = request.max_tokens,
        { names::REQUEST_TEMPERATURE } = request.temperature.map(as_written),
        { names::REQUEST_TOP_P } = request.top_p.map(as_written),
        { names::REQUEST_SEED } = request.seed,
        { names::REQUEST_STREAM } = streamed.then_some(true),
        { names::REQUEST_STOP_SEQUENCES } = stop(request),
        { names::RESPONSE_ID } = field::Empty,
        { names::RESPONSE_MODEL } = field::Empty,
        { names::RESPONSE_FINISH_REASONS } = field::Empty,
        { names::RESPONSE_TIME_TO_FIRST_CHUNK } = field::Empty,
        { names::USAGE_INPUT_TOKENS } = field::Empty,
        { names::USAGE_OUTPUT_TOKENS } = field::Empty,
        { names::USAGE_CACHE_READ } = field::Empty,
        { names::USAGE_CACHE_CREATION } = field::Empty,
        { names::USAGE_REASONING } = field::Empty,
        { names::ERROR_TYPE } = field::Empty,
        { names::SYSTEM_INSTRUCTIONS } = field::Empty,
        { names::INPUT_MESSAGES } = field::Empty,
        { names::OUTPUT_MESSAGES } = field::Empty,
        { names::ANSWER_SOURCE } = field::Empty,
        { names::COST_USD } = field::Empty,
        { names::QUEUE_DURATION } = field::Empty,
        { names::DROPPED } = field::Empty,
        { names::NODE_ID } = node.map(|node| node.id.as_str()),
        { names::NODE_TIER } = node.map(|node| field::display(node.tier)),
    )
}

/// The answer has come.
pub(super) fn answered(span: &Span, answer: &ChatResponse) {
    let reasons = json!([content::finish_reason(&answer.finish)]).to_string();
    span.record(names::RESPONSE_ID, answer.id.as_deref());
    span.record(names::RESPONSE_MODEL, answer.model.as_str());
    span.record(names::RESPONSE_FINISH_REASONS, reasons);
    span.record(names::ANSWER_SOURCE, source(answer));
    let usage = &answer.usage;
    span.record(names::USAGE_INPUT_TOKENS, usage.input_tokens);
    span.record(names::USAGE_OUTPUT_TOKENS, usage.output_tokens);
    span.record(names::USAGE_CACHE_READ, usage.cached_input_tokens);
    span.record(names::USAGE_CACHE_CREATION, usage.cache_write_tokens);
    span.record(names::USAGE_REASONING, usage.reasoning_tokens);
}

/// The call failed.
pub(super) fn failed(span: &Span, kind: ErrorKind) {
    span.record(names::ERROR_TYPE, kind.as_str());
    span.record(names::OTEL_STATUS_CODE, "error");
}

fn source(answer: &ChatResponse) -> &'static str {
    use ziggurat_core::chat::AnswerSource;
    match answer.source {
        AnswerSource::Model => "model",
        AnswerSource::Cache => "cache",
        AnswerSource::Recording => "recording",
        _ => "other",
    }
}

/// A list as JSON, since a field of a span is one value.
fn stop(request: &ChatRequest) -> Option<String> {
    (!request.stop.is_empty()).then(|| json!(request.stop).to_string())
}

/// 0.7 and not the nearest number that 32 bits can hold, 0.699999988.
fn as_written(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| f64::from(number))
}
