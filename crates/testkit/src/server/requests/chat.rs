//! What a request of chat completions asks.

use serde_json::Value;
use ziggurat_core::chat::{ContentPart, JsonSchema, Reasoning, Role, ToolCall, ToolResult};
use ziggurat_core::{ChatRequest, Message};

use super::{Fields, fraction, instruct, list, number, picture, stops, string, text, tool, words};

pub(in crate::server) fn chat(mut fields: Fields) -> ChatRequest {
    let mut request = ChatRequest::new(text(&mut fields, "model").unwrap_or_default(), []);
    for message in list(&mut fields, "messages") {
        hear(&mut request, &message);
    }
    let tools = list(&mut fields, "tools");
    request.tools = tools.iter().map(|spec| tool(&spec["function"], "parameters")).collect();
    let bounds = ["max_completion_tokens", "max_tokens"].map(|name| number(&mut fields, name));
    request.max_tokens = bounds.into_iter().flatten().next();
    request.temperature = fraction(&mut fields, "temperature");
    request.top_p = fraction(&mut fields, "top_p");
    request.stop = stops(&mut fields, "stop");
    let format = fields.remove("response_format").unwrap_or_default();
    request.response_schema = schema(&format["json_schema"]);
    request.extra = fields;
    request
}

/// A named schema, if there is one.
pub(super) fn schema(format: &Value) -> Option<JsonSchema> {
    let schema = format.get("schema")?.clone();
    Some(JsonSchema { name: string(format, "name"), schema })
}

fn hear(request: &mut ChatRequest, message: &Value) {
    let content = &message["content"];
    let heard = match message["role"].as_str() {
        Some("system" | "developer") => return instruct(request, &words(content)),
        Some("tool") => {
            let result = ToolResult::new(string(message, "tool_call_id"), words(content));
            Message::tool_results([result])
        }
        Some("assistant") => Message::new(Role::Assistant, answer(message)),
        _ => Message::new(Role::User, parts(content)),
    };
    request.messages.push(heard);
}

fn answer(message: &Value) -> Vec<ContentPart> {
    let thoughts = message["reasoning_content"].as_str();
    let thoughts = thoughts.map(|text| ContentPart::Reasoning(Reasoning::new(text)));
    let mut parts: Vec<_> = thoughts.into_iter().collect();
    let said = words(&message["content"]);
    if !said.is_empty() {
        parts.push(ContentPart::text(said));
    }
    let calls = message["tool_calls"].as_array().into_iter().flatten();
    parts.extend(calls.map(|call| {
        let function = &call["function"];
        let (name, arguments) = (string(function, "name"), string(function, "arguments"));
        ContentPart::ToolCall(ToolCall::new(string(call, "id"), name, arguments))
    }));
    parts
}

/// What a user says: texts and pictures.
fn parts(content: &Value) -> Vec<ContentPart> {
    let Some(parts) = content.as_array() else { return vec![ContentPart::text(words(content))] };
    let part = |part: &Value| match part["image_url"]["url"].as_str() {
        Some(url) => Some(picture(url)),
        None => part["text"].as_str().map(ContentPart::text),
    };
    parts.iter().filter_map(part).collect()
}
