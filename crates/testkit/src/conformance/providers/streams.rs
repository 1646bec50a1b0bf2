//! What a stream owes whoever reads it.

use futures::StreamExt;
use serde_json::json;
use ziggurat_core::CallContext;
use ziggurat_core::chat::ChatDelta;

use super::Subject;
use crate::conformance::waiting::in_time;
use crate::{ScriptedProvider, Turn};

/// "The last item of a complete answer is `ChatDelta::End`, exactly once."
pub async fn a_stream_ends_once_and_last(subject: &Subject) {
    let turns = [
        Turn::text("An answer of several pieces."),
        Turn::empty(),
        Turn::tool_calls([("add", json!({"a": 1})), ("stop", json!({}))]),
    ];
    for turn in turns {
        let stage = subject.play(ScriptedProvider::new().turn(turn.clone())).await;
        let items = stage.items(&subject.ask("What happened?")).await;
        let items = items.unwrap_or_else(|error| panic!("a stream was expected: {error:?}"));
        let is_end = |item: &Result<ChatDelta, _>| matches!(item, Ok(ChatDelta::End(_)));
        assert_eq!(items.iter().filter(|item| is_end(item)).count(), 1, "{turn:?}: {items:?}");
        assert!(items.last().is_some_and(is_end), "{turn:?}: {items:?}");
    }
}

/// A piece is passed on when it arrives, not when the answer is over.
pub async fn pieces_arrive_before_the_answer_is_over(subject: &Subject) {
    let stage = subject.play(ScriptedProvider::new().turn(Turn::stall("The beginning"))).await;
    let request = subject.ask("What happened?");
    let reading = async {
        let stream = stage.provider.stream(&CallContext::default(), &request).await;
        let mut stream = stream.unwrap_or_else(|error| panic!("{error:?}"));
        let mut seen = String::new();
        while seen != "The beginning" {
            match stream.next().await {
                Some(Ok(ChatDelta::Text(text))) => seen.push_str(&text),
                other => panic!("after {seen:?}, text was expected: {other:?}"),
            }
        }
    };
    in_time("the pieces of an answer that is not over", reading).await;
}

/// The ids and names of calls come with their first pieces, and the calls are numbered from 0.
pub async fn streamed_tool_calls_are_numbered_and_named(subject: &Subject) {
    let calls = Turn::tool_calls([("add", json!({"a": 1})), ("stop", json!({"at": "once"}))]);
    let stage = subject.play(ScriptedProvider::new().turn(calls)).await;
    let items = stage.items(&subject.ask("What happened?")).await;
    let items = items.unwrap_or_else(|error| panic!("a stream was expected: {error:?}"));
    let mut begun = Vec::new();
    for item in items {
        let Ok(ChatDelta::ToolCall { index, id, name, .. }) = item else { continue };
        if index == begun.len() {
            begun.push((id, name));
        }
        assert!(index < begun.len(), "call {index} begins after {begun:?}");
    }
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(begun, [(text("call_1"), text("add")), (text("call_2"), text("stop"))]);
}
