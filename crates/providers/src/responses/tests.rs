//! What the adapter sends, and that it neither loses nor doubles anything that comes back.

use serde_json::json;
use ziggurat_core::chat::{
    FinishReason, Image, JsonSchema, Reasoning, ReasoningEffort, ToolCall, ToolChoice, ToolResult,
    ToolSpec,
};
use ziggurat_core::{ContentPart, Document, ErrorKind, Message, Provider, Role, Usage};

use super::convert::ORIGIN;
use super::*;
use crate::api::{Cut, Step};
use crate::{Quirks, ReasoningField};

fn at(config: ServerConfig, request: &ChatRequest, streamed: bool) -> Value {
    let bytes = Responses::new(&config).body(request, streamed).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn elsewhere(quirks: Quirks) -> ServerConfig {
    ServerConfig::new("test", "http://127.0.0.1:9/v1").with_quirks(quirks)
}

fn sent(request: &ChatRequest) -> Value {
    at(elsewhere(Quirks::default()), request, false)
}

#[test]
fn nothing_is_kept_at_the_server_and_what_is_not_set_is_not_sent() {
    let request = ChatRequest::new("m", [Message::user("hi")]);
    let expected = json!({"model": "m", "store": false,
        "input": [{"type": "message", "role": "user", "content": "hi"}]});
    assert_eq!(sent(&request), expected);
    let kept = sent(&request.with_extra("store", true));
    assert_eq!(kept["store"], true);
}

#[test]
fn encrypted_thoughts_are_asked_of_models_that_think() {
    let asks = |config: ServerConfig, model: &str, effort: Option<ReasoningEffort>| {
        let request = ChatRequest::new(model, [Message::user("hi")]).with_reasoning(effort);
        at(config, &request, false).get("include").cloned()
    };
    let include = Some(json!(["reasoning.encrypted_content"]));
    for (model, effort) in [("gpt-5-nano", None), ("o3", None), ("new", Some(ReasoningEffort::Low))]
    {
        assert_eq!(asks(ServerConfig::openai(), model, effort), include, "{model}");
    }
    for model in ["gpt-4o", "gpt-4.1", "gpt-5-chat-latest", "new"] {
        assert_eq!(asks(ServerConfig::openai(), model, None), None, "{model}");
    }
    assert_eq!(asks(elsewhere(Quirks::default()), "gpt-5", None), None);
    let quirks = Quirks { encrypted_reasoning: Some(true), ..Quirks::default() };
    assert_eq!(asks(elsewhere(quirks), "grok-4", None), include);
}

#[test]
fn every_setting_has_its_field() {
    let schema = JsonSchema { name: "plan".into(), schema: json!({"type": "object"}) };
    let request = ChatRequest::new("m", [Message::user("hi")])
        .with_system("Be brief.")
        .with_max_tokens(7)
        .with_temperature(0.5)
        .with_top_p(0.5)
        .with_tools([ToolSpec::new("add", "adds", json!({})).with_strict(true)])
        .with_tool_choice(ToolChoice::Tool("add".into()))
        .with_parallel_tool_calls(false)
        .with_reasoning(ReasoningEffort::High)
        .with_response_schema(schema)
        .with_extra("reasoning", json!({"summary": "auto"}));
    let expected = json!({
        "model": "m", "instructions": "Be brief.", "store": false, "stream": true,
        "input": [{"type": "message", "role": "user", "content": "hi"}],
        "max_output_tokens": 7, "temperature": 0.5, "top_p": 0.5,
        "tools": [{"type": "function", "name": "add", "description": "adds", "parameters": {},
            "strict": true}],
        "tool_choice": {"type": "function", "name": "add"}, "parallel_tool_calls": false,
        "reasoning": {"effort": "high", "summary": "auto"},
        "text": {"format": {"type": "json_schema", "name": "plan", "strict": true,
            "schema": {"type": "object"}}}
    });
    assert_eq!(at(elsewhere(Quirks::default()), &request, true), expected);
}

#[test]
fn a_conversation_becomes_items_in_the_order_it_was_said() {
    let own = Reasoning::new("hm").with_id("rs_1".to_owned()).with_signature("enc".to_owned());
    let foreign = Reasoning::new("hm").with_signature("c2ln".to_owned());
    let bare = Reasoning::new("hm").with_id("rs_2".to_owned());
    let said = [
        ContentPart::Reasoning(own),
        ContentPart::Reasoning(foreign),
        ContentPart::Reasoning(bare),
        ContentPart::text("Adding."),
        ContentPart::ToolCall(ToolCall::new("c1", "add", "{}")),
        ContentPart::text("Wait."),
    ];
    let messages = [
        Message::user("add").with_images([Image::url("https://x/y.png").with_detail("low")]),
        Message::new(Role::Assistant, said),
        Message::tool_results([ToolResult::error("c1", "broken")]),
    ];
    let request = ChatRequest::new("m", messages);
    let expected = json!([
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "add"},
            {"type": "input_image", "image_url": "https://x/y.png", "detail": "low"}]},
        {"type": "reasoning", "id": "rs_1", "encrypted_content": "enc",
            "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "message", "role": "assistant", "content": "Adding."},
        {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}"},
        {"type": "message", "role": "assistant", "content": "Wait."},
        {"type": "function_call_output", "call_id": "c1", "output": "broken"},
    ]);
    assert_eq!(sent(&request)["input"], expected);
    let quirks =
        Quirks { reasoning_history: Some(ReasoningField::ReasoningContent), ..Quirks::default() };
    let plain = at(elsewhere(quirks), &request, false)["input"][3].clone();
    assert_eq!(
        plain,
        json!({"type": "reasoning", "id": "rs_2", "summary": [],
        "content": [{"type": "reasoning_text", "text": "hm"}]})
    );
}

