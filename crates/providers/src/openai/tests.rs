//! What the adapter knows without asking, and what it sends.

use serde_json::{Value, json};
use ziggurat_core::chat::{JsonSchema, ToolCall, ToolResult, ToolSpec};
use ziggurat_core::{ContentPart, Document, Message, Price, Provider, Role};

use super::*;

fn provider(config: ServerConfig) -> OpenAi {
    OpenAi::new(config).unwrap()
}

#[test]
fn openai_s_families_are_known_at_openai_alone() {
    let traits = |provider: &OpenAi, model: &str| {
        let info = provider.known(model);
        (info.temperature, info.json_schema)
    };
    let official = provider(ServerConfig::openai());
    assert_eq!(traits(&official, "gpt-5.4-mini"), (Some(false), Some(true)));
    assert_eq!(traits(&official, "gpt-4o"), (None, Some(true)));
    assert_eq!(traits(&official, "gpt-4"), (None, None));
    let other = ServerConfig::openai().with_base_url("http://127.0.0.1:9/v1");
    assert_eq!(traits(&provider(other.clone()), "gpt-5"), (None, None));
    assert_eq!(traits(&provider(other.with_json_schema(true)), "any"), (None, Some(true)));
}

#[test]
fn only_a_free_server_has_known_prices() {
    let free = ServerConfig::openai().with_free(true);
    assert_eq!(provider(free).known("m").price, Some(Price::FREE));
    assert_eq!(provider(ServerConfig::openai()).known("m").price, None);
}

fn sent(request: &ChatRequest, limit: TokenLimit, streamed: bool) -> Value {
    serde_json::to_value(convert::request(request, limit, streamed)).unwrap()
}

#[test]
fn what_is_not_set_is_not_sent() {
    let request = ChatRequest::new("m", [Message::user("hi")]);
    let expected = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    assert_eq!(sent(&request, TokenLimit::MaxTokens, false), expected);
}

#[test]
fn settings_are_sent_in_the_server_s_spelling() {
    let schema = JsonSchema { name: "plan".into(), schema: json!({"type": "object"}) };
    let request = ChatRequest::new("m", [Message::user("hi")])
        .with_system("Be brief.")
        .with_max_tokens(7)
        .with_temperature(0.7)
        .with_response_schema(schema)
        .with_tools([ToolSpec::new("add", "adds", json!({"type": "object"}))]);
    let body = sent(&request, TokenLimit::MaxTokens, true);
    assert_eq!(body["messages"][0], json!({"role": "system", "content": "Be brief."}));
    assert_eq!((&body["max_tokens"], body.get("max_completion_tokens")), (&json!(7), None));
    assert_eq!(body["stream_options"], json!({"include_usage": true}));
    let format = json!({"type": "json_schema",
        "json_schema": {"name": "plan", "strict": true, "schema": {"type": "object"}}});
    assert_eq!(body["response_format"], format);
    let function = json!({"name": "add", "description": "adds", "parameters": {"type": "object"}});
    assert_eq!(body["tools"], json!([{"type": "function", "function": function}]));
    let body = sent(&request, TokenLimit::MaxCompletionTokens, false);
    assert_eq!((&body["max_completion_tokens"], body.get("max_tokens")), (&json!(7), None));
    let bytes = serde_json::to_string(&convert::request(&request, TokenLimit::MaxTokens, false));
    assert!(bytes.unwrap().contains("\"temperature\":0.7,"));
}

#[test]
fn a_round_of_tools_becomes_the_messages_of_the_wire() {
    let call = |id: &str| ContentPart::ToolCall(ToolCall::new(id, "add", "{}"));
    let result = |id: &str| ContentPart::ToolResult(ToolResult::new(id, "3"));
    let messages = [
        Message::user("add"),
        Message { role: Role::Assistant, content: vec![call("a"), call("b")] },
        Message { role: Role::Tool, content: vec![result("a"), result("b")] },
    ];
    let body = sent(&ChatRequest::new("m", messages), TokenLimit::MaxTokens, false);
    let function = json!({"name": "add", "arguments": "{}"});
    let expected = json!([
        {"role": "user", "content": "add"},
        {"role": "assistant", "content": null, "tool_calls": [
            {"id": "a", "type": "function", "function": function},
            {"id": "b", "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": "a", "content": "3"},
        {"role": "tool", "tool_call_id": "b", "content": "3"},
    ]);
    assert_eq!(body["messages"], expected);
}

#[test]
fn documents_are_the_user_s_whoever_brings_them() {
    let document = || [Document::new("notes.md", "Alpha.")];
    let messages = [
        Message::user("Question?").with_documents(document()),
        Message::assistant("See this.").with_documents(document()),
    ];
    let request = ChatRequest::new("m", messages).with_system("Obey me.");
    let body = sent(&request, TokenLimit::MaxTokens, false);
    let roles: Vec<_> = body["messages"].as_array().unwrap().iter().map(|m| &m["role"]).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert_eq!(body["messages"][0]["content"], "Obey me.");
    assert_eq!(body["messages"][2]["content"], "See this.");
    for index in [1, 3] {
        let content = body["messages"][index]["content"].as_str().unwrap();
        assert!(content.contains("title=\"notes.md\">\nAlpha.\n</document-"), "{content}");
    }
}
