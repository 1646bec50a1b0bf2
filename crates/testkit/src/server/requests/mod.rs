//! What a request asks, read back from the words of each API into those of
//! [`ChatRequest`](ziggurat_core::ChatRequest): the script's rules and the tests need not know the API.
//!
//! A field is removed as it is read; what is left over is the request's `extra`.

mod chat;
mod gemini;
mod messages;
mod ollama;
mod responses;

use serde_json::{Map, Value};
use ziggurat_core::ChatRequest;
use ziggurat_core::chat::{ContentPart, Image, ToolCall, ToolSpec};

pub(super) use chat::chat;
pub(super) use gemini::gemini;
pub(super) use messages::messages;
pub(super) use ollama::ollama;
pub(super) use responses::responses;

/// The fields of a request that are not yet read.
pub(super) type Fields = Map<String, Value>;

fn text(fields: &mut Fields, name: &str) -> Option<String> {
    match fields.remove(name)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn number(fields: &mut Fields, name: &str) -> Option<u32> {
    fields.remove(name)?.as_u64()?.try_into().ok()
}

fn list(fields: &mut Fields, name: &str) -> Vec<Value> {
    match fields.remove(name) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// Temperatures are sent as the shortest text of an `f32`, and so are read as that.
#[expect(clippy::cast_possible_truncation, reason = "it was an f32 before it was sent")]
fn fraction(fields: &mut Fields, name: &str) -> Option<f32> {
    fields.remove(name)?.as_f64().map(|number| number as f32)
}

/// The texts at which the model stops: one, or a list of them.
fn stops(fields: &mut Fields, name: &str) -> Vec<String> {
    match fields.remove(name) {
        Some(Value::String(stop)) => vec![stop],
        Some(Value::Array(stops)) => {
            stops.iter().filter_map(|stop| stop.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

fn string(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// Adds to the system's instructions.
fn instruct(request: &mut ChatRequest, more: &str) {
    request.system = Some(match request.system.take() {
        Some(system) => format!("{system}\n\n{more}"),
        None => more.to_owned(),
    });
}

/// A content that is a text or a list of parts, each with a `text`.
fn words(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

/// A tool's specification in these fields.
fn tool(spec: &Value, schema: &str) -> ToolSpec {
    let parameters = spec[schema].clone();
    ToolSpec::new(string(spec, "name"), string(spec, "description"), parameters)
}

/// A call whose arguments are an object.
fn call(id: &Value, name: &Value, arguments: &Value) -> ContentPart {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    ContentPart::ToolCall(ToolCall::new(text(id), text(name), arguments.to_string()))
}

/// A picture at an address, or inside one.
fn picture(url: &str) -> ContentPart {
    let inside = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    ContentPart::Image(match inside {
        Some((media_type, data)) => Image::base64(media_type, data),
        None => Image::url(url),
    })
}

/// A picture's media type and its bytes in base64.
fn bytes(media_type: &Value, data: &Value) -> ContentPart {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    ContentPart::Image(Image::base64(text(media_type), text(data)))
}
