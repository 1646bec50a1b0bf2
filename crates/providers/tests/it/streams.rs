//! Streams that end, that are cut, and that break.

use futures::StreamExt;
use ziggurat_core::chat::FinishReason;
use ziggurat_core::{CallContext, ChatDelta, ErrorKind, Provider};

use crate::support::server::{
    Act, Server, event, events_head, finish_event, json, last_chunk, text_event,
};
use crate::support::{provider, request, streamed};

async fn kind_of(script: Vec<Act>) -> Option<ErrorKind> {
    let server = Server::start([script]).await;
    streamed(&provider(&server)).await.err().map(|error| error.kind())
}

#[tokio::test]
async fn done_or_a_reason_and_a_clean_end_are_an_end() {
    let ends = [
        vec![finish_event(), event("[DONE]"), last_chunk()],
        vec![finish_event(), last_chunk()],
        vec![event("[DONE]"), last_chunk()],
        // After [DONE] nothing matters.
        vec![finish_event(), event("[DONE]"), Act::Reset],
    ];
    for end in ends {
        let script = [vec![events_head(), text_event("Hi")], end].concat();
        assert_eq!(kind_of(script.clone()).await, None, "{script:?}");
    }
}

#[tokio::test]
async fn anything_else_is_a_cut() {
    let cuts = [
        vec![],
        vec![last_chunk()],
        vec![Act::Reset],
        vec![finish_event()],
        vec![finish_event(), Act::Reset],
        vec![Act::Send(b"6\r\ndata:".to_vec())],
    ];
    for cut in cuts {
        for begin in [vec![events_head()], vec![events_head(), text_event("Hi")]] {
            let script = [begin, cut.clone()].concat();
            assert_eq!(kind_of(script.clone()).await, Some(ErrorKind::Interrupted), "{script:?}");
        }
    }
}

#[tokio::test]
async fn an_error_before_the_first_piece_is_returned_and_a_later_one_is_the_last_item() {
    let error = || event(r#"{"error":{"code":503,"message":"overloaded"}}"#);
    let early = vec![events_head(), event(r#"{"choices":[{"delta":{"content":""}}]}"#), error()];
    let late = vec![events_head(), text_event("Hi"), error(), text_event("more"), Act::Hang];
    let server = Server::start([early, late]).await;
    let (provider, cx) = (provider(&server), CallContext::default());
    let Err(early) = provider.stream(&cx, &request()).await else { panic!("it was not returned") };
    assert_eq!((early.kind(), early.status()), (ErrorKind::Server, Some(503)));
    let mut stream = provider.stream(&cx, &request()).await.unwrap();
    let first = stream.next().await.unwrap().unwrap();
    assert_eq!(first, ChatDelta::Text("Hi".into()));
    let late = stream.next().await.unwrap().unwrap_err();
    assert_eq!(late.message(), "the server sent an error: overloaded");
    assert!(stream.next().await.is_none());
    // The stream is still held, and yet its connection is closed.
    server.until_gone(1).await;
}

#[tokio::test]
async fn pieces_arrive_before_the_answer_is_complete() {
    let script = vec![events_head(), text_event("Hi"), Act::Hang];
    let server = Server::start([script]).await;
    let stream = provider(&server).stream(&CallContext::default(), &request()).await;
    let first = stream.unwrap().next().await.unwrap().unwrap();
    assert_eq!(first, ChatDelta::Text("Hi".into()));
}

#[tokio::test]
async fn nonsense_within_a_stream_is_a_protocol_error() {
    for nonsense in ["{", "7", r#"{"choices":{"a":1}}"#] {
        let script = vec![events_head(), text_event("Hi"), event(nonsense), last_chunk()];
        let server = Server::start([script]).await;
        let error = streamed(&provider(&server)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{nonsense}");
        assert!(error.message().contains(nonsense), "{error}");
    }
    let script = vec![events_head(), Act::Send(b"8\r\ndata: \xff\n\r\n".to_vec()), last_chunk()];
    assert_eq!(kind_of(script).await, Some(ErrorKind::Protocol));
}

#[tokio::test]
async fn a_server_that_gives_up_has_given_no_answer() {
    for reason in ["insufficient_system_resource", "error"] {
        let end = format!(r#"{{"delta":{{}},"finish_reason":"{reason}"}}"#);
        let end = event(&format!(r#"{{"choices":[{end}]}}"#));
        let whole = format!(r#"{{"message":{{"content":"Hi"}},"finish_reason":"{reason}"}}"#);
        let whole = format!(r#"{{"choices":[{whole}]}}"#);
        for script in [
            vec![events_head(), text_event("Hi"), end, event("[DONE]"), last_chunk()],
            json(200, &whole),
        ] {
            let server = Server::start([script]).await;
            let error = streamed(&provider(&server)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Interrupted);
            assert!(error.message().contains(reason), "{error}");
        }
    }
}

#[tokio::test]
async fn an_unknown_reason_is_passed_on() {
    let odd = event(r#"{"choices":[{"delta":{},"finish_reason":"bored"}]}"#);
    let server = Server::start([vec![events_head(), odd, event("[DONE]"), last_chunk()]]).await;
    let answer = streamed(&provider(&server)).await.unwrap();
    assert_eq!(answer.finish, FinishReason::Other("bored".into()));
}