#[test]
fn encrypted_thoughts_go_back_to_the_server_that_made_them() {
    let other = || elsewhere(Quirks::default());
    let made_at = |config: ServerConfig| {
        let asked = ChatRequest::new("m", [Message::user("hi")]);
        let answer = Responses::new(&config).whole(&asked, full().to_string().as_bytes());
        ChatRequest::new("m", [answer.unwrap().into_message()])
    };
    let thoughts = |config: ServerConfig, request: &ChatRequest| {
        let input = at(config, request, false)["input"].take();
        let items = input.as_array().unwrap().iter();
        items.filter(|item| item["type"] == "reasoning").cloned().collect::<Vec<_>>()
    };
    let own = [json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "enc",
        "summary": [{"type": "summary_text", "text": "One.\n\nTwo."}]})];
    assert_eq!(thoughts(other(), &made_at(other())), own);
    assert_eq!(thoughts(ServerConfig::openai(), &made_at(ServerConfig::openai())), own);
    assert!(thoughts(other(), &made_at(ServerConfig::openai())).is_empty());
    assert!(thoughts(ServerConfig::openai(), &made_at(other())).is_empty());
    let history = Some(ReasoningField::ReasoningContent);
    let plain = elsewhere(Quirks { reasoning_history: history, ..Quirks::default() });
    let words = [json!({"type": "reasoning", "summary": [],
        "content": [{"type": "reasoning_text", "text": "One.\n\nTwo."}]})];
    assert_eq!(thoughts(plain, &made_at(ServerConfig::openai())), words);
}

#[test]
fn documents_are_the_user_s_whoever_brings_them() {
    let message = Message::assistant("See this.").with_documents([Document::new("a", "Alpha.")]);
    let body = sent(&ChatRequest::new("m", [message]).with_system("Obey me."));
    assert_eq!(body["instructions"], "Obey me.");
    assert_eq!(body["input"][1]["role"], "user");
    let content = body["input"][1]["content"].as_str().unwrap();
    assert!(content.contains("title=\"a\">\nAlpha.\n</document-"), "{content}");
}

#[test]
fn what_has_no_word_is_refused_before_it_is_sent() {
    let request = || ChatRequest::new("m", [Message::user("hi")]);
    for request in [
        request().with_seed(1),
        request().with_stop(["END"]),
        request().with_reasoning(ReasoningEffort::Budget(9)),
    ] {
        let fault = Responses::new(&ServerConfig::openai()).body(&request, false).unwrap_err();
        assert!(matches!(fault, Fault::Refused(ErrorKind::Unsupported, _)), "{fault:?}");
    }
}

