//! Dropping is cancelling: "Dropping a future or a stream it returned cancels the call, closes its
//! connection and leaves nothing running."

use std::time::{Duration, Instant};

use futures::StreamExt;
use ziggurat_core::chat::ChatStream;
use ziggurat_core::{CallContext, ErrorKind, ProviderError};

use super::Subject;
use super::stage::failed;
use crate::conformance::waiting::in_time;
use crate::{ScriptedProvider, Turn};

/// Long enough to be under way, short enough to wait for.
const A_MOMENT: Duration = Duration::from_millis(50);

/// A call that is dropped before its answer.
pub async fn dropping_a_call_ends_it(subject: &Subject) {
    let stage = subject.play(ScriptedProvider::new().turn(Turn::hang())).await;
    let (cx, request) = (CallContext::default(), subject.ask("What happened?"));
    tokio::select! {
        answer = stage.provider.chat(&cx, &request) => panic!("there is no answer: {answer:?}"),
        () = stage.until_under_way(1) => {}
    }
    stage.until_cancelled(1).await;
}

/// A stream that is dropped before its first piece.
pub async fn dropping_a_stream_before_its_first_piece_ends_it(subject: &Subject) {
    let stage = subject.play(ScriptedProvider::new().turn(Turn::hang())).await;
    let (cx, request) = (CallContext::default(), subject.ask("What happened?"));
    tokio::select! {
        stream = read_on(stage.provider.stream(&cx, &request)) => {
            panic!("there is no answer: {stream:?}")
        }
        () = stage.until_under_way(1) => {}
    }
    stage.until_cancelled(1).await;
}

/// What a stream brings, whether it is opened at once or with its first piece.
async fn read_on(
    opening: impl Future<Output = Result<ChatStream, ProviderError>>,
) -> Result<usize, ProviderError> {
    Ok(opening.await?.count().await)
}

/// A stream that is dropped after its first piece.
pub async fn dropping_a_half_read_stream_ends_it(subject: &Subject) {
    let stage = subject.play(ScriptedProvider::new().turn(Turn::stall("The beginning"))).await;
    let (cx, request) = (CallContext::default(), subject.ask("What happened?"));
    let opened = in_time("the stream", stage.provider.stream(&cx, &request)).await;
    let mut stream = opened.unwrap_or_else(|error| panic!("a stream was expected: {error:?}"));
    let first = in_time("the first piece", stream.next()).await;
    assert!(matches!(first, Some(Ok(_))), "{first:?}");
    stage.until_under_way(1).await;
    drop(stream);
    stage.until_cancelled(1).await;
}

/// A call whose deadline passes ends with `ErrorKind::Timeout`, and is cancelled.
pub async fn a_deadline_ends_a_call(subject: &Subject) {
    let stage = subject.play(ScriptedProvider::new().turn(Turn::hang())).await;
    let cx = CallContext::default().with_deadline(Instant::now() + A_MOMENT);
    let request = subject.ask("What happened?");
    let call = async { stage.provider.chat(&cx, &request).await };
    let error = failed(in_time("the deadline", call).await);
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    stage.until_cancelled(1).await;
}

/// A stream whose deadline passes ends with `ErrorKind::Timeout` as its last item, and is cancelled.
pub async fn a_deadline_ends_a_stream(subject: &Subject) {
    let stage = subject.play(ScriptedProvider::new().turn(Turn::stall("The beginning"))).await;
    let request = subject.ask("What happened?");
    let cx = CallContext::default().with_deadline(Instant::now() + 4 * A_MOMENT);
    let reading = async {
        let items: Vec<_> = stage.provider.stream(&cx, &request).await?.collect().await;
        items.into_iter().next_back().unwrap_or_else(|| panic!("the stream is empty"))
    };
    let error = failed(in_time("the deadline", reading).await);
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    stage.until_cancelled(1).await;
}
