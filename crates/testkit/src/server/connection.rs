//! Connections and requests: what is read, and who answers. All faults of the network that a script asks
//! for are made here and in the replies, none by the client's side.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::body::{self, Body};
use super::link::{Link, Socket};
use super::received::Arrived;
use super::reply::Reply;
use super::route::route;
use super::{Shared, control};

/// The largest request that is read, in bytes.
const MOST: usize = 64 << 20;
/// How long to wait when no connection can be accepted: mostly for want of file descriptors.
const BREATH: Duration = Duration::from_millis(10);

/// Serves connections until it is aborted; they end with it.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    let numbers = Arc::new(AtomicU64::new(1));
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => {
                    connections.spawn(serve(socket, Arc::clone(&shared), Arc::clone(&numbers)));
                }
                Err(_) => tokio::time::sleep(BREATH).await,
            },
            // What has ended is forgotten.
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(socket: TcpStream, shared: Arc<Shared>, numbers: Arc<AtomicU64>) {
    let open = shared.counters.connection();
    // Without it pieces would wait for each other; it matters to time alone.
    let _ = socket.set_nodelay(true);
    let link = Arc::new(Link::default());
    let service = service_fn(|request| {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        answer(Arc::clone(&shared), Arc::clone(&link), request, number)
    });
    let socket = TokioIo::new(Socket::new(socket, Arc::clone(&link)));
    // An error is how a connection ends that the script breaks or the client closes.
    let _ = http1::Builder::new().serve_connection(socket, service).await;
    if !link.is_broken() {
        open.closed_by_client();
    }
}

/// An error closes the connection without an answer.
async fn answer(
    shared: Arc<Shared>,
    link: Arc<Link>,
    request: Request<Incoming>,
    number: u64,
) -> io::Result<Response<Body>> {
    if let Some(told) = control::answer(&shared, request.method().as_str(), request.uri().path()) {
        return Ok(told);
    }
    let exchange = shared.counters.exchange();
    let mut arrived = read(request).await?;
    let received = shared.log.wants().then(|| arrived.received());
    let call = shared.call_header.as_ref().and_then(|name| arrived.header(name));
    let call = call.map(str::to_owned);
    let routed = route(&mut arrived);
    let header = routed.as_ref().and_then(|(api, _)| api.format().request_id_header());
    let request_id = header.map(|header| (header, format!("req_{number}")));
    if let Some(mut received) = received {
        received.request_id = request_id.as_ref().map(|(_, id)| id.clone());
        shared.log.push(received);
    }
    let Some((api, wish)) = routed else {
        exchange.finish();
        return Ok(body::no_such_path());
    };
    let reply = Reply { api, script: &shared.script, link, number, call, exchange };
    let mut response = reply.to(wish).await?;
    if let Some((name, id)) = request_id
        && let Ok(value) = id.parse()
    {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

async fn read(request: Request<Incoming>) -> io::Result<Arrived> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MOST).collect().await.map_err(io::Error::other)?.to_bytes();
    let body = match body.as_ref() {
        [] => Value::Null,
        bytes => serde_json::from_slice(bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned())),
    };
    Ok(Arrived { head, body })
}
