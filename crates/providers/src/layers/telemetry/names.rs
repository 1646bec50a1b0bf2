//! The names of OpenTelemetry's conventions for generative AI, as of version 1.41. They stand here
//! and not in a dependency: they are in development, have moved to a repository of their own, and
//! the Rust constants for them are deprecated without replacement.

/// The schema that the names of the spans' attributes come from, for whoever sets up an exporter.
pub const TELEMETRY_SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.41.0";

/// What `tracing-opentelemetry` takes as the span's own name, kind and status.
pub(super) const OTEL_NAME: &str = "otel.name";
pub(super) const OTEL_KIND: &str = "otel.kind";
pub(super) const OTEL_STATUS_CODE: &str = "otel.status_code";

pub(super) const OPERATION_NAME: &str = "gen_ai.operation.name";
pub(super) const PROVIDER_NAME: &str = "gen_ai.provider.name";
pub(super) const OUTPUT_TYPE: &str = "gen_ai.output.type";

pub(super) const REQUEST_MODEL: &str = "gen_ai.request.model";
pub(super) const REQUEST_MAX_TOKENS: &str = "gen_ai.request.max_tokens";
pub(super) const REQUEST_TEMPERATURE: &str = "gen_ai.request.temperature";
pub(super) const REQUEST_TOP_P: &str = "gen_ai.request.top_p";
pub(super) const REQUEST_SEED: &str = "gen_ai.request.seed";
pub(super) const REQUEST_STREAM: &str = "gen_ai.request.stream";
pub(super) const REQUEST_STOP_SEQUENCES: &str = "gen_ai.request.stop_sequences";

pub(super) const RESPONSE_ID: &str = "gen_ai.response.id";
pub(super) const RESPONSE_MODEL: &str = "gen_ai.response.model";
pub(super) const RESPONSE_FINISH_REASONS: &str = "gen_ai.response.finish_reasons";
pub(super) const RESPONSE_TIME_TO_FIRST_CHUNK: &str = "gen_ai.response.time_to_first_chunk";

pub(super) const USAGE_INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
pub(super) const USAGE_OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
pub(super) const USAGE_CACHE_READ: &str = "gen_ai.usage.cache_read.input_tokens";
pub(super) const USAGE_CACHE_CREATION: &str = "gen_ai.usage.cache_creation.input_tokens";
pub(super) const USAGE_REASONING: &str = "gen_ai.usage.reasoning.output_tokens";

pub(super) const ERROR_TYPE: &str = "error.type";

/// Content: recorded only if somebody opted in.
pub(super) const SYSTEM_INSTRUCTIONS: &str = "gen_ai.system_instructions";
pub(super) const INPUT_MESSAGES: &str = "gen_ai.input.messages";
pub(super) const OUTPUT_MESSAGES: &str = "gen_ai.output.messages";

/// What there is no convention for has a prefix of its own.
pub(super) const ANSWER_SOURCE: &str = "ziggurat.answer.source";
pub(super) const COST_USD: &str = "ziggurat.cost.usd";
pub(super) const QUEUE_DURATION: &str = "ziggurat.queue.duration";
pub(super) const DROPPED: &str = "ziggurat.dropped";
pub(super) const NODE_ID: &str = "ziggurat.node.id";
pub(super) const NODE_TIER: &str = "ziggurat.node.tier";

/// Providers that the conventions call something else. All others keep their names.
const PROVIDERS: &[(&str, &str)] = &[
    ("azure", "azure.ai.openai"),
    ("gemini", "gcp.gemini"),
    ("mistral", "mistral_ai"),
    ("openai-responses", "openai"),
    ("xai", "x_ai"),
];

/// What the conventions call this provider.
pub(super) fn provider(name: &str) -> &str {
    let found = PROVIDERS.iter().find(|(ours, _)| *ours == name);
    found.map_or(name, |(_, theirs)| theirs)
}
