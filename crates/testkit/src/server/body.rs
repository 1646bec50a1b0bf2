//! Bodies of answers: whole, in frames, byte by byte.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, Stream, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::Value;

/// An error of the body breaks the connection.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

const JSON: &str = "application/json";

/// An answer in JSON.
pub(super) fn json(status: StatusCode, value: &Value) -> Response<Body> {
    whole(status, JSON, value.to_string())
}

/// The answer to a request that no API has.
pub(super) fn no_such_path() -> Response<Body> {
    json(StatusCode::NOT_FOUND, &Value::from("no API has this path"))
}

/// An answer of these bytes.
pub(super) fn whole(
    status: StatusCode,
    content_type: &str,
    body: impl Into<Bytes>,
) -> Response<Body> {
    let body = Full::new(body.into()).map_err(|never: Infallible| match never {});
    with_type(status, content_type, body.boxed_unsync())
}

/// An answer of these frames. What came before an error is sent before the error breaks the connection,
/// which would otherwise swallow it.
pub(super) fn framed(
    content_type: &str,
    frames: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Response<Body> {
    let frames = frames.then(|frame| async {
        if frame.is_err() {
            tokio::task::yield_now().await;
        }
        frame.map(Frame::data)
    });
    with_type(StatusCode::OK, content_type, StreamBody::new(frames).boxed_unsync())
}

fn with_type(status: StatusCode, content_type: &str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    set_type(&mut response, content_type);
    response
}

/// Says that the answer is of this type; what no header can say is left out.
pub(super) fn set_type(response: &mut Response<Body>, content_type: &str) {
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
}

/// The same answer, its body a byte at a time, each this long after the one before.
pub(super) fn dripping(response: Response<Body>, each: Duration) -> Response<Body> {
    response.map(|body| {
        let frames = body.into_data_stream().flat_map(move |frame| match frame {
            Ok(bytes) => stream::iter(single(bytes)).then(move |byte| drop_by(byte, each)).boxed(),
            Err(error) => stream::iter([Err(error)]).boxed(),
        });
        StreamBody::new(frames).boxed_unsync()
    })
}

fn single(bytes: Bytes) -> impl Iterator<Item = Bytes> {
    (0..bytes.len()).map(move |at| bytes.slice(at..=at))
}

async fn drop_by(byte: Bytes, each: Duration) -> io::Result<Frame<Bytes>> {
    tokio::time::sleep(each).await;
    Ok(Frame::data(byte))
}
