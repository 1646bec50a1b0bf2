//! Messages, of Anthropic.

use std::sync::Arc;

use serde_json::{Value, json};
use ziggurat_core::chat::{
    FinishReason, JsonSchema, Reasoning, ReasoningEffort, ToolCall, ToolChoice, ToolResult,
    ToolSpec,
};
use ziggurat_core::{ChatRequest, ContentPart, Message, Role, Usage};
use ziggurat_providers::Anthropic;

use super::reading::Reading;
use super::{Api, rest, without_nulls};

pub(crate) const API: Api = Api {
    name: "anthropic-messages",
    count: 40,
    path: |_| "/v1/messages",
    provider: |config| Arc::new(Anthropic::new(config).unwrap()),
    intent,
    reading,
    normal,
    said_otherwise: &[
        ("anthropic.messages.cache_read.1", "a result that refers to a tool has no word of ours"),
        ("anthropic.messages.cache_read.2", "a cache breakpoint in a message has no word of ours"),
        ("anthropic.messages.cache_write.2", "what the system says between turns has none either"),
        ("anthropic.messages.server_tools_citations.2", "documents are fenced, not cited"),
        ("anthropic.messages.stream_text_ping.3", "a cache breakpoint in a message"),
        ("anthropic.messages.text.1", "a cache breakpoint, and the system between turns"),
        ("anthropic.messages.tool_call.2", "a result that refers to a tool"),
    ],
    read_otherwise: &[],
    retried_otherwise: &[],
};

const KNOWN: [&str; 12] = [
    "model",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "max_tokens",
    "temperature",
    "top_p",
    "stop_sequences",
    "stream",
    "thinking",
    "output_config",
];

