//! What becomes of an answer that was cut at its bound.

use ziggurat_agents::{AgentSettings, ModelWorker};
use ziggurat_core::chat::{FinishReason, Reasoning};
use ziggurat_core::{AgentOutput, CallContext, ErrorKind, Message, Role, Usage, Worker};
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn};

use crate::assignment;

fn cut(text: &str) -> Turn {
    Turn::text(text).finish(FinishReason::Length)
}

async fn worked(provider: &ScriptedProvider, settings: AgentSettings) -> AgentOutput {
    let worker = ModelWorker::new(provider.handle("m")).with_settings(settings);
    let output = worker.work(&CallContext::default(), &assignment()).await.unwrap();
    provider.assert_done();
    output
}

/// What comes of these turns, and of how many calls.
async fn after(turns: impl IntoIterator<Item = Turn>) -> (String, bool, usize) {
    let provider = ScriptedProvider::new().turns(turns);
    let output = worked(&provider, AgentSettings::WORKER).await;
    (output.text, output.truncated, provider.calls().len())
}

#[tokio::test]
async fn a_cut_answer_goes_on_where_it_stopped() {
    let provider =
        ScriptedProvider::new().turns([cut(" The pool ran ou"), Turn::text("t [W3].\n")]);
    let recorder = Recorder::new();
    let worker = ModelWorker::new(provider.handle("m"));
    let output = worker.work(&recorder.context(), &assignment()).await.unwrap();
    assert_eq!(output, AgentOutput::new("The pool ran out [W3].").by_model("scripted/m"));
    assert_eq!((recorder.retries().len(), recorder.calls().len()), (0, 2));

    let [first, second] = &provider.calls()[..] else { panic!("two calls") };
    let mut expected = first.request.clone();
    expected.messages.push(Message::assistant(" The pool ran ou"));
    let asked = second.request.messages.last().unwrap();
    assert_eq!(asked.role, Role::User);
    assert!(asked.text().contains("Go on exactly where it stopped"), "{}", asked.text());
    expected.messages.push(asked.clone());
    assert_eq!(second.request, expected);
}

#[tokio::test]
async fn nothing_is_trimmed_at_the_joint() {
    for (first, second) in
        [("The pool ", "ran out."), ("The pool", " ran out."), ("The\n\n", "\nend")]
    {
        let expected = format!("{first}{second}");
        assert_eq!(after([cut(first), Turn::text(second)]).await, (expected, false, 2));
    }
    let fenced = [cut("```markdown\n# A\n"), Turn::text("\nb\n```")];
    assert_eq!(after(fenced).await, ("# A\n\nb".to_owned(), false, 2));
}

#[tokio::test]
async fn an_answer_that_stays_cut_is_kept_and_marked() {
    let expected = ("half an answ".to_owned(), true, 2);
    assert_eq!(after([cut("half an"), cut(" answ")]).await, expected);
}

#[tokio::test]
async fn a_continuation_that_fails_loses_nothing() {
    for failure in [
        Turn::error(ErrorKind::Server, "down"),
        Turn::error(ErrorKind::Auth, "no such key"),
        Turn::cut(" a whole answer, al"),
        Turn::empty(),
        cut(" \n"),
        Turn::refusal("I will not."),
        Turn::text(" more").finish(FinishReason::ContentFilter),
        Turn::tool_call("search", serde_json::json!({})),
    ] {
        let outcome = after([cut("half an answer"), failure.clone()]).await;
        assert_eq!(outcome, ("half an answer".to_owned(), true, 2), "{failure:?}");
    }
}

#[tokio::test]
async fn settings_say_how_often() {
    for (continuations, text) in [(0, "a"), (1, "ab"), (2, "abc")] {
        let turns = [cut("a"), cut("b"), cut("c")].into_iter().take(1 + continuations as usize);
        let provider = ScriptedProvider::new().turns(turns);
        let output =
            worked(&provider, AgentSettings::WORKER.with_continuations(continuations)).await;
        assert_eq!((output.text.as_str(), output.truncated), (text, true));
    }
    let provider = ScriptedProvider::new().turns([cut("a"), cut("b"), Turn::text("c")]);
    let output = worked(&provider, AgentSettings::WORKER.with_continuations(9)).await;
    assert_eq!((output.text.as_str(), output.truncated), ("abc", false));
}

#[tokio::test]
async fn thoughts_are_not_sent_back() {
    let provider = ScriptedProvider::new().turns([
        cut("<think>The disk?</think>The pool").with_reasoning(Reasoning::new("The disk again?")),
        Turn::text("<think>Go on.</think> ran out."),
    ]);
    let output = worked(&provider, AgentSettings::WORKER).await;
    assert_eq!(output.text, "The poolran out.");
    let messages = &provider.calls()[1].request.messages;
    assert_eq!(messages[1], Message::assistant("The pool"));
}

#[tokio::test]
async fn an_answer_is_continued_only_where_the_context_has_room() {
    for (context, told, calls) in [
        (None, Usage::UNKNOWN, 2),
        (Some(8_000), Usage::UNKNOWN, 2),
        // 256 for the wish to go on, and 2,000 for the answer to it.
        (Some(8_000), Usage::new(3_744, 2_000), 2),
        (Some(8_000), Usage::new(3_745, 2_000), 1),
        (Some(2_500), Usage::UNKNOWN, 1),
        (Some(2_500), Usage::new(1, 1), 1),
    ] {
        let turns = [cut("half").with_usage(told), Turn::text(" and half")];
        let provider = ScriptedProvider::new()
            .with_info(move |info| info.context_tokens = context)
            .turns(turns.into_iter().take(calls));
        let output = worked(&provider, AgentSettings::WORKER).await;
        assert_eq!((provider.calls().len(), output.truncated), (calls, calls == 1), "{context:?}");
    }
}

#[tokio::test]
async fn a_model_that_only_quotes_is_not_asked_to_go_on() {
    let provider =
        ScriptedProvider::new().with_info(|info| info.extractive = true).turn(cut("- A quote."));
    let output = worked(&provider, AgentSettings::WORKER).await;
    assert_eq!((output.text.as_str(), output.truncated), ("- A quote.", true));
    assert_eq!(provider.calls().len(), 1);
}
