//! What a whole answer tells, and that a streamed one tells the same.

use serde_json::{Value, json};
use ziggurat_core::chat::{AnswerSource, ChatResponse, FinishReason, Reasoning};
use ziggurat_core::{ErrorKind, Usage};

use super::Subject;
use super::stage::answered;
use crate::{ScriptedProvider, Turn};

const TEXT: &str = "Größer als acht Zeichen: 🏛️🏛️🏛️\nand a second line.";

/// The answer to a turn, whole and streamed.
async fn both(subject: &Subject, turn: Turn) -> [ChatResponse; 2] {
    let stage = subject.play(ScriptedProvider::new().otherwise(turn)).await;
    let request = subject.ask("What happened?");
    [answered(stage.whole(&request).await), answered(stage.streamed(&request).await)]
}

async fn finish(subject: &Subject, turn: Turn) -> [FinishReason; 2] {
    both(subject, turn).await.map(|answer| answer.finish)
}

/// The text arrives unchanged, under the name of the model that was asked, and has ended well.
pub async fn an_answer_is_what_the_model_said(subject: &Subject) {
    let asked = subject.ask("").model;
    for answer in both(subject, Turn::text(TEXT)).await {
        assert_eq!(answer.text(), TEXT);
        assert_eq!(answer.finish, FinishReason::Stop);
        assert_eq!(answer.model, asked);
        assert_eq!(answer.tool_calls().count(), 0);
    }
}

/// Nothing said is an empty answer, and no error: whoever asked decides what to make of it.
pub async fn an_empty_answer_is_empty(subject: &Subject) {
    for answer in both(subject, Turn::empty()).await {
        assert_eq!((answer.text().as_str(), answer.finish.clone()), ("", FinishReason::Stop));
        assert_eq!(answer.tool_calls().count(), 0);
    }
}

/// "The pieces add up to what `chat` would have returned": texts, thoughts, calls, the reason for the
/// end, tokens and the model's name.
pub async fn a_stream_adds_up_to_the_whole_answer(subject: &Subject) {
    let usage = Usage::new(30, 12);
    let turns = [
        Turn::text(TEXT).with_usage(usage),
        Turn::text("cut at the bound").finish(FinishReason::Length).with_usage(usage),
        Turn::empty(),
        Turn::text("42").with_reasoning(thoughts()).with_usage(usage),
        Turn::tool_calls(calls()).with_usage(usage),
        Turn::tool_calls(calls()).saying("I look it up."),
        Turn::tool_call("now", json!({})),
    ];
    for turn in turns {
        let [whole, streamed] = both(subject, turn.clone()).await.map(comparable);
        assert_eq!(streamed, whole, "streamed and whole differ for {turn:?}");
    }
}

/// Ids differ from call to call, and a cache may have kept the answer for the second.
fn comparable(mut answer: ChatResponse) -> ChatResponse {
    (answer.id, answer.request_id) = (None, None);
    answer.with_source(AnswerSource::Model)
}

fn thoughts() -> Reasoning {
    Reasoning::new("Six times seven is 42.").with_signature("proof".to_owned())
}

