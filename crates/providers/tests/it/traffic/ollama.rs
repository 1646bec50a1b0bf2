//! Ollama's own API.

use std::sync::Arc;

use serde_json::{Value, json};
use ziggurat_core::chat::{
    FinishReason, JsonSchema, ReasoningEffort, ToolCall, ToolResult, ToolSpec,
};
use ziggurat_core::{ChatRequest, ContentPart, Message, Role, Usage};
use ziggurat_providers::Ollama;

use super::reading::Reading;
use super::{Api, rest, without_nulls};

pub(crate) const API: Api = Api {
    name: "ollama-chat",
    count: 9,
    path: |_| "/api/chat",
    provider: |config| Arc::new(Ollama::new(config).unwrap()),
    intent,
    reading,
    normal,
    said_otherwise: &[(
        "ollama.native.text.1",
        "our results name their tool and their call, where that one leaves both to the order",
    )],
    read_otherwise: &[],
    retried_otherwise: &[],
};

const KNOWN: [&str; 7] = ["model", "messages", "tools", "format", "options", "think", "stream"];

fn intent(body: &Value, _: &str) -> ChatRequest {
    let mut system = None;
    let mut messages = Vec::new();
    let mut calls = 0;
    for message in body["messages"].as_array().unwrap() {
        match message["role"].as_str().unwrap() {
            "system" => system = Some(text(&message["content"])),
            _ => messages.push(self::message(message, &mut calls)),
        }
    }
    let options = &body["options"];
    let bound = options["num_predict"].as_u64().map(|tokens| u32::try_from(tokens).unwrap());
    let format = body["format"].as_object().map(|schema| JsonSchema {
        name: "answer".to_owned(),
        schema: Value::Object(schema.clone()),
    });
    let mut request = ChatRequest::new(text(&body["model"]), messages)
        .with_tools(body["tools"].as_array().into_iter().flatten().map(tool))
        .with_max_tokens(bound)
        .with_reasoning(body["think"].as_bool().map(effort))
        .with_response_schema(format);
    request.system = system;
    request.extra = rest(body, &KNOWN);
    assert!(rest(options, &["num_predict"]).is_empty(), "{options}");
    request
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// `calls` counts those so far: the recordings leave it to the order which of them a result is of.
fn message(message: &Value, calls: &mut usize) -> Message {
    if message["role"] == "tool" {
        let last = format!("call_{}", *calls - 1);
        return Message::tool_results([ToolResult::new(last, text(&message["content"]))]);
    }
    let said = Some(text(&message["content"])).filter(|said| !said.is_empty());
    let mut content: Vec<_> = said.map(ContentPart::text).into_iter().collect();
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let function = &call["function"];
        let arguments = function["arguments"].to_string();
        let call = ToolCall::new(format!("call_{calls}"), text(&function["name"]), arguments);
        content.push(ContentPart::ToolCall(call));
        *calls += 1;
    }
    let role = if message["role"] == "assistant" { Role::Assistant } else { Role::User };
    Message::new(role, content)
}

fn tool(tool: &Value) -> ToolSpec {
    let function = &tool["function"];
    let (name, description) = (text(&function["name"]), text(&function["description"]));
    ToolSpec::new(name, description, function["parameters"].clone())
}

fn effort(thinks: bool) -> ReasoningEffort {
    if thinks { ReasoningEffort::Medium } else { ReasoningEffort::None }
}

fn reading(result: &Value) -> Reading {
    let calls = result["tool_calls"].as_array().is_some_and(|calls| !calls.is_empty());
    let finish = match result["finish"].as_str() {
        // Ollama has one word for both.
        Some("stop") if calls => FinishReason::ToolCalls,
        Some("stop") => FinishReason::Stop,
        Some("length") => FinishReason::Length,
        other => FinishReason::Other(other.unwrap_or("none").to_owned()),
    };
    let mut usage = Usage::UNKNOWN;
    usage.input_tokens = result["usage"]["prompt_eval_count"].as_u64();
    usage.output_tokens = result["usage"]["eval_count"].as_u64();
    Reading::of(result, finish, usage)
}

/// What is empty may be left out: no options, no tools, no format.
fn normal(body: Value) -> Value {
    let mut body = without_nulls(body);
    let fields = body.as_object_mut().unwrap();
    fields.retain(|_, value| ![json!({}), json!([]), json!("")].contains(value));
    body
}
