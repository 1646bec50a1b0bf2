//! What a request of Messages asks.

use serde_json::Value;
use ziggurat_core::chat::{ContentPart, JsonSchema, Reasoning, Role, ToolResult};
use ziggurat_core::{ChatRequest, Message};

use super::{
    Fields, bytes, call, fraction, list, number, picture, stops, string, text, tool, words,
};

pub(in crate::server) fn messages(mut fields: Fields) -> ChatRequest {
    let mut request = ChatRequest::new(text(&mut fields, "model").unwrap_or_default(), []);
    request.system = fields.remove("system").map(|system| words(&system));
    request.messages = list(&mut fields, "messages").iter().map(hear).collect();
    let tools = list(&mut fields, "tools");
    request.tools = tools.iter().map(|spec| tool(spec, "input_schema")).collect();
    request.max_tokens = number(&mut fields, "max_tokens");
    request.temperature = fraction(&mut fields, "temperature");
    request.top_p = fraction(&mut fields, "top_p");
    request.stop = stops(&mut fields, "stop_sequences");
    request.response_schema = schema(&mut fields);
    request.extra = fields;
    request
}

/// Schemas have no name here.
fn schema(fields: &mut Fields) -> Option<JsonSchema> {
    let format = fields.get_mut("output_config")?.as_object_mut()?.remove("format")?;
    Some(JsonSchema { name: String::new(), schema: format.get("schema")?.clone() })
}

fn hear(message: &Value) -> Message {
    let content = match &message["content"] {
        Value::Array(blocks) => blocks.iter().filter_map(part).collect(),
        text => vec![ContentPart::text(words(text))],
    };
    let results = content.iter().any(|part| matches!(part, ContentPart::ToolResult(_)));
    let role = match message["role"].as_str() {
        Some("assistant") => Role::Assistant,
        // Results of tools come in the user's messages.
        _ if results => Role::Tool,
        _ => Role::User,
    };
    Message::new(role, content)
}

fn part(block: &Value) -> Option<ContentPart> {
    Some(match block["type"].as_str()? {
        "text" => ContentPart::text(string(block, "text")),
        "image" => match block["source"]["url"].as_str() {
            Some(url) => picture(url),
            None => bytes(&block["source"]["media_type"], &block["source"]["data"]),
        },
        "thinking" => {
            let signature = block["signature"].as_str().map(str::to_owned);
            let thoughts = Reasoning::new(string(block, "thinking")).with_signature(signature);
            ContentPart::Reasoning(thoughts)
        }
        "tool_use" => call(&block["id"], &block["name"], &block["input"]),
        "tool_result" => {
            let (id, text) = (string(block, "tool_use_id"), words(&block["content"]));
            ContentPart::ToolResult(match block["is_error"] == true {
                true => ToolResult::error(id, text),
                false => ToolResult::new(id, text),
            })
        }
        _ => return None,
    })
}