pub(crate) fn intent(body: &Value, _: &str) -> ChatRequest {
    let list = |field: &str| body[field].as_array().into_iter().flatten();
    let spoken = list("messages").filter(|message| message["role"] != "system");
    let mut request = ChatRequest::new(text(&body["model"]), spoken.map(message))
        .with_tool_choice(body.get("tool_choice").map(choice))
        .with_parallel_tool_calls(
            body["tool_choice"]["disable_parallel_tool_use"].as_bool().map(|disabled| !disabled),
        )
        .with_temperature(body["temperature"].as_f64().map(|t| t as f32))
        .with_top_p(body["top_p"].as_f64().map(|p| p as f32))
        .with_stop(list("stop_sequences").map(text))
        .with_response_schema(body["output_config"].get("format").map(schema));
    request.system = body.get("system").map(content_text);
    let bound = body["max_tokens"].as_u64();
    request.max_tokens = bound.map(|bound| u32::try_from(bound).unwrap());
    request.extra = rest(body, &KNOWN);
    let budget = body["thinking"]["budget_tokens"].as_u64();
    request.reasoning = budget.map(|n| ReasoningEffort::Budget(u32::try_from(n).unwrap()));
    if let Some(effort) = body["output_config"].get("effort") {
        // Our levels are about thinking; the effort alone is about more.
        assert_eq!(body.get("thinking"), None);
        request.extra.insert("output_config".to_owned(), json!({"effort": effort}));
    }
    let ours = ["name", "description", "input_schema", "strict"];
    let is_ours = |tool: &Value| {
        let mut fields = tool.as_object().unwrap().keys();
        fields.all(|field| ours.contains(&field.as_str())) && tool.get("input_schema").is_some()
    };
    if list("tools").all(is_ours) {
        request.tools = list("tools").map(tool).collect();
    } else {
        request.extra.insert("tools".to_owned(), body["tools"].clone());
    }
    request
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn content_text(content: &Value) -> String {
    match content {
        Value::Array(parts) => parts.iter().map(|part| text(&part["text"])).collect(),
        other => text(other),
    }
}

fn message(message: &Value) -> Message {
    let content: Vec<_> = match &message["content"] {
        Value::Array(blocks) => blocks.iter().map(part).collect(),
        other => vec![ContentPart::text(text(other))],
    };
    let role = match message["role"].as_str() {
        Some("assistant") => Role::Assistant,
        _ if content.iter().all(|part| matches!(part, ContentPart::ToolResult(_))) => Role::Tool,
        _ => Role::User,
    };
    Message::new(role, content)
}

fn part(block: &Value) -> ContentPart {
    match block["type"].as_str().unwrap() {
        "thinking" => {
            let thoughts = Reasoning::new(text(&block["thinking"]));
            ContentPart::Reasoning(thoughts.with_signature(text(&block["signature"])))
        }
        "tool_use" => {
            let (id, name) = (text(&block["id"]), text(&block["name"]));
            ContentPart::ToolCall(ToolCall::new(id, name, block["input"].to_string()))
        }
        "tool_result" => {
            let mut result =
                ToolResult::new(text(&block["tool_use_id"]), content_text(&block["content"]));
            result.is_error = block["is_error"] == true;
            ContentPart::ToolResult(result)
        }
        _ => ContentPart::text(text(&block["text"])),
    }
}

fn tool(tool: &Value) -> ToolSpec {
    let (name, description) = (text(&tool["name"]), text(&tool["description"]));
    ToolSpec::new(name, description, tool["input_schema"].clone())
        .with_strict(tool["strict"].as_bool())
}

fn choice(choice: &Value) -> ToolChoice {
    match choice["type"].as_str() {
        Some("auto") => ToolChoice::Auto,
        Some("none") => ToolChoice::None,
        Some("any") => ToolChoice::Required,
        _ => ToolChoice::Tool(text(&choice["name"])),
    }
}

fn schema(format: &Value) -> JsonSchema {
    JsonSchema { name: "answer".to_owned(), schema: format["schema"].clone() }
}

pub(crate) fn reading(result: &Value) -> Reading {
    let finish = match result["finish"].as_str() {
        Some("end_turn" | "stop_sequence") => FinishReason::Stop,
        Some("max_tokens") => FinishReason::Length,
        Some("tool_use") => FinishReason::ToolCalls,
        Some("refusal") => FinishReason::Refusal,
        other => FinishReason::Other(other.unwrap_or("none").to_owned()),
    };
    let count = |path: &str| result["usage"].pointer(path)?.as_u64();
    let (cached, written) =
        (count("/cache_read_input_tokens"), count("/cache_creation_input_tokens"));
    let mut usage = Usage::UNKNOWN;
    usage.input_tokens =
        count("/input_tokens").map(|input| input + cached.unwrap_or(0) + written.unwrap_or(0));
    usage.output_tokens = count("/output_tokens");
    usage.cached_input_tokens = cached;
    usage.cache_write_tokens = written;
    usage.cache_write_1h_tokens = count("/cache_creation/ephemeral_1h_input_tokens");
    usage.reasoning_tokens = count("/output_tokens_details/thinking_tokens");
    Reading::of(result, finish, usage)
}

/// A text alone and a list of that text are the same content; what is empty or the default may be left
/// out.
pub(crate) fn normal(body: Value) -> Value {
    let mut body = without_nulls(body);
    let fields = body.as_object_mut().unwrap();
    if fields.get("stream") == Some(&json!(false)) {
        fields.remove("stream");
    }
    if let Some(system) = fields.get_mut("system") {
        *system = json!(content_text(system));
    }
    for tool in fields.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten() {
        if tool["description"] == "" {
            tool.as_object_mut().unwrap().remove("description");
        }
    }
    for message in fields["messages"].as_array_mut().unwrap() {
        if let Value::String(said) = &message["content"] {
            message["content"] = json!([{"type": "text", "text": said}]);
        }
        for block in message["content"].as_array_mut().unwrap() {
            if block["type"] == "tool_result" {
                block["content"] = json!(content_text(&block["content"]));
                if block["is_error"] == false {
                    block.as_object_mut().unwrap().remove("is_error");
                }
            }
        }
    }
    body
}
