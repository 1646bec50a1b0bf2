//! Replies: a played turn in the words of a format, whole or as a stream, and the faults of the network
//! that a turn asks for.

use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use futures::stream::{self, Stream, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use serde_json::Value;
use ziggurat_core::chat::{ChatDelta, ChatStream};
use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Provider, ProviderError};

use super::counts::Exchange;
use super::formats::{Encoder, Format, Outline};
use super::route::Wish;
use crate::ScriptedProvider;
use crate::turn::Said;

/// An error of the body breaks the connection.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

const JSON: &str = "application/json";

/// The reply to a wish. An error closes the connection without one.
pub(super) async fn reply(
    format: &'static dyn Format,
    script: &ScriptedProvider,
    wish: Wish,
    number: u64,
    exchange: Exchange,
) -> io::Result<Response<Body>> {
    let cx = CallContext::default();
    let value = match wish {
        Wish::Chat { request, streamed: true } => {
            return streamed(format, script, request, number, exchange).await;
        }
        Wish::Chat { request, streamed: false } => {
            let reply = whole(format, script, request, number).await;
            exchange.finish();
            return reply;
        }
        Wish::Models => script.models(&cx).await.map(|models| format.models(&models)),
        Wish::Model(name) => {
            let name = name.strip_prefix("models/").unwrap_or(&name);
            script.model(&cx, name).await.map(|info| format.model(&info))
        }
        Wish::Count(request) => counted(script, &request).await.map(|tokens| format.count(tokens)),
    };
    exchange.finish();
    Ok(value.map_or_else(|error| refusal(format, &error), |value| json(StatusCode::OK, &value)))
}

/// The reply to a request that no API has.
pub(super) fn no_such_path() -> Response<Body> {
    json(StatusCode::NOT_FOUND, &Value::from("no API has this path"))
}

async fn counted(script: &ScriptedProvider, request: &ChatRequest) -> Result<u64, ProviderError> {
    let without = || {
        let message = "the script does not count tokens";
        ProviderError::new(script.name(), ErrorKind::Unsupported, message)
    };
    script.count_tokens(&CallContext::default(), request).await?.ok_or_else(without)
}

async fn whole(
    format: &dyn Format,
    script: &ScriptedProvider,
    request: ChatRequest,
    number: u64,
) -> io::Result<Response<Body>> {
    let play = match script.play(&CallContext::default(), &request, false) {
        Ok(play) => play,
        Err(error) => return Ok(refusal(format, &error)),
    };
    let has_begun = play.turn.said != Said::default();
    let outline = Outline::of(&play, number, request);
    match play.whole().await {
        Ok(answer) => Ok(json(StatusCode::OK, &format.whole(&outline, &answer))),
        Err(error) if error.kind() == ErrorKind::Interrupted && has_begun => Ok(half_a_body()),
        Err(error) if error.kind() == ErrorKind::Interrupted => Err(broken()),
        Err(error) => Ok(refusal(format, &error)),
    }
}

/// An answer that begins, and breaks off within its body.
fn half_a_body() -> Response<Body> {
    let begun = stream::iter([Ok(Frame::data(Bytes::from_static(b"{"))), Err(broken())]);
    let mut response = response(StatusCode::OK, JSON, flushed(begun).boxed());
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("1000"));
    response
}

async fn streamed(
    format: &'static dyn Format,
    script: &ScriptedProvider,
    request: ChatRequest,
    number: u64,
    exchange: Exchange,
) -> io::Result<Response<Body>> {
    let opened = match script.play(&CallContext::default(), &request, true) {
        Ok(play) => {
            let outline = Outline::of(&play, number, request);
            play.stream().await.map(|deltas| (deltas, format.encoder(outline)))
        }
        Err(error) => Err(error),
    };
    match opened {
        Ok((deltas, encoder)) => {
            let pieces = encoded(deltas, encoder, exchange);
            Ok(response(StatusCode::OK, format.stream_type(), flushed(pieces).boxed()))
        }
        Err(error) => {
            exchange.finish();
            match error.kind() {
                ErrorKind::Interrupted => Err(broken()),
                _ => Ok(refusal(format, &error)),
            }
        }
    }
}

/// The frames of a streamed answer. The exchange is finished with the last one; dropped before that, it
/// was abandoned.
fn encoded(
    deltas: ChatStream,
    mut encoder: Box<dyn Encoder>,
    exchange: Exchange,
) -> impl Stream<Item = io::Result<Frame<Bytes>>> {
    let begin = encoder.begin();
    let begin = (!begin.is_empty()).then(|| Ok(Frame::data(Bytes::from(begin))));
    let state = Some((deltas, encoder, exchange));
    let rest = stream::unfold(state, |state| async {
        let (mut deltas, mut encoder, exchange) = state?;
        let Some(item) = deltas.next().await else {
            exchange.finish();
            return None;
        };
        let text = match &item {
            Ok(ChatDelta::End(end)) => encoder.end(end),
            Ok(delta) => encoder.piece(delta),
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                exchange.finish();
                return Some((Err(broken()), None));
            }
            Err(error) => encoder.error(error),
        };
        Some((Ok(Frame::data(Bytes::from(text))), Some((deltas, encoder, exchange))))
    });
    stream::iter(begin).chain(rest)
}

/// The same frames; what came before an error is sent before the error breaks the connection, which
/// would otherwise swallow it.
fn flushed(
    frames: impl Stream<Item = io::Result<Frame<Bytes>>>,
) -> impl Stream<Item = io::Result<Frame<Bytes>>> {
    frames.then(|frame| async {
        if frame.is_err() {
            tokio::task::yield_now().await;
        }
        frame
    })
}

/// An error as the vendor tells it.
fn refusal(format: &dyn Format, error: &ProviderError) -> Response<Body> {
    let (status, value) = format.error(error);
    let status = error.status().unwrap_or(status);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(status, &value);
    if let Some(wait) = error.retry_after().filter(|_| format.hints_in_headers()) {
        let headers = response.headers_mut();
        headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        if wait.subsec_millis() > 0 {
            let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            headers.insert(HeaderName::from_static("retry-after-ms"), HeaderValue::from(millis));
        }
    }
    response
}

fn json(status: StatusCode, value: &Value) -> Response<Body> {
    let body = Full::from(value.to_string()).map_err(|never: Infallible| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    response
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    frames: stream::BoxStream<'static, io::Result<Frame<Bytes>>>,
) -> Response<Body> {
    let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "the script breaks the connection")
}
