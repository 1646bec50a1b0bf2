//! What the adapter sends, what it refuses to send, and that whole and streamed answers are the same.

use serde_json::{Value, json};
use ziggurat_core::chat::{
    Image, JsonSchema, Reasoning, ReasoningEffort, ToolCall, ToolChoice, ToolResult, ToolSpec,
};
use ziggurat_core::{ContentPart, Document, ErrorKind, Message, Price, Provider, Role};

use super::*;
use crate::api::Step;

fn protocol() -> OllamaChat {
    OllamaChat::new(&ServerConfig::ollama())
}

fn sent(request: &ChatRequest) -> Value {
    serde_json::from_slice(&protocol().body(request, false).unwrap()).unwrap()
}

fn refused(request: &ChatRequest) -> (ErrorKind, String) {
    match protocol().body(request, false) {
        Err(Fault::Refused(kind, why)) => (kind, why),
        other => panic!("{other:?}"),
    }
}

fn asked() -> ChatRequest {
    ChatRequest::new("m", [Message::user("hi")])
}

fn tool() -> ToolSpec {
    ToolSpec::new("add", "adds", json!({"type": "object"}))
}

#[test]
fn what_is_not_set_is_not_sent() {
    let expected =
        json!({"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": false});
    assert_eq!(sent(&asked()), expected);
    let streamed = protocol().body(&asked(), true).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&streamed).unwrap()["stream"], true);
}

#[test]
fn settings_are_sent_in_ollama_s_spelling() {
    let schema = JsonSchema { name: "plan".into(), schema: json!({"type": "object"}) };
    let request = asked()
        .with_system("Be brief.")
        .with_max_tokens(7)
        .with_temperature(0.7)
        .with_top_p(0.9)
        .with_seed(42)
        .with_stop(["\n"])
        .with_tools([tool()])
        .with_response_schema(schema);
    let body = protocol().body(&request, false).unwrap();
    assert!(String::from_utf8(body).unwrap().contains("0.7"));
    let body = sent(&request);
    assert_eq!(body["messages"][0], json!({"role": "system", "content": "Be brief."}));
    let options = &body["options"];
    assert_eq!((&options["num_predict"], &options["seed"]), (&json!(7), &json!(42)));
    assert_eq!(options["stop"], json!(["\n"]));
    assert_eq!(options.as_object().unwrap().len(), 5);
    let function = json!({"name": "add", "description": "adds", "parameters": {"type": "object"}});
    assert_eq!(body["tools"], json!([{"type": "function", "function": function}]));
    assert_eq!(body["format"], json!({"type": "object"}));
}

#[test]
fn what_else_ollama_knows_is_said_in_its_own_words() {
    let request = asked()
        .with_max_tokens(7)
        .with_extra("options", json!({"num_ctx": 32_768}))
        .with_extra("keep_alive", "30m")
        .with_extra("truncate", false);
    let body = sent(&request);
    assert_eq!(body["options"], json!({"num_predict": 7, "num_ctx": 32_768}));
    assert_eq!((&body["keep_alive"], &body["truncate"]), (&json!("30m"), &json!(false)));
}

#[test]
fn a_level_of_reasoning_becomes_the_nearest_that_ollama_has() {
    for (effort, expected) in [
        (ReasoningEffort::None, json!(false)),
        (ReasoningEffort::Budget(0), json!(false)),
        (ReasoningEffort::Minimal, json!("low")),
        (ReasoningEffort::Low, json!("low")),
        (ReasoningEffort::Medium, json!(true)),
        (ReasoningEffort::High, json!("high")),
        (ReasoningEffort::XHigh, json!("high")),
        (ReasoningEffort::Max, json!("max")),
    ] {
        assert_eq!(sent(&asked().with_reasoning(effort))["think"], expected, "{effort:?}");
    }
}

#[test]
fn what_ollama_has_no_word_for_is_refused_and_not_dropped() {
    let seen = |image| ChatRequest::new("m", [Message::user("Look.").with_images([image])]);
    for (request, word) in [
        (asked().with_tools([tool()]).with_tool_choice(ToolChoice::Required), "tool"),
        (asked().with_tools([tool()]).with_tool_choice(ToolChoice::Tool("add".into())), "tool"),
        (asked().with_tools([tool()]).with_parallel_tool_calls(false), "several tools"),
        (asked().with_reasoning(ReasoningEffort::Budget(9)), "tokens"),
        (seen(Image::url("https://example.com/a.png")), "picture"),
    ] {
        let (kind, why) = refused(&request);
        assert_eq!(kind, ErrorKind::Unsupported, "{why}");
        assert!(why.contains(word), "{why}");
    }
}

