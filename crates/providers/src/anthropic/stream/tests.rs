//! Streams, event by event.

use serde_json::json;
use ziggurat_core::chat::{FinishReason, Reasoning};
use ziggurat_core::{ErrorKind, Usage};

use super::*;
use crate::anthropic::ORIGIN;

type Fed = Result<(Vec<ChatDelta>, Result<ChatEnd, Cut>), Fault>;

fn fed(events: &[Value]) -> Fed {
    let mut assembler = Assembler::new("asked");
    let mut all = Vec::new();
    for event in events {
        match assembler.feed(event["type"].as_str(), &event.to_string())? {
            Step::Deltas(deltas) => all.extend(deltas),
            Step::Done => return Ok((all, assembler.end(true))),
        }
    }
    Ok((all, assembler.end(false)))
}

fn deltas(events: &[Value]) -> Vec<ChatDelta> {
    fed(events).unwrap().0
}

fn start(index: u64, block: Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn more(index: u64, delta: Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn stop(index: u64) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

fn text(index: u64, text: &str) -> Value {
    more(index, json!({"type": "text_delta", "text": text}))
}

fn input(index: u64, piece: &str) -> Value {
    more(index, json!({"type": "input_json_delta", "partial_json": piece}))
}

fn tool(index: u64, id: &str, given: Value) -> Value {
    start(index, json!({"type": "tool_use", "id": id, "name": "f", "input": given}))
}

fn call(index: usize, id: Option<&str>, arguments: &str) -> ChatDelta {
    ChatDelta::ToolCall {
        index,
        id: id.map(str::to_owned),
        name: id.map(|_| "f".to_owned()),
        arguments: arguments.to_owned(),
        signature: None,
    }
}

fn finished(reason: &str) -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null}})
}

fn done() -> Value {
    json!({"type": "message_stop"})
}

#[test]
fn text_and_end_are_put_together_and_later_counts_go_over_earlier_ones() {
    let usage = json!({"input_tokens": 5, "cache_read_input_tokens": 100, "output_tokens": 1,
        "cache_creation": {"ephemeral_1h_input_tokens": 0}});
    let mut last = finished("end_turn");
    last["usage"] = json!({"input_tokens": 6, "output_tokens": 9,
        "output_tokens_details": {"thinking_tokens": 2}});
    let (deltas, end) = fed(&[
        json!({"type": "message_start", "message": {"id": "msg", "model": "claude", "usage": usage}}),
        start(0, json!({"type": "text", "text": ""})),
        json!({"type": "ping"}),
        text(0, "Hi"),
        stop(0),
        start(1, json!({"type": "text", "text": "!"})),
        text(1, ""),
        last,
        done(),
    ])
    .unwrap();
    assert_eq!(deltas, [ChatDelta::Text("Hi".into()), ChatDelta::Text("!".into())]);
    let end = end.unwrap();
    assert_eq!((end.model.as_str(), end.id.as_deref()), ("claude", Some("msg")));
    assert_eq!(end.finish, FinishReason::Stop);
    let mut usage = Usage::UNKNOWN;
    (usage.input_tokens, usage.output_tokens) = (Some(106), Some(9));
    (usage.cached_input_tokens, usage.reasoning_tokens) = (Some(100), Some(2));
    usage.cache_write_1h_tokens = Some(0);
    assert_eq!(end.usage, usage);
}

#[test]
fn thoughts_are_numbered_by_themselves_and_empty_ones_are_none() {
    let thinking =
        |index| start(index, json!({"type": "thinking", "thinking": "", "signature": ""}));
    let thought = |index, delta: Value| more(index, delta);
    let deltas = deltas(&[
        thinking(0),
        stop(0),
        thinking(1),
        thought(1, json!({"type": "thinking_delta", "thinking": "hm"})),
        thought(1, json!({"type": "signature_delta", "signature": "s"})),
        stop(1),
        text(2, "between"),
        start(3, json!({"type": "redacted_thinking", "data": "d"})),
        stop(3),
    ]);
    let piece =
        |index, piece: Reasoning| ChatDelta::Reasoning { index, piece: piece.read_from(ORIGIN) };
    let expected = [
        piece(0, Reasoning::new("hm")),
        piece(0, Reasoning::default().with_signature("s".to_owned())),
        ChatDelta::Text("between".into()),
        piece(1, Reasoning::default().with_signature("d".to_owned()).redacted()),
    ];
    assert_eq!(deltas, expected);
}

