//! What a request of generateContent asks.

use serde_json::Value;
use ziggurat_core::chat::{ContentPart, JsonSchema, Reasoning, Role, ToolResult};
use ziggurat_core::{ChatRequest, Message};

use super::{Fields, bytes, call, fraction, list, number, stops, string, tool, words};

pub(in crate::server) fn gemini(model: &str, mut fields: Fields) -> ChatRequest {
    let mut request = ChatRequest::new(model, []);
    let system = fields.remove("systemInstruction");
    request.system = system.map(|content| words(&content["parts"]));
    for content in list(&mut fields, "contents") {
        let message = hear(&request, &content);
        request.messages.push(message);
    }
    let tools = list(&mut fields, "tools");
    let declared = tools.iter().filter_map(|tool| tool["functionDeclarations"].as_array());
    request.tools = declared.flatten().map(declaration).collect();
    if let Some(Value::Object(mut config)) = fields.remove("generationConfig") {
        request.max_tokens = number(&mut config, "maxOutputTokens");
        request.temperature = fraction(&mut config, "temperature");
        request.top_p = fraction(&mut config, "topP");
        request.stop = stops(&mut config, "stopSequences");
        let schemas = ["responseJsonSchema", "responseSchema"].map(|name| config.remove(name));
        let schema = schemas.into_iter().flatten().next();
        request.response_schema = schema.map(|schema| JsonSchema { name: String::new(), schema });
        fields.insert("generationConfig".to_owned(), config.into());
    }
    request.extra = fields;
    request
}

fn declaration(spec: &Value) -> ziggurat_core::chat::ToolSpec {
    let is_json_schema = spec.get("parametersJsonSchema").is_some();
    tool(spec, if is_json_schema { "parametersJsonSchema" } else { "parameters" })
}

fn hear(before: &ChatRequest, content: &Value) -> Message {
    let parts = content["parts"].as_array().into_iter().flatten();
    let parts: Vec<_> = parts.filter_map(|part| self::part(before, part)).collect();
    let results = parts.iter().any(|part| matches!(part, ContentPart::ToolResult(_)));
    let role = match content["role"].as_str() {
        Some("model") => Role::Assistant,
        _ if results => Role::Tool,
        _ => Role::User,
    };
    Message::new(role, parts)
}

fn part(before: &ChatRequest, part: &Value) -> Option<ContentPart> {
    if let Some(called) = part.get("functionCall") {
        return Some(call(&called["id"], &called["name"], &called["args"]));
    }
    if let Some(given) = part.get("functionResponse") {
        let id = match given["id"].as_str() {
            Some(id) => id.to_owned(),
            None => named(before, &string(given, "name")),
        };
        return Some(ContentPart::ToolResult(ToolResult::new(id, result(&given["response"]))));
    }
    if let Some(data) = part.get("inlineData") {
        return Some(bytes(&data["mimeType"], &data["data"]));
    }
    let text = string(part, "text");
    Some(match part["thought"] == true {
        true => ContentPart::Reasoning(Reasoning::new(text)),
        false => ContentPart::text(text),
    })
}

/// The id of the last call of this name: APIs without ids name the tool in its result.
pub(super) fn named(before: &ChatRequest, name: &str) -> String {
    let parts = before.messages.iter().rev().flat_map(|message| &message.content);
    let call = parts.filter_map(|part| match part {
        ContentPart::ToolCall(call) if call.name == name => Some(call.id.clone()),
        _ => None,
    });
    { call }.next().unwrap_or_default()
}

/// A result is an object; one that holds a text alone stands for the text.
fn result(response: &Value) -> String {
    let fields = response.as_object();
    let only = fields.filter(|fields| fields.len() == 1).and_then(|fields| fields.values().next());
    match only.and_then(Value::as_str) {
        Some(text) => text.to_owned(),
        None => response.to_string(),
    }
}