#[test]
fn tokens_are_counted_at_openai_alone_and_without_what_is_no_input() {
    let request = ChatRequest::new("gpt-5", [Message::user("hi")])
        .with_max_tokens(9)
        .with_temperature(1.0)
        .with_extra("truncation", "auto")
        .with_extra("user", "u");
    let official = Responses::new(&ServerConfig::openai());
    let (path, body) = official.count(&request).unwrap().unwrap();
    assert_eq!(path, "/responses/input_tokens");
    let expected = json!({"model": "gpt-5", "truncation": "auto",
        "input": [{"type": "message", "role": "user", "content": "hi"}]});
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), expected);
    let counted = official.counted(br#"{"object":"response.input_tokens","input_tokens":11}"#);
    assert_eq!(counted, Some(11));
    assert!(Responses::new(&elsewhere(Quirks::default())).count(&request).is_none());
}

#[test]
fn openai_s_families_are_known_here_too() {
    let provider = OpenAiResponses::new(ServerConfig::openai()).unwrap();
    let info = provider.known("gpt-5.4-mini");
    assert_eq!((info.temperature, info.json_schema), (Some(false), Some(true)));
}

fn whole(answer: &Value) -> Result<ChatResponse, Fault> {
    let asked = ChatRequest::new("asked", [Message::user("hi")]);
    Responses::new(&ServerConfig::openai()).whole(&asked, answer.to_string().as_bytes())
}

fn streamed(events: &[Value]) -> Result<ChatResponse, Fault> {
    let mut assembler = Assembler::new("asked", ORIGIN);
    let mut response = PartialResponse::default();
    for event in events {
        match assembler.feed(event["type"].as_str(), &event.to_string())? {
            Step::Deltas(deltas) => deltas.into_iter().for_each(|delta| response.add(delta)),
            Step::Done => break,
        }
    }
    Ok(response.end(assembler.end(false)?))
}

/// A response with everything in it.
fn full() -> Value {
    json!({"id": "resp_1", "model": "m", "status": "completed", "error": null,
        "usage": {"input_tokens": 9, "output_tokens": 5,
            "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 1},
            "output_tokens_details": {"reasoning_tokens": 2}},
        "output": [
            {"type": "reasoning", "id": "rs_0", "summary": []},
            {"type": "reasoning", "id": "rs_1", "encrypted_content": "enc", "summary": [
                {"type": "summary_text", "text": "One."}, {"type": "summary_text", "text": "Two."}]},
            {"type": "web_search_call", "id": "ws_1", "status": "completed"},
            {"type": "message", "id": "msg_1", "role": "assistant", "content": [
                {"type": "output_text", "text": "Höhe", "annotations": []},
                {"type": "refusal", "refusal": "No."}]},
            {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f",
                "arguments": "{\"a\":1}"},
            {"type": "function_call", "id": "fc_2", "call_id": "c2", "name": "g", "arguments": "{}"}]})
}

fn expected() -> ChatResponse {
    let mut usage = Usage::new(9, 5);
    usage.cached_input_tokens = Some(4);
    usage.cache_write_tokens = Some(1);
    usage.cache_write_1h_tokens = None;
    usage.reasoning_tokens = Some(2);
    let thought = Reasoning::new("One.\n\nTwo.").with_id("rs_1".to_owned());
    let thought = thought.with_signature("enc".to_owned()).read_from(ORIGIN);
    let parts = [
        ContentPart::Reasoning(thought),
        ContentPart::text("HöheNo."),
        ContentPart::ToolCall(ToolCall::new("c1", "f", "{\"a\":1}")),
        ContentPart::ToolCall(ToolCall::new("c2", "g", "{}")),
    ];
    ChatResponse::of("m", parts)
        .with_finish(FinishReason::ToolCalls)
        .with_usage(usage)
        .with_id("resp_1".to_owned())
}

