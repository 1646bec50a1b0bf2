//! Connections and requests: what is read, and who answers. All faults of the network that a script asks
//! for are made here and in the replies, none by the client's side.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::reply::{self, Body};
use super::route::route;
use super::{Received, Shared};
use crate::lock;

/// The largest request that is read, in bytes.
const MOST: usize = 64 << 20;

/// Serves connections until it is aborted; they end with it.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    let numbers = Arc::new(AtomicU64::new(1));
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((socket, _)) = accepted else { return };
                connections.spawn(serve(socket, Arc::clone(&shared), Arc::clone(&numbers)));
            }
            // What has ended is forgotten.
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(socket: TcpStream, shared: Arc<Shared>, numbers: Arc<AtomicU64>) {
    let _open = shared.counters.connection();
    // Without it pieces would wait for each other; it matters to time alone.
    let _ = socket.set_nodelay(true);
    let service = service_fn(|request| {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        answer(Arc::clone(&shared), request, number)
    });
    // An error is how a connection ends that the script breaks or the client closes.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
}

/// An error closes the connection without an answer.
async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    number: u64,
) -> io::Result<Response<Body>> {
    let exchange = shared.counters.exchange();
    let mut received = read(request).await?;
    let routed = route(&received);
    let header = routed.as_ref().and_then(|(api, _)| api.format().request_id_header());
    received.request_id = header.map(|_| format!("req_{number}"));
    let request_id = header.zip(received.request_id.clone());
    lock(&shared.received).push(received);
    let Some((api, wish)) = routed else {
        exchange.finish();
        return Ok(reply::no_such_path());
    };
    let (format, script) = (api.format(), &shared.script);
    let mut response = reply::reply(format, script, wish, number, exchange).await?;
    if let Some((name, id)) = request_id
        && let Ok(value) = id.parse()
    {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

async fn read(request: Request<Incoming>) -> io::Result<Received> {
    let (head, body) = request.into_parts();
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = head.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
    let body = Limited::new(body, MOST).collect().await.map_err(io::Error::other)?.to_bytes();
    let body = match body.as_ref() {
        [] => Value::Null,
        bytes => serde_json::from_slice(bytes).unwrap_or_else(|_| Value::String(text(bytes))),
    };
    Ok(Received {
        method: head.method.to_string(),
        path: head.uri.to_string(),
        headers,
        body,
        request_id: None,
    })
}
