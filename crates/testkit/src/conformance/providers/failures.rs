//! How a call fails: of which kind, with which hints, and at which place.

use std::time::Duration;

use serde_json::json;
use ziggurat_core::chat::ChatDelta;
use ziggurat_core::{CallContext, ChatRequest, ErrorKind, ProviderError};

use super::Subject;
use super::stage::{Stage, answered, failed};
use crate::conformance::waiting::in_time;
use crate::{ScriptedProvider, Turn};

async fn stage(subject: &Subject, turn: Turn) -> (Stage, ChatRequest) {
    let stage = subject.play(ScriptedProvider::new().otherwise(turn)).await;
    (stage, subject.ask("What happened?"))
}

/// The errors of a turn, whole and streamed.
async fn errors(subject: &Subject, turn: Turn) -> [ProviderError; 2] {
    let (stage, request) = stage(subject, turn).await;
    [failed(stage.whole(&request).await), failed(stage.streamed(&request).await)]
}

/// "Errors are classified: the kind says whether another attempt may help." Every kind that the vendor
/// tells apart is told apart, in the provider's name.
pub async fn errors_are_classified(subject: &Subject) {
    let kinds = subject.play(ScriptedProvider::new()).await.error_kinds();
    for kind in kinds {
        let (stage, request) = stage(subject, Turn::error(kind, "in the script's words")).await;
        let errors = [stage.whole(&request).await, stage.streamed(&request).await].map(failed);
        for error in errors {
            assert_eq!(error.kind(), kind, "{error:?}");
            assert_eq!(error.provider(), stage.provider.name());
        }
    }
}

/// The vendor's hint when to try again is kept.
pub async fn a_hint_when_to_try_again_is_kept(subject: &Subject) {
    let wait = Duration::from_secs(7);
    let turn = Turn::error(ErrorKind::RateLimit, "slow down").retry_after(wait);
    for error in errors(subject, turn).await {
        assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimit, Some(wait)));
        assert!(error.is_retryable());
    }
    for error in errors(subject, Turn::error(ErrorKind::RateLimit, "slow down")).await {
        assert_eq!(error.retry_after(), None, "no hint was given");
    }
}

/// What the vendor says of the failure reaches whoever reads the error.
pub async fn an_error_tells_what_the_vendor_said(subject: &Subject) {
    let turn = Turn::error(ErrorKind::InvalidRequest, "the frobnicator is out of range");
    for error in errors(subject, turn).await {
        assert!(error.message().contains("frobnicator"), "{error}");
    }
}

/// The vendor's id of the request is kept, for its support: with answers and with errors.
pub async fn the_id_of_the_request_is_kept(subject: &Subject) {
    let script = ScriptedProvider::new()
        .turns([Turn::text("fine"), Turn::text("fine")])
        .otherwise(Turn::error(ErrorKind::Server, "overloaded"));
    let stage = subject.play(script).await;
    let asked = |number: u32| subject.ask(&format!("What happened in week {number}?"));
    let mut sent = Vec::new();
    for number in 1..=4 {
        let result = match number % 2 {
            1 => stage.whole(&asked(number)).await,
            _ => stage.streamed(&asked(number)).await,
        };
        let kept = match &result {
            Ok(answer) => answer.request_id.clone(),
            Err(error) => error.request_id().map(str::to_owned),
        };
        let of_its_request = stage.request_ids().pop();
        assert!(of_its_request.is_some(), "the requests have no ids");
        assert_eq!(kept, of_its_request, "{result:?}");
        assert!(!sent.contains(&kept), "an id is there twice: {kept:?} after {sent:?}");
        sent.push(kept);
    }
}

/// "Errors before the first piece are returned."
pub async fn an_error_before_the_first_piece_is_returned(subject: &Subject) {
    let (stage, request) = stage(subject, Turn::error(ErrorKind::Server, "overloaded")).await;
    let cx = CallContext::default();
    let opened = in_time("the error", stage.provider.stream(&cx, &request)).await;
    assert_eq!(opened.err().map(|error| error.kind()), Some(ErrorKind::Server));
}

