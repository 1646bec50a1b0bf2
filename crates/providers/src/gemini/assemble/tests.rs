//! Answers in every shape, streamed and whole.

use futures::executor::block_on;
use futures::{StreamExt, stream};
use serde_json::json;
use ziggurat_core::chat::{self, Reasoning, ToolCall};
use ziggurat_core::{ContentPart, ErrorKind};

use super::*;
use crate::gemini::ORIGIN;

fn asked() -> ChatRequest {
    ChatRequest::new("models/asked", [])
}

fn streamed(pieces: &[Value]) -> Result<Result<ChatResponse, Cut>, Fault> {
    let mut assembler = Assembler::new(&asked());
    let mut deltas = Vec::new();
    for piece in pieces {
        match assembler.feed(None, &piece.to_string())? {
            Step::Deltas(more) => deltas.extend(more),
            Step::Done => break,
        }
    }
    let end = match assembler.end(false) {
        Ok(end) => end,
        Err(cut) => return Ok(Err(cut)),
    };
    let all = deltas.into_iter().chain([ChatDelta::End(end)]).map(Ok);
    Ok(Ok(block_on(chat::collect("t", stream::iter(all).boxed(), |_| {})).unwrap()))
}

fn whole(body: &Value) -> Result<ChatResponse, Fault> {
    Assembler::new(&asked()).whole(body.to_string().as_bytes())
}

/// The answer of these parts, the same in one piece and in one piece for each.
fn answer(parts: &[Value]) -> ChatResponse {
    let piece = |parts: &[Value]| json!({"candidates": [{"content": {"parts": parts, "role": "model"}}], "responseId": "r"});
    let mut all = piece(parts);
    all["candidates"][0]["finishReason"] = json!("STOP");
    let mut pieces: Vec<_> = parts.iter().map(|part| piece(std::slice::from_ref(part))).collect();
    pieces.push(json!({"candidates": [{"finishReason": "STOP"}]}));
    let answer = whole(&all).unwrap();
    assert_eq!(streamed(&pieces).unwrap().unwrap(), answer);
    assert_eq!(whole(&json!(pieces)).unwrap(), answer, "as a list");
    answer
}

fn thought(text: &str, signature: Option<&str>) -> ContentPart {
    let block = Reasoning::new(text).with_signature(signature.map(str::to_owned));
    ContentPart::Reasoning(block.read_from(ORIGIN))
}

#[test]
fn pieces_of_text_are_one_text_and_its_signature_follows_it() {
    let expected = [ContentPart::text("Hi there"), thought("", Some("s"))];
    let in_pieces = [json!({"text": "Hi"}), json!({"text": " there", "thoughtSignature": "s"})];
    assert_eq!(answer(&in_pieces).content, expected);
    let at_the_end = [json!({"text": "Hi there"}), json!({"text": "", "thoughtSignature": "s"})];
    assert_eq!(answer(&at_the_end).content, expected);
}

#[test]
fn thoughts_that_follow_each_other_are_one_block_until_a_signature_ends_it() {
    let parts = [
        json!({"text": "One ", "thought": true}),
        json!({"text": "two", "thought": true}),
        json!({"text": "", "thought": true, "thoughtSignature": "s1"}),
        json!({"text": "three", "thought": true, "thoughtSignature": "s2"}),
        json!({"text": "Done."}),
        json!({"text": "four", "thought": true}),
    ];
    let expected = [
        thought("One two", Some("s1")),
        thought("three", Some("s2")),
        ContentPart::text("Done."),
        thought("four", None),
    ];
    assert_eq!(answer(&parts).content, expected);
}

