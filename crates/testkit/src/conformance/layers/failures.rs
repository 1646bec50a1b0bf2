//! An error from within loses nothing on its way out: whoever handles it asks for all of this.

use std::error::Error;
use std::time::Duration;

use futures::StreamExt;
use ziggurat_core::{ErrorKind, ProviderError};

use super::inner::{CAUSES, CODE};
use super::subject::{ask, plain};
use super::{Inner, LayerSubject};
use crate::conformance::providers::stage::failed;
use crate::conformance::waiting::in_time;
use crate::{ScriptedProvider, Turn};

/// Kinds with their statuses: one that may be tried again, one that is final.
const FAILURES: [(ErrorKind, u16); 2] =
    [(ErrorKind::RateLimit, 429), (ErrorKind::InvalidRequest, 422)];

const HINT: Duration = Duration::from_secs(3);

fn failing(kind: ErrorKind, status: u16) -> Turn {
    Turn::error(kind, "the frobnicator is out of range").status(status).retry_after(HINT)
}

/// All that an adapter said must still be there; the id is that of the last attempt.
fn assert_kept(error: &ProviderError, inner: &Inner, kind: ErrorKind, status: Option<u16>) {
    assert_eq!(error.kind(), kind, "{error:?}");
    assert_eq!(error.provider(), "scripted", "{error:?}");
    assert_eq!(error.status(), status, "{error:?}");
    assert_eq!(error.code(), Some(CODE), "{error:?}");
    assert_eq!(error.request_id(), inner.request_ids().last().map(String::as_str), "{error:?}");
    assert!(error.message().contains("frobnicator"), "{error:?}");
    // A layer may put words of its own before them.
    let causes = causes(error);
    assert!(causes.ends_with(&CAUSES.map(str::to_owned)), "{error:?}: {causes:?}");
}

fn causes(error: &ProviderError) -> Vec<String> {
    let mut next = error.source();
    let causes = std::iter::from_fn(|| {
        let cause = next?;
        next = cause.source();
        Some(cause.to_string())
    });
    causes.collect()
}

/// The error of a whole answer keeps its kind, status, hint, code, id and causes.
pub async fn an_error_of_a_whole_answer_keeps_all_it_says(subject: &LayerSubject) {
    for (kind, status) in FAILURES {
        let inner = Inner::playing(ScriptedProvider::new().otherwise(failing(kind, status)));
        let provider = subject.around(&inner);
        let error = failed(in_time("the error", provider.chat(&plain(), &ask("Why?"))).await);
        assert_kept(&error, &inner, kind, Some(status));
        assert_eq!(error.retry_after(), Some(HINT));
    }
}

/// So does an error in place of a stream.
pub async fn an_error_in_place_of_a_stream_keeps_all_it_says(subject: &LayerSubject) {
    for (kind, status) in FAILURES {
        let inner = Inner::playing(ScriptedProvider::new().otherwise(failing(kind, status)));
        let provider = subject.around(&inner);
        let opened = in_time("the error", provider.stream(&plain(), &ask("Why?"))).await;
        let error = failed(opened.map(|_| "a stream"));
        assert_kept(&error, &inner, kind, Some(status));
        assert_eq!(error.retry_after(), Some(HINT));
    }
}

/// So does an error within a stream, and the text before it was passed on.
pub async fn an_error_within_a_stream_keeps_all_it_says(subject: &LayerSubject) {
    for (kind, status) in FAILURES {
        let turn = Turn::text("half an answer").then_error(kind, "the frobnicator broke");
        let inner = Inner::playing(ScriptedProvider::new().otherwise(turn.status(status)));
        let provider = subject.around(&inner);
        let reading = async {
            let stream = provider.stream(&plain(), &ask("Why?")).await?;
            Ok::<_, ProviderError>(stream.collect::<Vec<_>>().await)
        };
        let items = in_time("the error", reading).await;
        let mut items = items.unwrap_or_else(|error| panic!("text comes first: {error:?}"));
        let last = items.pop().unwrap_or_else(|| panic!("the stream is empty"));
        assert_kept(&failed(last), &inner, kind, Some(status));
        assert!(!items.is_empty() && items.iter().all(Result::is_ok), "{items:?}");
        assert_eq!(inner.heard().len(), 1, "half an answer was shown, and another one begun");
    }
}

/// So do errors of questions about models.
pub async fn an_error_about_models_keeps_all_it_says(subject: &LayerSubject) {
    let refusal = "no frobnicator for this key";
    let script = ScriptedProvider::new().with_models_error(ErrorKind::Auth, refusal);
    let inner = Inner::playing(script);
    let provider = subject.around(&inner);
    let listed = failed(in_time("the error", provider.models(&plain())).await);
    assert_kept(&listed, &inner, ErrorKind::Auth, None);
    let found = failed(in_time("the error", provider.model(&plain(), "suite-large")).await);
    assert_kept(&found, &inner, ErrorKind::Auth, None);
}

/// A provider that panics breaks neither the layer nor the calls after it.
pub async fn a_panic_within_leaves_the_next_call_alone(subject: &LayerSubject) {
    for streamed in [false, true] {
        let script = ScriptedProvider::new().turn(Turn::panic()).otherwise(Turn::text("fine"));
        let provider = subject.around(&Inner::playing(script));
        let panicking = std::sync::Arc::clone(&provider);
        let call = tokio::spawn(async move {
            match streamed {
                true => panicking.stream(&plain(), &ask("Why?")).await.map(drop),
                false => panicking.chat(&plain(), &ask("Why?")).await.map(drop),
            }
        });
        let ended = in_time("the panic", call).await;
        assert!(!matches!(ended, Ok(Ok(()))), "a panic is no answer");
        let answer = in_time("the next answer", provider.chat(&plain(), &ask("And then?"))).await;
        assert_eq!(answer.ok().map(|answer| answer.text()).as_deref(), Some("fine"));
    }
}