#[test]
fn what_holds_anyway_needs_no_word() {
    let with_tools = asked().with_tools([tool()]);
    for request in [
        with_tools.clone().with_tool_choice(ToolChoice::Auto),
        with_tools.clone().with_parallel_tool_calls(true),
    ] {
        assert_eq!(sent(&request), sent(&with_tools));
    }
    let none = with_tools.with_tool_choice(ToolChoice::None).with_parallel_tool_calls(false);
    assert_eq!(sent(&none), sent(&asked()));
    assert_eq!(sent(&asked().with_parallel_tool_calls(false)), sent(&asked()));
}

#[test]
fn a_conversation_with_tools_is_sent_as_ollama_keeps_it() {
    let arguments = r#"{"z": 1.0, "a": 12345678901234567890123}"#;
    let answer = [
        ContentPart::Reasoning(Reasoning::new("Hm.")),
        ContentPart::text("Let me see."),
        ContentPart::ToolCall(ToolCall::new("c1", "look", arguments)),
        ContentPart::ToolCall(ToolCall::new("c2", "now", "")),
    ];
    let results =
        [ToolResult::new("c2", "noon"), ToolResult::error("c1", "gone"), ToolResult::new("x", "?")];
    let request = ChatRequest::new(
        "m",
        [
            Message::user("Go."),
            Message::new(Role::Assistant, answer),
            Message::tool_results(results),
        ],
    );
    let text = String::from_utf8(protocol().body(&request, false).unwrap()).unwrap();
    assert!(text.contains(&format!(r#""arguments":{arguments}"#)), "{text}");
    let body = sent(&request);
    let said = &body["messages"][1];
    assert_eq!((&said["content"], &said["thinking"]), (&json!("Let me see."), &json!("Hm.")));
    assert_eq!(
        said["tool_calls"][1],
        json!({"id": "c2", "function": {"name": "now", "arguments": {}}})
    );
    let results = json!([
        {"role": "tool", "content": "noon", "tool_name": "now", "tool_call_id": "c2"},
        {"role": "tool", "content": "gone", "tool_name": "look", "tool_call_id": "c1"},
        {"role": "tool", "content": "?", "tool_call_id": "x"},
    ]);
    assert_eq!(body["messages"].as_array().unwrap()[2..], results.as_array().unwrap()[..]);
}

#[test]
fn of_two_calls_with_one_id_the_later_is_answered() {
    let called = |name: &str| {
        Message::new(Role::Assistant, [ContentPart::ToolCall(ToolCall::new("c", name, "{}"))])
    };
    let answered = || Message::tool_results([ToolResult::new("c", "r")]);
    let request = ChatRequest::new("m", [called("a"), answered(), called("b"), answered()]);
    let body = sent(&request);
    let named = |index: usize| body["messages"][index]["tool_name"].clone();
    assert_eq!((named(1), named(3)), (json!("a"), json!("b")));
}

#[test]
fn arguments_that_are_no_object_are_refused() {
    for arguments in ["[1]", "7", "\"{}\"", "{", "{} {}"] {
        let call = ContentPart::ToolCall(ToolCall::new("c1", "add", arguments));
        let request = ChatRequest::new("m", [Message::new(Role::Assistant, [call])]);
        let (kind, why) = refused(&request);
        assert_eq!(kind, ErrorKind::InvalidRequest);
        assert!(why.contains("add (c1)"), "{why}");
    }
}

#[test]
fn documents_and_pictures_are_the_user_s() {
    let image = Image::from_bytes("image/png", b"\x89PNG");
    let shown = Message::user("Look.")
        .with_documents([Document::new("a.md", "Alpha.")])
        .with_images([image.clone(), image]);
    let told = Message::assistant("As I said.").with_documents([Document::new("b.md", "Beta.")]);
    let body = sent(&ChatRequest::new("m", [shown, told]).with_system("Be brief."));
    let messages = body["messages"].as_array().unwrap();
    let roles: Vec<_> = messages.iter().map(|m| m["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert_eq!(messages[1]["images"], json!(["iVBORw==", "iVBORw=="]));
    assert!(messages[1]["content"].as_str().unwrap().contains("id=\"a.md\""));
    assert_eq!(messages[2]["content"], "As I said.");
    assert!(messages[3]["content"].as_str().unwrap().contains("Beta."));
}

#[test]
fn a_picture_alone_is_a_message_and_so_is_an_empty_question() {
    let picture = Message::new(Role::User, []).with_images([Image::base64("image/png", "QQ==")]);
    let void = Message::new(Role::Assistant, []);
    let body = sent(&ChatRequest::new("m", [picture, Message::user(""), void]));
    let expected = json!([{"role": "user", "content": "", "images": ["QQ=="]}, {"role": "user", "content": ""}]);
    assert_eq!(body["messages"], expected);
}

#[test]
fn thoughts_alone_stay_in_the_conversation() {
    let thoughts = ["One.", "", "Two."].map(|text| ContentPart::Reasoning(Reasoning::new(text)));
    let body = sent(&ChatRequest::new("m", [Message::new(Role::Assistant, thoughts)]));
    let expected = json!([{"role": "assistant", "content": "", "thinking": "One.\n\nTwo."}]);
    assert_eq!(body["messages"], expected);
}

#[test]
fn a_whole_answer_is_what_its_stream_adds_up_to() {
    let lines = [
        r#"{"model":"m:8b","message":{"thinking":"Hm"},"done":false}"#,
        r#"{"message":{"thinking":"m"},"done":false}"#,
        r#"{"message":{"content":"Hé"},"done":false}"#,
        r#"{"message":{"content":"llo","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]}}"#,
        r#"{"message":{"tool_calls":[{"id":"x","function":{"name":"g"}}]},"done":false}"#,
        r#"{"model":"m:8b","done":true,"done_reason":"stop","prompt_eval_count":5,"eval_count":9}"#,
    ];
    let whole = br#"{"model":"m:8b","message":{"role":"assistant","content":"H\u00e9llo","thinking":"Hmm",
        "tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},{"id":"x","function":{"name":"g"}}]},
        "done":true,"done_reason":"stop","prompt_eval_count":5,"eval_count":9}"#;
    let whole = protocol().whole(&asked(), whole).unwrap();
    let mut assembler = protocol().begin(&asked());
    let mut deltas = Vec::new();
    for line in lines {
        if let Step::Deltas(more) = assembler.feed(None, line).unwrap() {
            deltas.extend(more);
        }
    }
    deltas.push(ziggurat_core::ChatDelta::End(assembler.end(true).unwrap()));
    let stream = Box::pin(futures::stream::iter(deltas.into_iter().map(Ok)));
    let streamed = ziggurat_core::chat::collect("t", stream, |_| {});
    assert_eq!(futures::executor::block_on(streamed).unwrap(), whole);
    assert_eq!((whole.text().as_str(), whole.reasoning().as_str()), ("Héllo", "Hmm"));
}

#[test]
fn a_whole_answer_that_is_not_done_is_a_cut() {
    for body in
        [r#"{"message":{"content":"Hi"},"done":false}"#, r#"{"message":{"content":"Hi"}}"#, "{}"]
    {
        let fault = protocol().whole(&asked(), body.as_bytes()).unwrap_err();
        assert!(matches!(fault, Fault::Cut(_)), "{body}: {fault:?}");
    }
    let fault = protocol().whole(&asked(), br#"{"error":"it broke"}"#).unwrap_err();
    assert!(matches!(fault, Fault::Error(_)), "{fault:?}");
}

#[test]
fn only_what_runs_on_the_server_itself_is_free_and_bound_to_schemas() {
    let known = |config: ServerConfig, model: &str| {
        let info = Ollama::new(config).unwrap().known(model);
        (info.price, info.json_schema)
    };
    let local = ServerConfig::ollama;
    assert_eq!(known(local(), "llama3.2"), (Some(Price::FREE), Some(true)));
    assert_eq!(known(local(), "gpt-oss:120b-cloud"), (None, Some(false)));
    let cloud = local().with_base_url("https://ollama.com/api");
    assert_eq!(known(cloud, "gpt-oss:120b"), (None, Some(false)));
}
