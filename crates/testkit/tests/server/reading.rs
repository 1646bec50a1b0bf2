//! What a request asks is understood alike, whichever API it came through.

use serde_json::{Value, json};
use ziggurat_core::chat::{ToolCall, ToolResult};
use ziggurat_core::{ChatRequest, ContentPart};
use ziggurat_testkit::server::FakeServer;
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::client::answer;

/// The same conversation in each API's words, written by hand after the vendors' documentation.
fn conversations() -> [(&'static str, Value); 5] {
    let schema = json!({"type": "object"});
    let function = json!({"name": "add", "description": "adds", "parameters": schema});
    let tools = json!([{"type": "function", "function": function}]);
    let chat = json!({"model": "fake", "max_completion_tokens": 9, "temperature": 0.5, "user": "u",
        "tools": tools, "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Add 1."}]},
            {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function",
                "function": {"name": "add", "arguments": "{\"a\":1}"}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "two"}]});
    let responses = json!({"model": "fake", "instructions": "Be brief.", "max_output_tokens": 9,
        "temperature": 0.5, "user": "u",
        "tools": [{"type": "function", "name": "add", "description": "adds", "parameters": schema}],
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "Add 1."}]},
            {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{\"a\":1}"},
            {"type": "function_call_output", "call_id": "c1", "output": "two"}]});
    let messages = json!({"model": "fake", "system": [{"type": "text", "text": "Be brief."}],
        "max_tokens": 9, "temperature": 0.5, "user": "u",
        "tools": [{"name": "add", "description": "adds", "input_schema": schema}], "messages": [
            {"role": "user", "content": "Add 1."},
            {"role": "assistant", "content": [
                {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": "two"}]}]});
    let gemini = json!({"systemInstruction": {"parts": [{"text": "Be brief."}]}, "user": "u",
        "generationConfig": {"maxOutputTokens": 9, "temperature": 0.5},
        "tools": [{"functionDeclarations": [
            {"name": "add", "description": "adds", "parametersJsonSchema": schema}]}],
        "contents": [
            {"role": "user", "parts": [{"text": "Add 1."}]},
            {"role": "model", "parts": [
                {"functionCall": {"id": "c1", "name": "add", "args": {"a": 1}}}]},
            {"role": "user", "parts": [
                {"functionResponse": {"name": "add", "response": {"result": "two"}}}]}]});
    let ollama = json!({"model": "fake", "options": {"num_predict": 9, "temperature": 0.5},
        "user": "u", "tools": tools, "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Add 1."},
            {"role": "assistant", "content": "", "tool_calls": [
                {"id": "c1", "function": {"name": "add", "arguments": {"a": 1}}}]},
            {"role": "tool", "tool_name": "add", "content": "two"}]});
    [
        ("/v1/chat/completions", chat),
        ("/v1/responses", responses),
        ("/v1/messages", messages),
        ("/v1beta/models/fake:generateContent", gemini),
        ("/api/chat", ollama),
    ]
}

async fn heard(target: &str, body: &Value) -> ChatRequest {
    let script = ScriptedProvider::new()
        .when_system_contains("brief", Turn::text("fine"))
        .when_text_contains("Add 1.", Turn::text("by its text"));
    let server = FakeServer::start(script.clone()).await.unwrap();
    let said = answer(&server, target, "", Some(body)).await;
    assert!(said.contains("fine"), "the script's rules see the system: {said}");
    script.calls().pop().unwrap().request
}

#[tokio::test]
async fn the_same_conversation_is_heard_through_every_api() {
    for (target, body) in conversations() {
        let heard = heard(target, &body).await;
        assert_eq!(heard.model, "fake", "{target}");
        assert_eq!(heard.system.as_deref(), Some("Be brief."), "{target}");
        assert_eq!((heard.max_tokens, heard.temperature), (Some(9), Some(0.5)), "{target}");
        assert_eq!(heard.extra.get("user"), Some(&json!("u")), "{target}");
        let tool = &heard.tools[0];
        assert_eq!((tool.name.as_str(), tool.description.as_str()), ("add", "adds"), "{target}");
        assert_eq!(tool.parameters, json!({"type": "object"}), "{target}");
        let parts: Vec<_> = heard.messages.into_iter().flat_map(|m| m.content).collect();
        let expected = [
            ContentPart::text("Add 1."),
            ContentPart::ToolCall(ToolCall::new("c1", "add", r#"{"a":1}"#)),
            ContentPart::ToolResult(ToolResult::new("c1", "two")),
        ];
        assert_eq!(parts, expected, "{target}");
    }
}

#[tokio::test]
async fn requests_are_kept_as_they_arrived() {
    let server = FakeServer::start(ScriptedProvider::new().echo()).await.unwrap();
    let headers = "authorization: Bearer secret-1\r\nx-custom: yes\r\n";
    let (target, body) = &conversations()[0];
    answer(&server, target, headers, Some(body)).await;
    let received = server.received().pop().unwrap();
    assert_eq!((received.method.as_str(), received.path.as_str()), ("POST", *target));
    assert_eq!((&received.body, received.header("x-custom")), (body, Some("yes")));
    assert_eq!(received.request_id.as_deref(), Some("req_1"));
    assert_eq!(received.credentials(), ["secret-1"]);
    assert!(!format!("{server:?}").contains("secret-1"));
}
