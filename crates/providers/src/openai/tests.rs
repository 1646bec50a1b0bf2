//! What the adapter knows without asking, and what it sends.

use serde_json::{Value, json};
use ziggurat_core::chat::{
    Image, JsonSchema, Reasoning, ReasoningEffort, ToolCall, ToolChoice, ToolResult, ToolSpec,
};
use ziggurat_core::{ContentPart, Document, ErrorKind, Message, Price, Provider, Role};

use super::*;
use crate::{EffortField, Quirks, ReasoningField, SchemaField, SeedField, SystemRole, TokenLimit};

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
    assert_eq!(traits(&official, "gpt-4o"), (Some(true), Some(true)));
    assert_eq!(traits(&official, "gpt-4"), (None, None));
    let other = ServerConfig::openai().with_base_url("http://127.0.0.1:9/v1");
    assert_eq!(traits(&provider(other.clone()), "gpt-5"), (None, None));
    assert_eq!(traits(&provider(other.with_json_schema(true)), "any"), (None, Some(true)));
}

#[test]
fn openai_s_own_server_is_known_however_its_address_is_written() {
    for written in [
        "https://api.openai.com/v1/",
        "https://API.openai.com/v1",
        " https://api.openai.com:443/v1",
    ] {
        let protocol = ChatCompletions::new(&ServerConfig::new("openai", written));
        let request = ChatRequest::new("gpt-5.4-mini", [Message::user("hi")]).with_max_tokens(7);
        let body: Value = serde_json::from_slice(&protocol.body(&request, false).unwrap()).unwrap();
        assert_eq!(body["max_completion_tokens"], 7, "{written}");
    }
}

#[test]
fn an_answer_has_no_more_calls_than_can_be_gone_through() {
    let message = json!({"tool_calls": vec![json!({}); 5000]});
    let answer = json!({"choices": [{"message": message, "finish_reason": "stop"}]}).to_string();
    let request = ChatRequest::new("m", [Message::user("hi")]);
    let protocol = ChatCompletions::new(&ServerConfig::openai());
    assert!(matches!(protocol.whole(&request, answer.as_bytes()), Err(Fault::Malformed(_))));
}

#[test]
fn only_a_free_server_has_known_prices() {
    let free = ServerConfig::openai().with_free(true);
    assert_eq!(provider(free).known("m").price, Some(Price::FREE));
    assert_eq!(provider(ServerConfig::openai()).known("m").price, None);
}

fn sent(request: &ChatRequest, limit: TokenLimit, streamed: bool) -> Value {
    let quirks = Quirks { token_limit: Some(limit), ..Quirks::default() };
    sent_to(quirks, request, streamed).unwrap()
}