/// "Later ones are items; an error is the last item."
pub async fn an_error_after_the_first_piece_is_the_last_item(subject: &Subject) {
    let turn = Turn::text("half an answer").then_error(ErrorKind::Server, "overloaded");
    let (stage, request) = stage(subject, turn).await;
    assert_eq!(text_before_the_error(&stage, &request, ErrorKind::Server).await, "half an answer");
}

/// "An answer that was cut before its end is `ErrorKind::Interrupted`": before it said anything.
pub async fn a_cut_before_any_text_is_interrupted(subject: &Subject) {
    for error in errors(subject, Turn::cut("")).await {
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error:?}");
    }
}

/// The same after some text, which the stream has passed on.
pub async fn a_cut_after_some_text_is_interrupted(subject: &Subject) {
    let (stage, request) = stage(subject, Turn::cut("half an answer")).await;
    let error = failed(stage.whole(&request).await);
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error:?}");
    let seen = text_before_the_error(&stage, &request, ErrorKind::Interrupted).await;
    assert_eq!(seen, "half an answer");
}

/// The same within the arguments of a tool call.
pub async fn a_cut_within_a_tool_call_is_interrupted(subject: &Subject) {
    let arguments = json!({"a": 1, "note": "long enough for two pieces"});
    for error in errors(subject, Turn::tool_call("add", arguments).then_cut()).await {
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error:?}");
    }
}

/// "A provider makes one attempt per call and never retries by itself."
pub async fn a_call_is_one_attempt(subject: &Subject) {
    for turn in [Turn::error(ErrorKind::Server, "overloaded"), Turn::cut("half")] {
        let (stage, request) = stage(subject, turn).await;
        failed(stage.whole(&request).await);
        assert_eq!(stage.script.calls().len(), 1, "attempts of a whole answer");
        failed(stage.streamed(&request).await);
        assert_eq!(stage.script.calls().len(), 2, "attempts of both");
    }
}

/// A failure does not break the provider: the next call is served.
pub async fn the_call_after_a_failure_is_served(subject: &Subject) {
    for turn in [Turn::error(ErrorKind::Server, "overloaded"), Turn::cut("half")] {
        let script = ScriptedProvider::new().turn(turn).otherwise(Turn::text("fine"));
        let stage = subject.play(script).await;
        let request = subject.ask("What happened?");
        failed(stage.streamed(&request).await);
        let answer = answered(stage.streamed(&request).await);
        assert_eq!(answer.text(), "fine");
    }
}

/// "No key appears in errors, in `Debug` output or in logs": not even if the server repeats it.
pub async fn no_key_is_shown(subject: &Subject) {
    let (stage, request) = stage(subject, Turn::text("fine")).await;
    answered(stage.whole(&request).await);
    let keys = keys(&stage);
    assert!(!keys.is_empty(), "give the provider a key: the suite looks where it turns up");
    for key in keys {
        for kind in [ErrorKind::Auth, ErrorKind::InvalidRequest, ErrorKind::Server] {
            let turn = Turn::error(kind, format!("what you sent was {key}"));
            for error in errors(subject, turn).await {
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains(&key), "the key is in the error of kind {kind}");
            }
        }
    }
}

fn keys(stage: &Stage) -> Vec<String> {
    #[cfg(feature = "server")]
    if let Some((_, server)) = &stage.server {
        let received = server.received();
        let keys = received.iter().flat_map(|request| request.credentials());
        return keys.map(str::to_owned).collect();
    }
    let _ = stage;
    Vec::new()
}

/// The text of a stream that ends in an error of this kind.
async fn text_before_the_error(stage: &Stage, request: &ChatRequest, kind: ErrorKind) -> String {
    let items = stage.items(request).await;
    let mut items = items.unwrap_or_else(|error| panic!("text comes first: {error:?}"));
    let last = items.pop();
    assert!(matches!(&last, Some(Err(error)) if error.kind() == kind), "the last item: {last:?}");
    let text = items.into_iter().map(|item| match item {
        Ok(ChatDelta::Text(text)) => text,
        other => panic!("text was expected before the error: {other:?}"),
    });
    text.collect()
}
