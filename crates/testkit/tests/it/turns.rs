//! What each kind of turn does, whole and streamed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::StreamExt;
use futures::future::FutureExt;
use serde_json::json;
use tokio::time::{Instant, timeout};
use ziggurat_core::chat::{ChatDelta, FinishReason, collect};
use ziggurat_core::{CallContext, ChatResponse, ErrorKind, Provider, ProviderError, Usage};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::ask;

const SECOND: Duration = Duration::from_secs(1);

async fn whole(turn: Turn) -> Result<ChatResponse, ProviderError> {
    let provider = ScriptedProvider::new().turn(turn);
    provider.chat(&CallContext::default(), &ask("x")).await
}

async fn streamed(turn: Turn) -> Result<ChatResponse, ProviderError> {
    let provider = ScriptedProvider::new().turn(turn);
    let stream = provider.stream(&CallContext::default(), &ask("x")).await?;
    collect("scripted", stream, |_| {}).await
}

#[tokio::test]
async fn a_stream_adds_up_to_the_whole_answer() {
    let calls = [("add", json!({"a": 1, "b": "a longer text"})), ("stop", json!({}))];
    let turns = [
        Turn::text("Größer als acht Zeichen: 🏛️🏛️🏛️").with_usage(Usage::new(3, 9)),
        Turn::text("cut at the bound").finish(FinishReason::Length),
        Turn::empty(),
        Turn::tool_calls(calls),
    ];
    for turn in turns {
        let expected = whole(turn.clone()).await.unwrap();
        assert_eq!(streamed(turn).await.unwrap(), expected);
        assert_eq!(expected.model, "m");
    }
}

#[tokio::test]
async fn a_text_comes_in_pieces() {
    let provider = ScriptedProvider::new().turn(Turn::text("0123456789"));
    let stream = provider.stream(&CallContext::default(), &ask("x")).await.unwrap();
    let pieces: Vec<_> = stream.map(Result::unwrap).collect().await;
    assert_eq!(pieces[..2], [ChatDelta::Text("01234567".into()), ChatDelta::Text("89".into())]);
    assert!(matches!(pieces[2..], [ChatDelta::End(_)]));
}

#[tokio::test(start_paused = true)]
async fn stamped_pieces_say_when_they_were_sent() {
    let turn = Turn::text("0123456789").in_pieces(5).stamped();
    assert_eq!(whole(turn.clone()).await.unwrap().text(), "0123456789", "streams only");
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    let text = streamed(turn).await.unwrap().text().to_string();
    let stamps: Vec<u128> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();
    assert_eq!((stamps.len(), text.len()), (5, 5 * 17));
    assert!(stamps.is_sorted() && stamps[0] >= before, "{stamps:?}");
}

#[tokio::test]
async fn a_tool_call_bears_json() {
    let answer = whole(Turn::tool_call("add", json!({"a": 1}))).await.unwrap();
    assert_eq!(answer.finish, FinishReason::ToolCalls);
    let call = answer.tool_calls().next().unwrap();
    assert_eq!((call.id.as_str(), call.arguments.as_str()), ("call_1", r#"{"a":1}"#));
}

#[tokio::test]
async fn an_error_bears_what_the_script_gave_it() {
    let turn = Turn::error(ErrorKind::RateLimit, "slow down").status(429).retry_after(SECOND);
    for error in [whole(turn.clone()).await.unwrap_err(), streamed(turn).await.unwrap_err()] {
        assert_eq!(error.to_string(), "scripted: slow down");
        assert_eq!(
            (error.kind(), error.status(), error.retry_after()),
            (ErrorKind::RateLimit, Some(429), Some(SECOND))
        );
    }
}

#[tokio::test]
async fn a_cut_gives_its_text_and_then_the_error() {
    let provider = ScriptedProvider::new().turn(Turn::cut("half an answer"));
    let stream = provider.stream(&CallContext::default(), &ask("x")).await.unwrap();
    let mut seen = String::new();
    let error = collect("scripted", stream, |text| seen.push_str(text)).await.unwrap_err();
    assert_eq!((seen.as_str(), error.kind()), ("half an answer", ErrorKind::Interrupted));
    assert_eq!(whole(Turn::cut("half")).await.unwrap_err().kind(), ErrorKind::Interrupted);
    assert_eq!(provider.cancelled(), 0, "the caller did not drop it");
}

#[tokio::test]
async fn a_cut_before_the_first_piece_is_returned_not_streamed() {
    let provider = ScriptedProvider::new().turn(Turn::cut(""));
    assert!(provider.stream(&CallContext::default(), &ask("x")).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn delays_are_tokio_time() {
    let begin = Instant::now();
    let turn = Turn::text("0123456789").after(10 * SECOND).paced(SECOND);
    streamed(turn.clone()).await.unwrap();
    assert_eq!(
        begin.elapsed(),
        12 * SECOND,
        "one pace before the second piece, one before the end"
    );
    whole(turn).await.unwrap();
    assert_eq!(begin.elapsed(), 22 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_hang_and_a_stall_never_end() {
    for turn in [Turn::hang(), Turn::stall("half")] {
        assert!(timeout(1_000 * SECOND, whole(turn.clone())).await.is_err());
        assert!(timeout(1_000 * SECOND, streamed(turn)).await.is_err());
    }
}

#[test]
fn a_script_without_delays_needs_no_runtime() {
    let answer = futures::executor::block_on(streamed(Turn::text("here"))).unwrap();
    assert_eq!(answer.text(), "here");
}

#[tokio::test]
async fn a_panic_unwinds_and_the_provider_goes_on() {
    let provider = ScriptedProvider::new().turns([Turn::panic(), Turn::text("fine")]);
    let (cx, request) = (CallContext::default(), ask("x"));
    let call = std::panic::AssertUnwindSafe(provider.chat(&cx, &request));
    assert!(call.catch_unwind().await.is_err());
    assert_eq!(provider.chat(&cx, &request).await.unwrap().text(), "fine");
    assert_eq!((provider.in_flight(), provider.cancelled()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_waited_out_before_the_turn_after_it() {
    let second = Duration::from_secs(1);
    let provider = ScriptedProvider::new()
        .turns([Turn::delay(second), Turn::delay(second), Turn::text("late")])
        .turns([Turn::text("at once"), Turn::delay(second)]);
    let cx = CallContext::default();
    let began = tokio::time::Instant::now();
    assert_eq!(provider.chat(&cx, &ask("x")).await.unwrap().text(), "late");
    assert_eq!(began.elapsed(), 2 * second);
    assert_eq!(provider.chat(&cx, &ask("x")).await.unwrap().text(), "at once");
    assert_eq!(began.elapsed(), 2 * second);
    let nothing = provider.chat(&cx, &ask("x")).await.unwrap_err();
    assert!(nothing.to_string().contains("ends in a delay"), "{nothing}");
}
