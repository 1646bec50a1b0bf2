//! What the adapter knows without asking, what it sends, and how whole answers are read.

use serde_json::{Value, json};
use ziggurat_core::chat::{
    FinishReason, Image, JsonSchema, Reasoning, ReasoningEffort, ToolCall, ToolChoice, ToolResult,
    ToolSpec,
};
use ziggurat_core::{ContentPart, Document, ErrorKind, Message, Provider, Role, Usage};

use super::*;

fn protocol() -> Messages {
    Messages::new(&ServerConfig::anthropic())
}

fn sent(request: &ChatRequest) -> Value {
    serde_json::from_slice(&protocol().body(request, false).unwrap()).unwrap()
}

fn said(messages: impl IntoIterator<Item = Message>) -> Value {
    sent(&ChatRequest::new("m", messages))["messages"].take()
}

fn whole(answer: &Value) -> Result<ChatResponse, Fault> {
    let asked = ChatRequest::new("asked", [Message::user("hi")]);
    protocol().whole(&asked, answer.to_string().as_bytes())
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

#[test]
fn anthropic_s_own_models_are_known_at_anthropic_however_its_address_is_written() {
    let traits = |base_url: &str, model: &str| {
        let config = ServerConfig::anthropic().with_base_url(base_url);
        let info = Anthropic::new(config).unwrap().known(model);
        (info.temperature, info.json_schema)
    };
    for base_url in [BASE_URL, "https://api.anthropic.com/", "https://api.anthropic.com/v1"] {
        assert_eq!(traits(base_url, "claude-sonnet-5"), (Some(false), Some(true)));
        assert_eq!(traits(base_url, "claude-haiku-4-5"), (Some(true), Some(true)));
        assert_eq!(traits(base_url, "claude-3-7-sonnet-latest"), (None, None));
    }
    for other in ["http://127.0.0.1:9/v1", "https://api.anthropic.com/v2"] {
        assert_eq!(traits(other, "claude-sonnet-5"), (None, None));
    }
}

#[test]
fn the_catalogue_and_the_adapter_s_rules_agree() {
    let catalog = crate::Catalog::builtin();
    let claudes = catalog.iter().filter(|(provider, ..)| *provider == "anthropic");
    let mut count = 0;
    for (_, name, entry) in claudes {
        let model = models::Model::of(name);
        assert!(entry.temperature.is_none_or(|takes| takes == model.takes_sampling), "{name}");
        assert!(entry.json_schema.is_none_or(|obeys| obeys == model.obeys_schema), "{name}");
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[test]
fn what_is_not_set_is_not_sent_but_the_bound_that_the_api_demands() {
    let request = ChatRequest::new("m", [Message::user("hi")]).with_system("");
    let expected = json!({"model": "m", "max_tokens": DEFAULT_MAX_TOKENS,
        "messages": [{"role": "user", "content": [text("hi")]}]});
    assert_eq!(sent(&request), expected);
}

#[test]
fn a_seed_is_refused_before_anything_is_sent() {
    let request = ChatRequest::new("m", [Message::user("hi")]).with_seed(7);
    let body = Messages::new(&ServerConfig::anthropic()).body(&request, false);
    let refused = |fault| matches!(fault, Fault::Refused(ErrorKind::Unsupported, _));
    assert!(body.is_err_and(refused));
}

#[test]
fn settings_are_sent_in_the_api_s_spelling() {
    let schema = JsonSchema { name: "plan".into(), schema: json!({"type": "object"}) };
    let tool = ToolSpec::new("add", "adds", json!({"type": "object"})).with_strict(true);
    let request = ChatRequest::new("m", [Message::user("hi")])
        .with_system("Be brief.")
        .with_max_tokens(7)
        .with_temperature(0.7)
        .with_top_p(0.9)
        .with_stop(["END"])
        .with_response_schema(schema)
        .with_tools([tool])
        .with_extra("metadata", json!({"user_id": "u"}))
        .with_extra("output_config", json!({"effort": "low"}));
    let expected = json!({"model": "m", "system": "Be brief.", "max_tokens": 7, "temperature": 0.7,
        "top_p": 0.9, "stop_sequences": ["END"], "metadata": {"user_id": "u"},
        "output_config": {"effort": "low",
            "format": {"type": "json_schema", "schema": {"type": "object"}}},
        "tools": [{"name": "add", "description": "adds", "strict": true,
            "input_schema": {"type": "object"}}],
        "messages": [{"role": "user", "content": [text("hi")]}]});
    assert_eq!(sent(&request), expected);
    let streamed = protocol().body(&request, true).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&streamed).unwrap()["stream"], true);
}

#[test]
fn a_choice_of_tools_says_whether_they_may_be_called_in_parallel() {
    let choice = |choice: Option<ToolChoice>, parallel: Option<bool>| {
        let request = ChatRequest::new("m", [Message::user("hi")])
            .with_tools([ToolSpec::new("add", "", json!({}))])
            .with_tool_choice(choice)
            .with_parallel_tool_calls(parallel);
        sent(&request)["tool_choice"].take()
    };
    let tool = ToolChoice::Tool("add".into());
    let rows = [
        (None, None, Value::Null),
        (None, Some(false), json!({"type": "auto", "disable_parallel_tool_use": true})),
        (Some(ToolChoice::Auto), None, json!({"type": "auto"})),
        (
            Some(ToolChoice::Required),
            Some(true),
            json!({"type": "any", "disable_parallel_tool_use": false}),
        ),
        (Some(tool), None, json!({"type": "tool", "name": "add"})),
        (Some(ToolChoice::None), Some(false), json!({"type": "none"})),
    ];
    for (wanted, parallel, expected) in rows {
        assert_eq!(choice(wanted.clone(), parallel), expected, "{wanted:?} {parallel:?}");
    }
    let without_tools = ChatRequest::new("m", [Message::user("hi")]);
    let body = sent(&without_tools.with_parallel_tool_calls(false));
    assert_eq!(body.get("tool_choice"), None);
}

#[test]
fn thinking_is_asked_for_as_the_model_understands_it() {
    let request = ChatRequest::new("claude-opus-4-8", [Message::user("hi")])
        .with_reasoning(ReasoningEffort::High)
        .with_extra("thinking", json!({"display": "summarized"}));
    let body = sent(&request);
    assert_eq!(body["thinking"], json!({"type": "adaptive", "display": "summarized"}));
    assert_eq!(body["output_config"], json!({"effort": "high"}));
}

#[test]
fn a_round_of_tools_becomes_two_turns_and_results_come_first() {
    let call = |id: &str, arguments: &str| ContentPart::ToolCall(ToolCall::new(id, "f", arguments));
    let messages = [
        Message::user("go"),
        Message::new(
            Role::Assistant,
            [call("a", r#"{"z":1.50,"a":2}"#), call("b", " "), call("c", "[1]"), call("d", "{")],
        ),
        Message::user("and now?"),
        Message::tool_results([ToolResult::new("a", "3"), ToolResult::error("b", "no")]),
        Message::tool_results([ToolResult::new("c", ""), ToolResult::new("d", "4")]),
    ];
    let request = ChatRequest::new("m", messages);
    let bytes = String::from_utf8(protocol().body(&request, false).unwrap()).unwrap();
    assert!(bytes.contains(r#""input":{"z":1.50,"a":2}"#), "{bytes}");
    let body: Value = serde_json::from_str(&bytes).unwrap();
    let used =
        |id: &str, input: Value| json!({"type": "tool_use", "id": id, "name": "f", "input": input});
    let result = |id: &str, content: &str| json!({"type": "tool_result", "tool_use_id": id, "content": content});
    let mut failed = result("b", "no");
    failed["is_error"] = json!(true);
    let expected = json!([
        {"role": "user", "content": [text("go")]},
        {"role": "assistant", "content": [used("a", json!({"z": 1.5, "a": 2})), used("b", json!({})),
            used("c", json!({"INVALID_JSON": "[1]"})), used("d", json!({"INVALID_JSON": "{"}))]},
        {"role": "user", "content":
            [result("a", "3"), failed, result("c", ""), result("d", "4"), text("and now?")]},
    ]);
    assert_eq!(body["messages"], expected);
}

#[test]
fn thoughts_go_back_with_their_proof_alone() {
    let proof = Some("proof".to_owned());
    let content = [
        Reasoning::new("hm").with_signature(proof.clone()),
        Reasoning::default().with_signature(proof.clone()),
        Reasoning::default().with_signature(proof.clone()).redacted(),
        Reasoning::new("unproved"),
        Reasoning::new("another API's").with_signature(proof.clone()).read_from("gemini"),
        Reasoning::default().with_signature(proof.clone()).redacted().read_from("gemini"),
        Reasoning::new("our own").with_signature(proof.clone()).read_from(ORIGIN),
        Reasoning::new("another provider's").with_signature(proof).with_id("rs_1".to_owned()),
    ];
    let message = Message::new(Role::Assistant, content.map(ContentPart::Reasoning));
    let expected = json!([{"role": "assistant", "content": [
        {"type": "thinking", "thinking": "hm", "signature": "proof"},
        {"type": "thinking", "thinking": "", "signature": "proof"},
        {"type": "redacted_thinking", "data": "proof"},
        {"type": "thinking", "thinking": "our own", "signature": "proof"}]}]);
    assert_eq!(said([message]), expected);
}

#[test]
fn pictures_and_documents_are_the_user_s_whoever_brings_them() {
    let documents = || [Document::new("a.md", "Alpha."), Document::new("b.md", "Beta.")];
    let seen = Message::user("See:")
        .with_images([Image::url("https://h/p.png"), Image::base64("image/png", "iVBORw==")])
        .with_documents(documents());
    let mut brought = Message::assistant("These.").with_documents(documents());
    brought.content.push(ContentPart::text("\n\n"));
    let turns = said([seen, brought, Message::user("Thanks.")]);
    let content = &turns[0]["content"];
    assert_eq!(content[0], text("See:"));
    let source = json!({"type": "url", "url": "https://h/p.png"});
    assert_eq!(content[1], json!({"type": "image", "source": source}));
    let source = json!({"type": "base64", "media_type": "image/png", "data": "iVBORw=="});
    assert_eq!(content[2], json!({"type": "image", "source": source}));
    assert_eq!(content.as_array().unwrap().len(), 4);
    assert_eq!(turns[1], json!({"role": "assistant", "content": [text("These.")]}));
    assert_eq!(turns[2]["content"][1], text("Thanks."));
    for fenced in [&content[3], &turns[2]["content"][0]] {
        let fenced = fenced["text"].as_str().unwrap();
        assert!(fenced.contains("title=\"a.md\">\nAlpha.\n</document-"), "{fenced}");
        assert!(fenced.contains("title=\"b.md\">\nBeta.\n</document-"), "{fenced}");
    }
}

#[test]
fn turns_of_one_side_are_joined_and_empty_ones_left_out() {
    let messages = [
        Message::user("one"),
        Message::assistant(" "),
        Message::user("two"),
        Message::assistant("three"),
        Message::assistant("four"),
    ];
    let expected = json!([
        {"role": "user", "content": [text("one"), text("two")]},
        {"role": "assistant", "content": [text("three"), text("four")]},
    ]);
    assert_eq!(said(messages), expected);
}

#[test]
fn a_whole_answer_is_read_and_what_is_no_part_of_it_left_out() {
    let answer = whole(&json!({"id": "msg", "type": "message", "model": "claude", "content": [
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "redacted_thinking", "data": "d"},
            {"type": "thinking", "thinking": "", "signature": ""},
            {"type": "text", "text": "a", "citations": [{"type": "char_location"}]},
            {"type": "server_tool_use", "id": "srv", "name": "web_search", "input": {}},
            {"type": "web_search_tool_result", "tool_use_id": "srv", "content": []},
            {"type": "text", "text": "b"},
            {"type": "tool_use", "id": "t", "name": "f", "input": {"x": 1}},
            {"type": "tool_use", "name": "g"}],
        "stop_reason": "tool_use", "stop_sequence": null,
        "usage": {"input_tokens": 5, "cache_creation_input_tokens": 30,
            "cache_read_input_tokens": 100, "output_tokens": 9,
            "cache_creation": {"ephemeral_1h_input_tokens": 20, "ephemeral_5m_input_tokens": 10},
            "output_tokens_details": {"thinking_tokens": 4}}}))
    .unwrap();
    let thoughts = |block: Reasoning| ContentPart::Reasoning(block.read_from(ORIGIN));
    let content = [
        thoughts(Reasoning::new("hm").with_signature("s".to_owned())),
        thoughts(Reasoning::default().with_signature("d".to_owned()).redacted()),
        ContentPart::text("ab"),
        ContentPart::ToolCall(ToolCall::new("t", "f", r#"{"x":1}"#)),
        ContentPart::ToolCall(ToolCall::new("call_1", "g", "{}")),
    ];
    assert_eq!(answer.content, content);
    assert_eq!((answer.model.as_str(), answer.id.as_deref()), ("claude", Some("msg")));
    assert_eq!(answer.finish, FinishReason::ToolCalls);
    let mut usage = Usage::UNKNOWN;
    (usage.input_tokens, usage.output_tokens) = (Some(135), Some(9));
    (usage.cached_input_tokens, usage.reasoning_tokens) = (Some(100), Some(4));
    (usage.cache_write_tokens, usage.cache_write_1h_tokens) = (Some(30), Some(20));
    assert_eq!(answer.usage, usage);
}

#[test]
fn little_is_needed_of_an_answer_and_nothing_made_up() {
    let bare = whole(&json!({"content": []})).unwrap();
    assert_eq!((bare.model.as_str(), bare.usage), ("asked", Usage::UNKNOWN));
    assert_eq!(bare.finish, FinishReason::Other("none".into()));
    let stopped = json!({"content": [], "stop_reason": "stop_sequence", "stop_sequence": "END"});
    let stopped = whole(&stopped).unwrap();
    assert_eq!((stopped.finish, stopped.stop_sequence), (FinishReason::Stop, Some("END".into())));
    assert!(matches!(whole(&json!({})), Err(Fault::Malformed(_))));
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "m"}});
    let Err(Fault::Error(error)) = whole(&error) else { panic!("no error") };
    assert_eq!((error.classify(None), error.status()), (ErrorKind::Server, Some(529)));
}

#[test]
fn quirks_of_openai_s_apis_mean_nothing_here_and_are_refused() {
    let with = |quirks| crate::Anthropic::new(ServerConfig::anthropic().with_quirks(quirks));
    let openai_s = crate::Quirks { strict: Some(false), ..Default::default() };
    assert!(matches!(with(openai_s), Err(crate::ConfigError::Quirks { .. })));
    assert!(with(crate::Quirks { partial_list: Some(true), ..Default::default() }).is_ok());
}
