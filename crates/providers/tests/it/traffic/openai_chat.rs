//! Chat completions, of OpenAI and of servers that speak them.

use std::sync::Arc;

use serde_json::{Value, json};
use ziggurat_core::chat::{
    FinishReason, Image, JsonSchema, Reasoning, ReasoningEffort, ToolCall, ToolChoice, ToolResult,
    ToolSpec,
};
use ziggurat_core::{ChatRequest, ContentPart, Message, Role, Usage};
use ziggurat_providers::OpenAi;

use super::reading::Reading;
use super::{Api, rest, without_nulls};

pub(crate) const API: Api = Api {
    name: "openai-chat",
    count: 54,
    path: |_| "/chat/completions",
    provider: |config| Arc::new(OpenAi::new(config).unwrap()),
    intent,
    reading,
    normal,
    said_otherwise: &[
        ("openai.chat.cached_tokens.3", "a cache breakpoint within a message has no word of ours"),
        ("openai.chat.error_400.2", "the role `developer` is what that server refuses"),
    ],
    read_otherwise: &[],
    retried_otherwise: &[],
};

const KNOWN: [&str; 15] = [
    "model",
    "messages",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "seed",
    "stop",
    "reasoning_effort",
    "response_format",
    "stream",
    "stream_options",
];

fn intent(body: &Value, _: &str) -> ChatRequest {
    let mut messages = Vec::new();
    let mut system = None;
    for message in body["messages"].as_array().unwrap() {
        match message["role"].as_str().unwrap() {
            "system" | "developer" => system = Some(content_text(&message["content"])),
            _ => messages.push(self::message(message)),
        }
    }
    let mut request = ChatRequest::new(text(&body["model"]), messages)
        .with_tools(body["tools"].as_array().into_iter().flatten().map(tool))
        .with_tool_choice(body.get("tool_choice").map(choice))
        .with_parallel_tool_calls(body["parallel_tool_calls"].as_bool())
        .with_temperature(body["temperature"].as_f64().map(|t| t as f32))
        .with_top_p(body["top_p"].as_f64().map(|p| p as f32))
        .with_seed(body["seed"].as_u64())
        .with_stop(body["stop"].as_array().into_iter().flatten().map(text))
        .with_reasoning(body["reasoning_effort"].as_str().map(effort))
        .with_response_schema(body["response_format"].get("json_schema").map(schema));
    request.system = system;
    let bound = body.get("max_tokens").or(body.get("max_completion_tokens"));
    request.max_tokens = bound.map(|bound| u32::try_from(bound.as_u64().unwrap()).unwrap());
    request.extra = rest(body, &KNOWN);
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
    let mut content = Vec::new();
    for field in ["reasoning_content", "reasoning"] {
        if content.is_empty() && message.get(field).is_some() {
            content.push(ContentPart::Reasoning(Reasoning::new(text(&message[field]))));
        }
    }
    if let Some(id) = message["tool_call_id"].as_str() {
        let result = ToolResult::new(id, content_text(&message["content"]));
        return Message::tool_results([result]);
    }
    match &message["content"] {
        Value::Array(parts) => content.extend(parts.iter().map(part)),
        Value::String(said) if !said.is_empty() => content.push(ContentPart::text(said)),
        _ => {}
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let function = &call["function"];
        let (name, arguments) = (text(&function["name"]), text(&function["arguments"]));
        content.push(ContentPart::ToolCall(ToolCall::new(text(&call["id"]), name, arguments)));
    }
    let role = if message["role"] == "assistant" { Role::Assistant } else { Role::User };
    Message::new(role, content)
}

fn part(part: &Value) -> ContentPart {
    let Some(image) = part.get("image_url") else { return ContentPart::text(text(&part["text"])) };
    let url = text(&image["url"]);
    let mut shown = match url.strip_prefix("data:").and_then(|data| data.split_once(";base64,")) {
        Some((media_type, data)) => Image::base64(media_type, data),
        None => Image::url(url),
    };
    shown.detail = image["detail"].as_str().map(str::to_owned);
    ContentPart::Image(shown)
}

fn tool(tool: &Value) -> ToolSpec {
    let function = &tool["function"];
    let (name, description) = (text(&function["name"]), text(&function["description"]));
    ToolSpec::new(name, description, function["parameters"].clone())
        .with_strict(function["strict"].as_bool())
}

fn choice(choice: &Value) -> ToolChoice {
    match choice.as_str() {
        Some("auto") => ToolChoice::Auto,
        Some("none") => ToolChoice::None,
        Some("required") => ToolChoice::Required,
        _ => ToolChoice::Tool(text(&choice["function"]["name"])),
    }
}

fn effort(level: &str) -> ReasoningEffort {
    serde_json::from_value(json!(level)).unwrap()
}

fn schema(schema: &Value) -> JsonSchema {
    JsonSchema { name: text(&schema["name"]), schema: schema["schema"].clone() }
}

fn reading(result: &Value) -> Reading {
    let refused = !text(&result["refusal"]).is_empty();
    let finish = match result["finish"].as_str() {
        Some("stop") if refused => FinishReason::Refusal,
        Some("stop") => FinishReason::Stop,
        Some("length") => FinishReason::Length,
        Some("tool_calls") => FinishReason::ToolCalls,
        Some("content_filter") => FinishReason::ContentFilter,
        other => FinishReason::Other(other.unwrap_or("none").to_owned()),
    };
    let count = |path: &str| result["usage"].pointer(path)?.as_u64();
    let mut usage = Usage::UNKNOWN;
    usage.input_tokens = count("/prompt_tokens");
    usage.output_tokens = count("/completion_tokens");
    usage.cached_input_tokens = count("/prompt_tokens_details/cached_tokens");
    usage.cache_write_tokens = count("/prompt_tokens_details/cache_write_tokens");
    usage.reasoning_tokens = count("/completion_tokens_details/reasoning_tokens");
    Reading::of(result, finish, usage)
}

/// A text alone and a list of that text are the same content; a bound on tokens has two names; what is
/// empty or the default may be left out.
fn normal(body: Value) -> Value {
    let mut body = without_nulls(body);
    let fields = body.as_object_mut().unwrap();
    if let Some(bound) = fields.remove("max_completion_tokens") {
        fields.insert("max_tokens".to_owned(), bound);
    }
    if fields.get("stream") == Some(&json!(false)) {
        fields.remove("stream");
    }
    // We always ask for usage; some recordings did not.
    fields.remove("stream_options");
    for message in fields["messages"].as_array_mut().unwrap() {
        let message = message.as_object_mut().unwrap();
        if let Some(Value::Array(parts)) = message.get("content")
            && parts.iter().all(|part| part["type"] == "text")
        {
            let joined: Vec<_> = parts.iter().map(|part| text(&part["text"])).collect();
            message.insert("content".to_owned(), json!(joined.join("\n\n")));
        }
        if message.get("content") == Some(&json!("")) {
            message.remove("content");
        }
        // Thoughts go back only to servers that take them.
        message.remove("reasoning");
        message.remove("reasoning_content");
    }
    body
}