/// The events that OpenAI sends for that response.
fn events() -> Vec<Value> {
    let item = |index: usize| full()["output"][index].clone();
    let begun = |index: usize| {
        let mut item = item(index);
        for field in ["summary", "content"] {
            if item.get(field).is_some() {
                item[field] = json!([]);
            }
        }
        if item.get("arguments").is_some() {
            item["arguments"] = json!("");
        }
        json!({"type": "response.output_item.added", "output_index": index, "item": item})
    };
    let done = |index: usize| json!({"type": "response.output_item.done", "output_index": index, "item": item(index)});
    let text = |kind: &str, index: usize, fields: Value| {
        let id = item(index)["id"].clone();
        let mut event =
            json!({"type": format!("response.{kind}"), "output_index": index, "item_id": id});
        event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        event
    };
    let summary = "reasoning_summary_text";
    let arguments = "function_call_arguments";
    vec![
        json!({"type": "response.created", "response": {"id": "resp_1", "model": "m", "error": null}}),
        begun(0),
        done(0),
        begun(1),
        text(&format!("{summary}.delta"), 1, json!({"summary_index": 0, "delta": "One."})),
        text(&format!("{summary}.done"), 1, json!({"summary_index": 0, "text": "One."})),
        text(&format!("{summary}.delta"), 1, json!({"summary_index": 1, "delta": "T"})),
        text(&format!("{summary}.delta"), 1, json!({"summary_index": 1, "delta": "wo."})),
        text(&format!("{summary}.done"), 1, json!({"summary_index": 1, "text": "Two."})),
        done(1),
        begun(2),
        json!({"type": "response.web_search_call.searching", "output_index": 2, "item_id": "ws_1"}),
        done(2),
        begun(3),
        text("output_text.delta", 3, json!({"content_index": 0, "delta": "H"})),
        text("output_text.delta", 3, json!({"content_index": 0, "delta": "öhe"})),
        text("output_text.done", 3, json!({"content_index": 0, "text": "Höhe"})),
        text("refusal.delta", 3, json!({"content_index": 1, "delta": "No."})),
        text("refusal.done", 3, json!({"content_index": 1, "refusal": "No."})),
        done(3),
        begun(4),
        begun(5),
        text(&format!("{arguments}.delta"), 4, json!({"delta": "{\"a\":"})),
        text(&format!("{arguments}.delta"), 5, json!({"delta": "{}"})),
        text(&format!("{arguments}.delta"), 4, json!({"delta": "1}"})),
        text(&format!("{arguments}.done"), 4, json!({"arguments": "{\"a\":1}"})),
        text(&format!("{arguments}.done"), 5, json!({"arguments": "{}"})),
        done(4),
        done(5),
        json!({"type": "response.completed", "response": full()}),
    ]
}

#[test]
fn whole_and_streamed_are_the_same() {
    assert_eq!(whole(&full()).unwrap(), expected());
    assert_eq!(streamed(&events()).unwrap(), expected());
}

fn without(leave_out: impl Fn(&str) -> bool) -> Vec<Value> {
    events().into_iter().filter(|event| !leave_out(event["type"].as_str().unwrap())).collect()
}

#[test]
fn whichever_events_a_server_leaves_out_nothing_is_lost_or_doubled() {
    let is_text_end = |t: &str| t.ends_with(".done") && !t.contains("output_item");
    assert_eq!(streamed(&without(|t| t.ends_with(".delta"))).unwrap(), expected());
    assert_eq!(streamed(&without(is_text_end)).unwrap(), expected());
    assert_eq!(streamed(&without(|t| t.ends_with(".done"))).unwrap(), expected());
    assert_eq!(streamed(&without(|t| t.contains("output_item"))).unwrap(), expected());
    assert_eq!(streamed(&without(|t| t.contains(".delta") || is_text_end(t))).unwrap(), expected());
    assert_eq!(streamed(&without(|t| t != "response.completed")).unwrap(), expected());
}

#[test]
fn a_server_may_repeat_nothing_at_the_end_or_name_items_anew() {
    let with_end = |output: Value| {
        let mut events = events();
        events.last_mut().unwrap()["response"]["output"] = output;
        streamed(&events).unwrap()
    };
    assert_eq!(with_end(json!([])), expected());
    assert_eq!(with_end(Value::Null), expected());
    let mut output = full()["output"].clone();
    for item in output.as_array_mut().unwrap() {
        item["id"] = json!(format!("new_{}", item["id"]));
    }
    assert_eq!(with_end(output), expected());
}

#[test]
fn items_are_found_by_id_alone_by_place_alone_or_as_the_last_of_their_kind() {
    for field in ["output_index", "item_id"] {
        let mut events = events();
        for event in &mut events {
            event.as_object_mut().unwrap().remove(field);
        }
        assert_eq!(streamed(&events).unwrap(), expected(), "without {field}");
    }
    let delta = |text: &str| json!({"type": "response.output_text.delta", "delta": text});
    let end = json!({"type": "response.completed", "response": {"status": "completed"}});
    assert_eq!(streamed(&[delta("a"), delta("b"), end]).unwrap().text(), "ab");
}

