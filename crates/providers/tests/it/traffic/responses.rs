//! Responses, of OpenAI and of xAI.

use std::sync::Arc;

use serde_json::{Value, json};
use ziggurat_core::chat::{
    FinishReason, Image, JsonSchema, Reasoning, ReasoningEffort, ToolCall, ToolChoice, ToolResult,
    ToolSpec,
};
use ziggurat_core::{ChatRequest, ContentPart, Message, Role, Usage};
use ziggurat_providers::OpenAiResponses;

use super::reading::Reading;
use super::{Api, rest, without_nulls};

pub(crate) const API: Api = Api {
    name: "openai-responses",
    count: 26,
    path: |_| "/responses",
    provider: |config| Arc::new(OpenAiResponses::new(config).unwrap()),
    intent,
    reading,
    normal,
    said_otherwise: &[
        ("openai.responses.text.1", "the item `additional_tools` has no word of ours"),
        ("openai.responses.tool_call.2", "the items of OpenAI's own tool search have none either"),
    ],
    read_otherwise: &[("xai.responses.error_400.1", "a refused key is that, whatever the status")],
    retried_otherwise: &[(
        "openai.responses.error_429_quota.1",
        "a spent balance does not come back by waiting",
    )],
};

const KNOWN: [&str; 12] = [
    "model",
    "instructions",
    "input",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "max_output_tokens",
    "temperature",
    "top_p",
    "text",
    "stream",
    "store",
];

