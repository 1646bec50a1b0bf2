//! What becomes of an answer.

use serde_json::json;
use ziggurat_core::chat::FinishReason;
use ziggurat_core::{AgentError, AgentOutput, CallContext, ErrorKind};
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn};

use crate::{assignment, merge, synthesize, work};

async fn after(turn: Turn) -> Result<AgentOutput, AgentError> {
    let provider = ScriptedProvider::new().turn(turn);
    let result = work(&provider, &CallContext::default(), &assignment()).await;
    provider.assert_done();
    result
}

#[tokio::test]
async fn a_text_is_the_result_and_bears_its_model() {
    let output = after(Turn::text("  The pool [notes.md].\n")).await.unwrap();
    assert_eq!(output, AgentOutput::new("The pool [notes.md].").by_model("scripted/m"));
}

#[tokio::test]
async fn empty_text_is_asked_for_once_more() {
    let provider = ScriptedProvider::new().turns([Turn::text(" \n\t"), Turn::text("here")]);
    let recorder = Recorder::new();
    let output = work(&provider, &recorder.context(), &assignment()).await.unwrap();
    assert_eq!(output.text, "here");
    let [(attempt, reason)] = &recorder.retries()[..] else { panic!("one retry") };
    assert_eq!((*attempt, reason.kind), (2, ErrorKind::EmptyOutput));
    let [first, second] = &provider.calls()[..] else { panic!("two calls") };
    assert_eq!(first, second);
}

#[tokio::test]
async fn empty_text_twice_is_a_failure() {
    let provider = ScriptedProvider::new().turns([Turn::empty(), Turn::text("\u{1b}\u{7}")]);
    let recorder = Recorder::new();
    let error = work(&provider, &recorder.context(), &assignment()).await.unwrap_err();
    assert!(matches!(error, AgentError::EmptyOutput { attempts: 2 }), "{error:?}");
    assert_eq!((provider.calls().len(), recorder.retries().len()), (2, 1));

    let provider = ScriptedProvider::new().turns([Turn::empty(), Turn::empty()]);
    let error = synthesize(&provider, &merge()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EmptyOutput);
}

#[tokio::test]
async fn nothing_before_the_bound_counts_as_empty() {
    let nothing = Turn::empty().finish(FinishReason::Length);
    let provider = ScriptedProvider::new().turns([nothing.clone(), nothing]);
    let recorder = Recorder::new();
    let error = work(&provider, &recorder.context(), &assignment()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EmptyOutput);
    assert!(recorder.retries()[0].1.message.contains("bound on tokens"));
}

#[tokio::test]
async fn a_refusal_is_declined_and_not_retried() {
    let error = after(Turn::text("I will not.").finish(FinishReason::Refusal)).await.unwrap_err();
    assert_eq!((error.kind(), error.to_string()), (ErrorKind::Refusal, "I will not.".into()));
    let error = after(Turn::empty().finish(FinishReason::Refusal)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refusal);
    assert!(!error.to_string().is_empty());
}

#[tokio::test]
async fn a_filtered_answer_is_declined_even_with_text() {
    for text in ["", "half"] {
        let turn = Turn::text(text).finish(FinishReason::ContentFilter);
        let error = after(turn).await.unwrap_err();
        assert!(matches!(error, AgentError::Declined { .. }));
        assert_eq!(error.kind(), ErrorKind::ContentFilter);
    }
}

#[tokio::test]
async fn a_wish_for_tools_is_no_answer() {
    let calls = Turn::tool_call("search", json!({"q": "outage"}));
    for turn in [calls.clone(), calls.finish(FinishReason::Stop)] {
        let error = after(turn).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Agent);
        assert!(error.to_string().contains("tools"), "{error}");
    }
    let error = after(Turn::empty().finish(FinishReason::ToolCalls)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Agent);
    let output = after(Turn::text("an answer").finish(FinishReason::ToolCalls)).await.unwrap();
    assert_eq!(output.text, "an answer");
}

#[tokio::test]
async fn an_unknown_end_does_not_lose_the_text_and_may_be_a_cut() {
    for (reason, truncated) in [("bored", true), ("none", false)] {
        let turn = Turn::text("an answer").finish(FinishReason::Other(reason.into()));
        let expected = AgentOutput::new("an answer").by_model("scripted/m").truncated(truncated);
        assert_eq!(after(turn).await.unwrap(), expected, "{reason}");
    }
}

#[tokio::test]
async fn a_text_is_cleaned() {
    let output = after(Turn::text("```markdown\n# A\u{1b}]0;title\u{7}\n\nb\n```")).await.unwrap();
    assert_eq!(output.text, "# A]0;title\n\nb");
}

#[tokio::test]
async fn thoughts_are_no_part_of_an_answer_and_alone_they_are_none() {
    let output = after(Turn::text("<think>The disk?</think>\n\nThe pool.")).await.unwrap();
    assert_eq!(output.text, "The pool.");

    let provider = ScriptedProvider::new().turns([
        Turn::text("<think>The disk?</think>"),
        Turn::text("<think>The di").finish(FinishReason::Length),
    ]);
    let recorder = Recorder::new();
    let error = work(&provider, &recorder.context(), &assignment()).await.unwrap_err();
    assert!(matches!(error, AgentError::EmptyOutput { attempts: 2 }), "{error:?}");
    assert_eq!(recorder.retries().len(), 1);
}

#[tokio::test]
async fn a_failed_call_is_passed_on_as_it_is_and_not_retried() {
    let provider = ScriptedProvider::new().turn(Turn::error(ErrorKind::RateLimit, "slow down"));
    let error = work(&provider, &CallContext::default(), &assignment()).await.unwrap_err();
    let AgentError::Provider(inner) = &error else { panic!("{error:?}") };
    assert_eq!((inner.kind(), inner.message()), (ErrorKind::RateLimit, "slow down"));
    assert_eq!(provider.calls().len(), 1);
}

#[tokio::test]
async fn a_stream_that_breaks_is_an_error_and_no_short_answer() {
    let error = after(Turn::cut("half an answer")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
}
