//! The loop over hyper's bare connections, pooled by hand: the least that tokio and typed JSON can do.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderMap, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::delays::Delays;
use crate::swarm::Client;
use crate::wire::{self, Events, Refused};

type Sender = SendRequest<Full<Bytes>>;

/// Connections to one server.
#[derive(Debug)]
pub struct Hyper {
    address: SocketAddr,
    idle: Mutex<Vec<Sender>>,
}

impl Hyper {
    /// A client of the server at this address.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, idle: Mutex::default() }
    }

    async fn send(&self, body: Bytes) -> Result<(Sender, Response<Incoming>), Refused> {
        let mut sender = self.sender().await?;
        let request = self.request(body).map_err(|_| Refused::BROKEN)?;
        let response = sender.send_request(request).await.map_err(|_| Refused::BROKEN)?;
        if response.status().is_success() {
            return Ok((sender, response));
        }
        let refused = refused(response.headers());
        response.into_body().collect().await.map_err(|_| Refused::BROKEN)?;
        self.give_back(sender);
        Err(refused)
    }

    fn request(&self, body: Bytes) -> hyper::http::Result<Request<Full<Bytes>>> {
        Request::post("/v1/chat/completions")
            .header(HOST, self.address.to_string())
            .header(USER_AGENT, "bench/0.1.0")
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .body(Full::new(body))
    }

    async fn sender(&self) -> Result<Sender, Refused> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut sender) = idle else { return self.connect().await };
            if sender.ready().await.is_ok() {
                return Ok(sender);
            }
        }
    }

    async fn connect(&self) -> Result<Sender, Refused> {
        let socket = TcpStream::connect(self.address).await.map_err(|_| Refused::BROKEN)?;
        socket.set_nodelay(true).map_err(|_| Refused::BROKEN)?;
        let opened = handshake(TokioIo::new(socket)).await;
        let (sender, connection) = opened.map_err(|_| Refused::BROKEN)?;
        tokio::spawn(connection);
        Ok(sender)
    }

    fn give_back(&self, sender: Sender) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
    }
}

impl Client for Hyper {
    async fn ask(&self, body: Bytes) -> Result<Box<str>, Refused> {
        let (sender, response) = self.send(body).await?;
        let body = response.into_body().collect().await.map_err(|_| Refused::BROKEN)?.to_bytes();
        self.give_back(sender);
        wire::text(&body)
    }

    async fn hear(&self, body: Bytes, delays: &mut Delays) -> Result<Box<str>, Refused> {
        let (sender, mut response) = self.send(body).await?;
        let (mut events, mut text) = (Events::default(), String::new());
        while let Some(frame) = response.frame().await {
            let frame = frame.map_err(|_| Refused::BROKEN)?;
            let Some(bytes) = frame.data_ref() else { continue };
            events.feed(bytes, |piece| {
                delays.hear(piece);
                text.push_str(piece);
            });
        }
        self.give_back(sender);
        Ok(text.into())
    }
}

/// What the headers of a refusal ask for.
pub fn refused(headers: &HeaderMap) -> Refused {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    Refused::with_hints(header("retry-after-ms"), header("retry-after"))
}