fn calls() -> [(&'static str, Value); 3] {
    [
        ("add", json!({"a": 1, "b": [2, 3], "note": "größer als acht"})),
        ("add", json!({"a": 4, "b": []})),
        ("stop", json!({})),
    ]
}

/// Calls in parallel keep their ids, their order and their arguments.
pub async fn tool_calls_keep_ids_order_and_arguments(subject: &Subject) {
    for answer in both(subject, Turn::tool_calls(calls())).await {
        assert_eq!(answer.finish, FinishReason::ToolCalls);
        let got: Vec<_> = answer.tool_calls().collect();
        let ids: Vec<_> = got.iter().map(|call| call.id.as_str()).collect();
        assert_eq!(ids, ["call_1", "call_2", "call_3"]);
        for (call, (name, arguments)) in got.iter().zip(calls()) {
            assert_eq!(call.name, name);
            let parsed: Result<Value, _> = serde_json::from_str(&call.arguments);
            assert_eq!(parsed.ok(), Some(arguments), "arguments {:?}", call.arguments);
        }
    }
}

/// What the model says before it calls tools is kept.
pub async fn text_before_tool_calls_is_kept(subject: &Subject) {
    for answer in both(subject, Turn::tool_calls(calls()).saying("I look it up.")).await {
        assert_eq!((answer.text().as_str(), answer.tool_calls().count()), ("I look it up.", 3));
        assert_eq!(answer.finish, FinishReason::ToolCalls);
    }
}

/// What the model thought is no part of the text.
pub async fn thoughts_are_told_apart_from_the_text(subject: &Subject) {
    for answer in both(subject, Turn::text("42").with_reasoning(thoughts())).await {
        assert_eq!(answer.text(), "42");
        assert_eq!(answer.reasoning(), "Six times seven is 42.");
    }
}

/// Tokens are those that were reported.
pub async fn usage_is_what_was_reported(subject: &Subject) {
    for answer in both(subject, Turn::text(TEXT).with_usage(Usage::new(30, 12))).await {
        let Usage { input_tokens, output_tokens, .. } = answer.usage;
        assert_eq!((input_tokens, output_tokens), (Some(30), Some(12)));
    }
}

/// Tokens from a cache are part of the input, and those of thoughts part of the output.
pub async fn cached_and_reasoning_tokens_are_told(subject: &Subject) {
    let mut usage = Usage::new(30, 12);
    (usage.cached_input_tokens, usage.reasoning_tokens) = (Some(20), Some(5));
    for answer in both(subject, Turn::text(TEXT).with_usage(usage)).await {
        let got = answer.usage;
        assert_eq!((got.input_tokens, got.cached_input_tokens), (Some(30), Some(20)));
        assert_eq!((got.output_tokens, got.reasoning_tokens), (Some(12), Some(5)));
    }
}

/// "Token counts the server did not report are `None`", not zero.
pub async fn usage_that_was_not_reported_is_unknown(subject: &Subject) {
    for answer in both(subject, Turn::text(TEXT)).await {
        assert_eq!(answer.usage, Usage::UNKNOWN);
    }
}

/// An answer that reached the bound on its tokens says so.
pub async fn a_truncated_answer_says_so(subject: &Subject) {
    let turn = Turn::text(TEXT).finish(FinishReason::Length);
    assert_eq!(finish(subject, turn).await, [FinishReason::Length, FinishReason::Length]);
}

/// An answer that a filter cut off says so.
pub async fn a_filtered_answer_says_so(subject: &Subject) {
    let turn = Turn::text(TEXT).finish(FinishReason::ContentFilter);
    let filtered = || FinishReason::ContentFilter;
    assert_eq!(finish(subject, turn).await, [filtered(), filtered()]);
}

/// A refusal is told apart from an answer: by its reason, its words being the text, or as an error of
/// the kind [`ErrorKind::Refusal`].
pub async fn a_refusal_is_told_apart(subject: &Subject) {
    let script = ScriptedProvider::new().otherwise(Turn::refusal("I would rather not."));
    let stage = subject.play(script).await;
    let request = subject.ask("What happened?");
    for result in [stage.whole(&request).await, stage.streamed(&request).await] {
        match result {
            Ok(answer) => assert_eq!(
                (answer.finish.clone(), answer.text().as_str()),
                (FinishReason::Refusal, "I would rather not.")
            ),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Refusal, "{error}"),
        }
    }
}

/// A reason that the provider does not know is passed on as it was spelt.
pub async fn an_unknown_reason_for_the_end_survives(subject: &Subject) {
    let reason = || FinishReason::Other("SUITE_REASON".to_owned());
    let turn = Turn::text(TEXT).finish(reason());
    assert_eq!(finish(subject, turn).await, [reason(), reason()]);
}
