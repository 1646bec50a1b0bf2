//! What a request of Responses asks.

use serde_json::Value;
use ziggurat_core::chat::{ContentPart, Reasoning, Role, ToolCall, ToolResult};
use ziggurat_core::{ChatRequest, Message};

use super::chat::schema;
use super::{Fields, fraction, instruct, list, number, picture, string, text, tool, words};

pub(in crate::server) fn responses(mut fields: Fields) -> ChatRequest {
    let mut request = ChatRequest::new(text(&mut fields, "model").unwrap_or_default(), []);
    request.system = text(&mut fields, "instructions");
    match fields.remove("input") {
        Some(Value::String(question)) => request.messages.push(Message::user(question)),
        Some(Value::Array(items)) => items.iter().for_each(|item| hear(&mut request, item)),
        _ => {}
    }
    let tools = list(&mut fields, "tools");
    request.tools = tools.iter().map(|spec| tool(spec, "parameters")).collect();
    request.max_tokens = number(&mut fields, "max_output_tokens");
    request.temperature = fraction(&mut fields, "temperature");
    request.top_p = fraction(&mut fields, "top_p");
    let format = fields.remove("text").unwrap_or_default();
    request.response_schema = schema(&format["format"]);
    request.extra = fields;
    request
}

fn hear(request: &mut ChatRequest, item: &Value) {
    let (role, part) = match item["type"].as_str() {
        Some("function_call") => {
            let (id, name) = (string(item, "call_id"), string(item, "name"));
            let call = ToolCall::new(id, name, string(item, "arguments"));
            (Role::Assistant, ContentPart::ToolCall(call))
        }
        Some("function_call_output") => {
            let result = ToolResult::new(string(item, "call_id"), words(&item["output"]));
            (Role::Tool, ContentPart::ToolResult(result))
        }
        Some("reasoning") => {
            let signature = item["encrypted_content"].as_str().map(str::to_owned);
            let block = Reasoning::new(words(&item["summary"])).with_signature(signature);
            (Role::Assistant, ContentPart::Reasoning(block))
        }
        _ => return say(request, item),
    };
    match request.messages.last_mut() {
        // The items of one answer are one message.
        Some(last) if last.role == role => last.content.push(part),
        _ => request.messages.push(Message::new(role, [part])),
    }
}

fn say(request: &mut ChatRequest, item: &Value) {
    let content = &item["content"];
    match item["role"].as_str() {
        Some("system" | "developer") => instruct(request, &words(content)),
        Some("assistant") => {
            let part = ContentPart::text(words(content));
            match request.messages.last_mut() {
                Some(last) if last.role == Role::Assistant => last.content.push(part),
                _ => request.messages.push(Message::new(Role::Assistant, [part])),
            }
        }
        _ => request.messages.push(Message::new(Role::User, parts(content))),
    }
}

/// What a user says: texts and pictures.
fn parts(content: &Value) -> Vec<ContentPart> {
    let Some(parts) = content.as_array() else { return vec![ContentPart::text(words(content))] };
    let part = |part: &Value| match part["image_url"].as_str() {
        Some(url) => Some(picture(url)),
        None => part["text"].as_str().map(ContentPart::text),
    };
    parts.iter().filter_map(part).collect()
}
