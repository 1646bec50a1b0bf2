//! What a request of Ollama's own API asks.

use serde_json::Value;
use ziggurat_core::chat::{ContentPart, JsonSchema, Reasoning, Role, ToolResult};
use ziggurat_core::{ChatRequest, Message};

use super::gemini::named;
use super::{Fields, bytes, call, fraction, instruct, list, number, stops, string, text, tool};

pub(in crate::server) fn ollama(mut fields: Fields) -> ChatRequest {
    let mut request = ChatRequest::new(text(&mut fields, "model").unwrap_or_default(), []);
    for message in list(&mut fields, "messages") {
        hear(&mut request, &message);
    }
    let tools = list(&mut fields, "tools");
    request.tools = tools.iter().map(|spec| tool(&spec["function"], "parameters")).collect();
    if let Some(Value::Object(mut options)) = fields.remove("options") {
        request.max_tokens = number(&mut options, "num_predict");
        request.temperature = fraction(&mut options, "temperature");
        request.top_p = fraction(&mut options, "top_p");
        request.stop = stops(&mut options, "stop");
        fields.insert("options".to_owned(), options.into());
    }
    if let Some(schema @ Value::Object(_)) = fields.remove("format") {
        request.response_schema = Some(JsonSchema { name: String::new(), schema });
    }
    request.extra = fields;
    request
}

fn hear(request: &mut ChatRequest, message: &Value) {
    let said = string(message, "content");
    let heard = match message["role"].as_str() {
        Some("system") => return instruct(request, &said),
        Some("tool") => {
            let id = message["tool_call_id"].as_str().map(str::to_owned);
            let id = id.unwrap_or_else(|| named(request, &string(message, "tool_name")));
            Message::tool_results([ToolResult::new(id, said)])
        }
        Some("assistant") => Message::new(Role::Assistant, answer(message, said)),
        _ => {
            let pictures = message["images"].as_array().into_iter().flatten();
            let pictures = pictures.map(|data| bytes(&Value::Null, data));
            Message::new(Role::User, [ContentPart::text(said)].into_iter().chain(pictures))
        }
    };
    request.messages.push(heard);
}

fn answer(message: &Value, said: String) -> Vec<ContentPart> {
    let thoughts = message["thinking"].as_str();
    let thoughts = thoughts.map(|text| ContentPart::Reasoning(Reasoning::new(text)));
    let said = (!said.is_empty()).then(|| ContentPart::text(said));
    let calls = message["tool_calls"].as_array().into_iter().flatten();
    let calls = calls.map(|made| {
        let function = &made["function"];
        call(&made["id"], &function["name"], &function["arguments"])
    });
    thoughts.into_iter().chain(said).chain(calls).collect()
}