fn intent(body: &Value, _: &str) -> ChatRequest {
    let (messages, system) = match &body["input"] {
        Value::Array(items) => conversation(items),
        said => (vec![Message::user(text(said))], None),
    };
    let tools = body["tools"].as_array().into_iter().flatten();
    let mut request = ChatRequest::new(text(&body["model"]), messages)
        .with_tools(tools.clone().filter(|tool| tool["type"] == "function").map(tool))
        .with_tool_choice(body.get("tool_choice").map(choice))
        .with_parallel_tool_calls(body["parallel_tool_calls"].as_bool())
        .with_max_tokens(body["max_output_tokens"].as_u64().map(|n| u32::try_from(n).unwrap()))
        .with_temperature(body["temperature"].as_f64().map(|t| t as f32))
        .with_top_p(body["top_p"].as_f64().map(|p| p as f32))
        .with_reasoning(body["reasoning"]["effort"].as_str().map(effort))
        .with_response_schema(body["text"]["format"].get("schema").map(|_| schema(body)));
    request.system = body["instructions"].as_str().map(str::to_owned).or(system);
    request.extra = rest(body, &KNOWN);
    if tools.clone().any(|tool| tool["type"] != "function" || tool.get("defer_loading").is_some()) {
        // Tools of the server's own have no word of ours.
        request.tools.clear();
        request.extra.insert("tools".to_owned(), body["tools"].clone());
    }
    request
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What the assistant said in a row is one message of ours.
fn conversation(items: &[Value]) -> (Vec<Message>, Option<String>) {
    let mut messages: Vec<Message> = Vec::new();
    let mut system = None;
    for item in items {
        if item["role"] == "system" {
            system = Some(text(&item["content"]));
            continue;
        }
        let (role, parts) = said(item);
        match messages.last_mut().filter(|last| last.role == role && role == Role::Assistant) {
            Some(last) => last.content.extend(parts),
            None => messages.push(Message::new(role, parts)),
        }
    }
    (messages, system)
}

fn said(item: &Value) -> (Role, Vec<ContentPart>) {
    let (id, arguments) = (text(&item["call_id"]), text(&item["arguments"]));
    match item["type"].as_str() {
        Some("function_call") => {
            let call = ToolCall::new(id, text(&item["name"]), arguments);
            (Role::Assistant, vec![ContentPart::ToolCall(call)])
        }
        Some("function_call_output") => {
            let result = ToolResult::new(id, text(&item["output"]));
            (Role::Tool, vec![ContentPart::ToolResult(result)])
        }
        Some("reasoning") => {
            let block = Reasoning::new(item["summary"].as_array().map(|s| joined(s)).unwrap())
                .with_id(text(&item["id"]))
                .with_signature(item["encrypted_content"].as_str().map(str::to_owned));
            (Role::Assistant, vec![ContentPart::Reasoning(block)])
        }
        None | Some("message") => {
            let role = if item["role"] == "assistant" { Role::Assistant } else { Role::User };
            (role, content(&item["content"]))
        }
        Some(_) => (Role::Assistant, Vec::new()),
    }
}

fn joined(parts: &[Value]) -> String {
    let texts: Vec<_> = parts.iter().map(|part| text(&part["text"])).collect();
    texts.join("\n\n")
}

fn content(content: &Value) -> Vec<ContentPart> {
    let part = |part: &Value| match part["image_url"].as_str() {
        Some(url) => {
            let mut image = Image::url(url);
            image.detail = part["detail"].as_str().map(str::to_owned);
            ContentPart::Image(image)
        }
        None => ContentPart::text(text(&part["text"])),
    };
    match content {
        Value::Array(parts) => parts.iter().map(part).collect(),
        said => vec![ContentPart::text(text(said))],
    }
}

fn tool(tool: &Value) -> ToolSpec {
    let (name, description) = (text(&tool["name"]), text(&tool["description"]));
    ToolSpec::new(name, description, tool["parameters"].clone())
        .with_strict(tool["strict"].as_bool())
}

fn choice(choice: &Value) -> ToolChoice {
    match choice.as_str() {
        Some("auto") => ToolChoice::Auto,
        Some("none") => ToolChoice::None,
        Some("required") => ToolChoice::Required,
        _ => ToolChoice::Tool(text(&choice["name"])),
    }
}

fn effort(level: &str) -> ReasoningEffort {
    serde_json::from_value(json!(level)).unwrap()
}

fn schema(body: &Value) -> JsonSchema {
    let format = &body["text"]["format"];
    JsonSchema { name: text(&format["name"]), schema: format["schema"].clone() }
}

fn reading(result: &Value) -> Reading {
    let refused = !text(&result["refusal"]).is_empty();
    let calls = result["tool_calls"].as_array().is_some_and(|calls| !calls.is_empty());
    let finish = match (result["finish"].as_str(), result["incomplete"]["reason"].as_str()) {
        (Some("completed"), _) if calls => FinishReason::ToolCalls,
        (Some("completed"), _) if refused => FinishReason::Refusal,
        (Some("completed"), _) => FinishReason::Stop,
        (_, Some("max_output_tokens")) => FinishReason::Length,
        (_, Some("content_filter")) => FinishReason::ContentFilter,
        (other, _) => FinishReason::Other(other.unwrap_or("none").to_owned()),
    };
    let count = |path: &str| result["usage"].pointer(path)?.as_u64();
    let mut usage = Usage::UNKNOWN;
    usage.input_tokens = count("/input_tokens");
    usage.output_tokens = count("/output_tokens");
    usage.cached_input_tokens = count("/input_tokens_details/cached_tokens");
    usage.cache_write_tokens = count("/input_tokens_details/cache_write_tokens");
    usage.reasoning_tokens = count("/output_tokens_details/reasoning_tokens");
    Reading::of(result, finish, usage)
}

/// A message's type may be left out, its id and status mean nothing to a server that keeps nothing, a
/// text alone and a list of that text are the same content, and one user's text is an input.
fn normal(body: Value) -> Value {
    let mut body = without_nulls(body);
    let fields = body.as_object_mut().unwrap();
    if fields.get("stream") == Some(&json!(false)) {
        fields.remove("stream");
    }
    // We always say that nothing is to be kept; some recordings did not.
    fields.remove("store");
    if let Some(Value::String(said)) = fields.get("input") {
        let item = json!({"role": "user", "content": said});
        fields.insert("input".to_owned(), json!([item]));
    }
    let mut items = std::mem::take(fields["input"].as_array_mut().unwrap());
    if items[0]["role"] == "system" {
        let system = items.remove(0)["content"].take();
        fields.insert("instructions".to_owned(), system);
    }
    fields["input"] = items.into_iter().map(normal_item).collect();
    body
}

fn normal_item(mut item: Value) -> Value {
    let fields = item.as_object_mut().unwrap();
    if fields.get("type") == Some(&json!("message")) {
        fields.remove("type");
    }
    if fields.get("type") != Some(&json!("reasoning")) {
        fields.remove("id");
        fields.remove("status");
    }
    if let Some(Value::Array(parts)) = fields.get("content")
        && parts.iter().all(|part| part["type"] == "input_text" || part["type"] == "output_text")
    {
        let said = joined(parts);
        fields.insert("content".to_owned(), json!(said));
    }
    item
}