/// What is sent to a server of these quirks, through the same bytes.
fn sent_to(quirks: Quirks, request: &ChatRequest, streamed: bool) -> Result<Value, Fault> {
    let config = ServerConfig::new("test", "http://127.0.0.1:9/v1").with_quirks(quirks);
    let bytes = ChatCompletions::new(&config).body(request, streamed)?;
    Ok(serde_json::from_slice(&bytes).unwrap())
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
    let bytes = ChatCompletions::new(&ServerConfig::openai()).body(&request, false).unwrap();
    assert!(String::from_utf8(bytes).unwrap().contains("\"temperature\":0.7,"));
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

#[test]
fn text_and_pictures_are_parts_and_text_alone_is_a_text() {
    let seen =
        [Image::url("https://x/y.png").with_detail("high"), Image::base64("image/png", "aGk=")];
    let messages = [
        Message::user("What is this?").with_images(seen),
        Message::assistant("A dot.").with_images([Image::url("https://x/z.png")]),
    ];
    let body = sent(&ChatRequest::new("m", messages), TokenLimit::MaxTokens, false);
    let expected = json!([
        {"role": "user", "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "https://x/y.png", "detail": "high"}},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}]},
        {"role": "assistant", "content": "A dot."},
        {"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "https://x/z.png"}}]},
    ]);
    assert_eq!(body["messages"], expected);
}

#[test]
fn every_setting_has_its_field() {
    let tool = ToolSpec::new("add", "", json!({})).with_strict(true);
    let request = ChatRequest::new("m", [Message::user("hi")])
        .with_tools([tool])
        .with_tool_choice(ToolChoice::Tool("add".into()))
        .with_parallel_tool_calls(false)
        .with_top_p(0.5)
        .with_seed(7)
        .with_stop(["END"])
        .with_reasoning(ReasoningEffort::Low)
        .with_extra("user", "u");
    let expected = json!({
        "model": "m", "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"type": "function", "function":
            {"name": "add", "description": "", "parameters": {}, "strict": true}}],
        "tool_choice": {"type": "function", "function": {"name": "add"}},
        "parallel_tool_calls": false, "top_p": 0.5, "seed": 7, "stop": ["END"],
        "reasoning_effort": "low", "user": "u"
    });
    assert_eq!(sent(&request, TokenLimit::MaxTokens, false), expected);
}

#[test]
fn quirks_change_the_words_and_not_the_intent() {
    let quirks = Quirks {
        stream_usage: Some(false),
        reasoning_effort: EffortField::Reasoning,
        system_role: SystemRole::Developer,
        required_tool_choice: Some("any".to_owned()),
        seed: SeedField::RandomSeed,
        response_schema: SchemaField::JsonObject,
        strict: Some(false),
        extra: json!({"a": {"b": 1, "c": 2}}).as_object().unwrap().clone(),
        ..Quirks::default()
    };
    let schema = JsonSchema { name: "plan".into(), schema: json!({"type": "object"}) };
    let request = ChatRequest::new("m", [Message::user("hi")])
        .with_system("Be brief.")
        .with_tools([ToolSpec::new("f", "", json!({})).with_strict(true)])
        .with_tool_choice(ToolChoice::Required)
        .with_seed(7)
        .with_reasoning(ReasoningEffort::Budget(2000))
        .with_response_schema(schema)
        .with_extra("a", json!({"c": 3}));
    let note = "Answer with one JSON object that obeys this JSON schema, and with nothing else:";
    let expected = json!({
        "model": "m", "messages": [
            {"role": "developer", "content": format!("Be brief.\n\n{note}\n{{\"type\":\"object\"}}")},
            {"role": "user", "content": "hi"}],
        "tools": [{"type": "function", "function": {"name": "f", "description": "", "parameters": {}}}],
        "tool_choice": "any", "random_seed": 7, "reasoning": {"max_tokens": 2000},
        "response_format": {"type": "json_object"}, "stream": true, "a": {"b": 1, "c": 3}
    });
    assert_eq!(sent_to(quirks, &request, true).unwrap(), expected);
}

#[test]
fn thoughts_go_back_only_under_the_name_that_the_server_takes() {
    let detail = json!({"type": "reasoning.encrypted", "data": "d"}).to_string();
    let parts = [
        ContentPart::Reasoning(Reasoning::new("hm")),
        ContentPart::Reasoning(Reasoning::default().with_signature(detail)),
        ContentPart::text("Four."),
    ];
    let request = ChatRequest::new("m", [Message::new(Role::Assistant, parts)]);
    let message = |history| {
        let quirks = Quirks { reasoning_history: history, ..Quirks::default() };
        sent_to(quirks, &request, false).unwrap()["messages"][0].clone()
    };
    let plain = json!({"role": "assistant", "content": "Four."});
    assert_eq!(message(None), plain);
    let with = |field: &str, value: Value| {
        let mut message = plain.clone();
        message[field] = value;
        message
    };
    let content = message(Some(ReasoningField::ReasoningContent));
    assert_eq!(content, with("reasoning_content", json!("hm")));
    assert_eq!(message(Some(ReasoningField::Reasoning)), with("reasoning", json!("hm")));
    let details = json!([{"type": "reasoning.text", "text": "hm"},
        {"type": "reasoning.encrypted", "data": "d"}]);
    let sent = message(Some(ReasoningField::ReasoningDetails));
    assert_eq!(sent, with("reasoning_details", details));
}

#[test]
fn what_the_server_cannot_do_is_said_before_anything_is_sent() {
    let request = || ChatRequest::new("m", [Message::user("hi")]);
    let quirks = Quirks { temperature: Some(false), ..Quirks::default() };
    for (request, said) in [
        (request().with_temperature(0.5), "it takes no temperature"),
        (
            request().with_reasoning(ReasoningEffort::Budget(9)),
            "it takes no budget for reasoning, only levels of effort",
        ),
    ] {
        let fault = sent_to(quirks.clone(), &request, false).unwrap_err();
        let Fault::Refused(ErrorKind::Unsupported, message) = fault else { panic!("{fault:?}") };
        assert_eq!(message, said);
    }
    let config = ServerConfig::new("test", "http://127.0.0.1:9/v1").with_quirks(quirks);
    assert_eq!(provider(config).known("any").temperature, Some(false));
}

fn read(answer: Value) -> Result<ChatResponse, Fault> {
    let asked = ChatRequest::new("asked", [Message::user("hi")]);
    let bytes = answer.to_string();
    ChatCompletions::new(&ServerConfig::openai()).whole(&asked, bytes.as_bytes())
}

#[test]
fn a_whole_answer_keeps_thoughts_text_and_calls_in_this_order() {
    let answer = read(json!({"id": "c", "choices": [
        {"index": 1, "message": {"content": "another"}, "finish_reason": "stop"},
        {"index": 0, "finish_reason": "tool_calls", "message": {"content": "Two.",
            "reasoning_content": "hm", "tool_calls": [
                {"function": {"name": "f", "arguments": {"a": 1}}},
                {"function": {"name": "g", "arguments": "{}"}}]}}]}))
    .unwrap();
    let expected = [
        ContentPart::Reasoning(Reasoning::new("hm")),
        ContentPart::text("Two."),
        ContentPart::ToolCall(ToolCall::new("call_0", "f", r#"{"a":1}"#)),
        ContentPart::ToolCall(ToolCall::new("call_1", "g", "{}")),
    ];
    assert_eq!(answer.content, expected);
    assert_eq!((answer.model.as_str(), answer.id.as_deref()), ("asked", Some("c")));
}

#[test]
fn a_choice_that_went_wrong_is_an_error() {
    let fault = read(json!({"choices": [{"error": {"code": 502, "message": "gone"}}]}));
    assert!(matches!(fault, Err(Fault::Error(_))), "{fault:?}");
}