#[test]
fn a_stream_without_its_last_event_was_cut() {
    for end in 0..events().len() - 1 {
        let cut = streamed(&events()[..end]);
        assert!(matches!(cut, Err(Fault::Cut(Cut::Silent))), "{end}: {cut:?}");
    }
    let done = Assembler::new("m", ORIGIN).end(true);
    assert_eq!(done, Err(Cut::Silent), "[DONE] alone is no end");
}

#[test]
fn errors_are_found_wherever_servers_put_them() {
    let failed =
        json!({"status": "failed", "error": {"code": "rate_limit_exceeded", "message": "m"}});
    for event in [
        json!({"type": "error", "code": "rate_limit_exceeded", "message": "m", "param": null}),
        json!({"type": "error", "error": {"type": "rate_limit_error", "message": "m"}}),
        json!({"type": "response.failed", "response": failed}),
        json!({"error": {"code": 429, "message": "m"}}),
    ] {
        let Err(Fault::Error(error)) = streamed(std::slice::from_ref(&event)) else {
            panic!("{event}")
        };
        assert_eq!((error.classify(None), error.message.as_str()), (ErrorKind::RateLimit, "m"));
    }
    let fault = Assembler::new("m", ORIGIN).feed(Some("error"), "it broke").unwrap_err();
    assert!(matches!(fault, Fault::Error(error) if error.message == "it broke"));
    let Err(Fault::Error(error)) = whole(&failed) else { panic!() };
    assert_eq!(error.classify(None), ErrorKind::RateLimit);
}

#[test]
fn an_event_says_how_a_response_ended_also_if_the_response_does_not() {
    let failed = streamed(&[json!({"type": "response.failed"})]);
    assert!(matches!(failed, Err(Fault::Error(_))), "{failed:?}");
    let response = json!({"id": "r", "status": null});
    let cancelled = streamed(&[json!({"type": "response.cancelled", "response": response})]);
    assert!(matches!(cancelled, Err(Fault::Cut(Cut::BrokenOff(_)))), "{cancelled:?}");
    let incomplete = streamed(&[json!({"type": "response.incomplete", "response": {"id": "r"}})]);
    assert_eq!(incomplete.unwrap().finish, FinishReason::Other("incomplete".into()));
    let completed = streamed(&[json!({"type": "response.completed", "response": {"id": "r"}})]);
    assert_eq!(completed.unwrap().finish, FinishReason::Stop);
}

#[test]
fn a_text_without_parts_is_said_and_what_is_null_is_absent() {
    let message = json!({"type": "message", "content": "Hi"});
    let parts = json!({"type": "message", "content": [null, {"text": "!"}]});
    let answer = json!({"status": "completed", "output": [message, {"type": null}, parts]});
    assert_eq!(whole(&answer).unwrap().text(), "Hi!");
    let events = [
        json!({"type": "later", "item": null, "response": null}),
        json!({"type": "response.completed", "response": answer}),
    ];
    assert_eq!(streamed(&events).unwrap().text(), "Hi!");
    let odd = json!({"status": "completed", "output": [{"type": "message", "content": 7}]});
    assert!(matches!(whole(&odd), Err(Fault::Malformed(_))));
}

#[test]
fn an_answer_has_no_more_parts_than_can_be_gone_through() {
    let many = vec![json!({"type": "message"}); 5000];
    let answer = json!({"status": "completed", "output": many});
    assert!(matches!(whole(&answer), Err(Fault::Malformed(_))));
    let begin = |index: u64| {
        json!({"type": "response.output_item.added", "output_index": index,
            "item": {"type": "message", "id": index.to_string()}})
    };
    let endless: Vec<_> = (0..5000).map(begin).collect();
    assert!(matches!(streamed(&endless), Err(Fault::Malformed(_))));
}

#[test]
fn what_is_no_response_is_malformed() {
    for answer in [json!({}), json!({"choices": []}), json!({"output": "x"}), json!([1])] {
        let read = whole(&answer);
        assert!(matches!(read, Err(Fault::Malformed(_))), "{answer}: {read:?}");
    }
    assert!(matches!(
        Assembler::new("m", ORIGIN).feed(None, "{\"type\":"),
        Err(Fault::Malformed(_))
    ));
}