#[test]
fn calls_keep_their_ids_and_signatures_and_get_an_id_where_they_have_none() {
    let parts = [
        json!({"functionCall": {"name": "f", "args": {"b": 1.5, "a": [null]}, "id": "x"},
            "thoughtSignature": "s"}),
        json!({"functionCall": {"name": "g"}}),
        json!({"functionCall": {"name": "g", "args": null, "id": ""}}),
        json!({"text": ""}),
    ];
    let answer = answer(&parts);
    let f = ToolCall::new("x", "f", r#"{"a":[null],"b":1.5}"#);
    let expected = [
        f.with_signature(Some("s".to_owned())),
        ToolCall::new("gemini-call-r-1", "g", "{}"),
        ToolCall::new("gemini-call-r-2", "g", "{}"),
    ];
    assert_eq!(answer.content, expected.map(ContentPart::ToolCall));
    assert_eq!(answer.finish, FinishReason::ToolCalls);
}

#[test]
fn parts_of_the_server_s_own_tools_are_left_out() {
    let parts = [
        json!({"executableCode": {"code": "1+1"}, "thoughtSignature": "s"}),
        json!({"codeExecutionResult": {"output": "2"}}),
        json!({"text": "2"}),
    ];
    assert_eq!(answer(&parts).content, [ContentPart::text("2")]);
}

#[test]
fn counts_that_come_after_the_reason_still_count() {
    let answer = streamed(&[
        json!({"candidates": [{"content": {"parts": [{"text": "Hi"}]}}], "modelVersion": "m-1",
            "responseId": "r", "usageMetadata": {"promptTokenCount": 3}}),
        json!({"candidates": [{"finishReason": "MAX_TOKENS"}]}),
        json!({"usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 1}}),
    ]);
    let answer = answer.unwrap().unwrap();
    assert_eq!((answer.text().as_str(), answer.finish), ("Hi", FinishReason::Length));
    assert_eq!((answer.model.as_str(), answer.id.as_deref()), ("m-1", Some("r")));
    assert_eq!((answer.usage.input_tokens, answer.usage.output_tokens), (Some(3), Some(1)));
}

#[test]
fn a_stream_without_a_reason_is_cut_wherever_it_ends() {
    let half = json!({"candidates": [{"content": {"parts": [{"text": "Hi"}]}}]});
    assert_eq!(streamed(std::slice::from_ref(&half)).unwrap().unwrap_err(), Cut::Silent);
    assert_eq!(streamed(&[]).unwrap().unwrap_err(), Cut::Silent);
    let mut assembler = Assembler::new(&asked());
    assert!(matches!(assembler.feed(None, "[DONE]"), Ok(Step::Done)));
    assert_eq!(assembler.end(true).unwrap_err(), Cut::Silent);
    assert!(matches!(whole(&json!([half])), Err(Fault::Cut(Cut::Silent))));
    assert!(matches!(whole(&json!([])), Err(Fault::Cut(Cut::Silent))));
    let answer = whole(&half).unwrap();
    assert_eq!(answer.finish, FinishReason::Other("none".into()));
    assert_eq!(answer.model, "asked");
}

#[test]
fn a_blocked_prompt_is_an_empty_answer_with_its_usage() {
    let blocked = json!({"promptFeedback": {"blockReason": "SAFETY"},
        "usageMetadata": {"promptTokenCount": 8, "totalTokenCount": 8}});
    let answers =
        [whole(&blocked).unwrap(), streamed(std::slice::from_ref(&blocked)).unwrap().unwrap()];
    for answer in answers {
        assert_eq!((answer.content.len(), answer.finish), (0, FinishReason::ContentFilter));
        assert_eq!((answer.usage.input_tokens, answer.usage.output_tokens), (Some(8), Some(0)));
    }
    // Ratings come without a block as well.
    let rated = json!({"promptFeedback": {"safetyRatings": []}});
    assert!(matches!(whole(&rated), Err(Fault::Malformed(_))));
}

#[test]
fn errors_are_found_in_both_shapes() {
    let error = json!({"error": {"code": 503, "status": "UNAVAILABLE", "message": "overloaded"}});
    let half = json!({"candidates": [{"content": {"parts": [{"text": "Hi"}]}}]});
    for fault in [
        streamed(&[half.clone(), error.clone()]).unwrap_err(),
        streamed(&[half.clone(), json!([error])]).unwrap_err(),
        whole(&error).unwrap_err(),
        whole(&json!([half, error])).unwrap_err(),
    ] {
        let Fault::Error(error) = fault else { panic!("{fault:?}") };
        assert_eq!((error.classify(None), error.status()), (ErrorKind::Server, Some(503)));
        assert_eq!((error.code(), error.message.as_str()), (Some("UNAVAILABLE"), "overloaded"));
    }
}

#[test]
fn only_the_first_candidate_is_read() {
    let candidate = |index: u64, text: &str| json!({"index": index, "content": {"parts": [{"text": text}]}, "finishReason": "STOP"});
    let body = json!({"candidates": [candidate(1, "other"), candidate(0, "first")]});
    assert_eq!(whole(&body).unwrap().text(), "first");
}

#[test]
fn what_is_no_json_is_malformed() {
    let feed = |data: &str| Assembler::new(&asked()).feed(None, data);
    assert!(matches!(feed("{\"candidates\":"), Err(Fault::Malformed(_))));
    assert!(matches!(feed("7"), Err(Fault::Malformed(_))));
    assert!(matches!(feed(" "), Ok(Step::Deltas(deltas)) if deltas.is_empty()));
    assert!(matches!(Assembler::new(&asked()).whole(b"<html>"), Err(Fault::Malformed(_))));
}