#[test]
fn arguments_are_what_came_in_pieces_or_else_what_came_at_first() {
    let pieces =
        [tool(4, "a", json!({})), input(4, ""), input(4, "{\"x\""), input(4, ":1}"), stop(4)];
    let expected = [call(0, Some("a"), ""), call(0, None, "{\"x\""), call(0, None, ":1}")];
    assert_eq!(deltas(&pieces), expected);
    for (given, arguments) in
        [(json!({}), "{}"), (json!(null), "{}"), (json!({"x": 1}), r#"{"x":1}"#)]
    {
        let expected = [call(0, Some("a"), ""), call(0, None, arguments)];
        let begun = tool(0, "a", given);
        assert_eq!(deltas(&[begun.clone(), stop(0), finished("tool_use")]), expected);
        assert_eq!(deltas(&[begun, finished("tool_use")]), expected, "not closed");
    }
}

#[test]
fn calls_are_numbered_by_themselves_and_pieces_may_come_mixed() {
    let deltas = deltas(&[
        text(0, "two"),
        tool(1, "a", json!({})),
        tool(2, "b", json!({})),
        input(2, "{}"),
        input(1, "{ }"),
    ]);
    let expected = [
        ChatDelta::Text("two".into()),
        call(0, Some("a"), ""),
        call(1, Some("b"), ""),
        call(1, None, "{}"),
        call(0, None, "{ }"),
    ];
    assert_eq!(deltas, expected);
}

#[test]
fn what_is_no_part_of_the_answer_is_left_out() {
    let unknown = json!({"type": "later_event", "message": "x", "index": "y"});
    let deltas = deltas(&[
        start(0, json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}})),
        input(0, "{\"query\":1}"),
        stop(0),
        start(1, json!({"type": "web_search_tool_result", "content": [{"text": "found"}]})),
        start(2, json!({"type": "text", "text": ""})),
        more(2, json!({"type": "citations_delta", "citation": {"cited_text": "c"}})),
        more(2, json!({"type": "later_delta", "later": []})),
        text(2, "said"),
        unknown,
    ]);
    assert_eq!(deltas, [ChatDelta::Text("said".into())]);
}

#[test]
fn a_piece_of_a_call_that_has_not_begun_is_an_error() {
    assert!(matches!(fed(&[input(0, "{}")]), Err(Fault::Malformed(_))));
}

#[test]
fn without_message_stop_there_is_no_end() {
    let end = |events: &[Value]| fed(events).unwrap().1;
    assert_eq!(end(&[text(0, "Hi")]), Err(Cut::Silent));
    assert_eq!(end(&[text(0, "Hi"), finished("end_turn")]), Err(Cut::Silent));
    let unexplained = end(&[text(0, "Hi"), done()]).unwrap();
    assert_eq!(unexplained.finish, FinishReason::Other("none".into()));
}

#[test]
fn errors_are_found_wherever_servers_put_them() {
    let rows = [
        (Some("error"), r#"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#),
        (None, r#"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#),
        (None, r#"{"error":{"code":503,"message":"m"}}"#),
        (Some("error"), "m"),
    ];
    for (event, data) in rows {
        let fault = Assembler::new("m").feed(event, data).unwrap_err();
        let Fault::Error(error) = fault else { panic!("{data}: {fault:?}") };
        assert_eq!((error.classify(None), error.message.as_str()), (ErrorKind::Server, "m"));
    }
    let fault = Assembler::new("m").feed(None, "{\"type\":").unwrap_err();
    assert!(matches!(fault, Fault::Malformed(_)));
}

#[test]
fn an_answer_has_no_more_blocks_than_can_be_gone_through() {
    let endless: Vec<_> = (0..5000).map(|index| start(index, json!({"type": "later"}))).collect();
    assert!(matches!(fed(&endless), Err(Fault::Malformed(_))));
}

#[test]
fn what_was_written_is_unknown_until_the_end_says_it() {
    let usage = json!({"input_tokens": 5, "output_tokens": 1});
    let events = [
        json!({"type": "message_start", "message": {"id": "m", "usage": usage}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}),
        json!({"type": "message_stop"}),
    ];
    let usage = fed(&events).unwrap().1.unwrap().usage;
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(5), None));
}
