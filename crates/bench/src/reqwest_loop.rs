//! The loop over reqwest's pooled client: what most people would write.

use std::net::SocketAddr;

use bytes::Bytes;
use reqwest::Response;
use reqwest::header::{ACCEPT, CONTENT_TYPE};

use crate::Error;
use crate::delays::Delays;
use crate::hyper_loop::refused;
use crate::swarm::Client;
use crate::wire::{self, Events, Refused};

/// A pooled client and the address that it asks.
#[derive(Debug)]
pub struct Reqwest {
    client: reqwest::Client,
    url: String,
}

impl Reqwest {
    /// A client of the server at this address.
    ///
    /// # Errors
    /// If reqwest cannot be set up.
    pub fn new(address: SocketAddr) -> Result<Self, Error> {
        // Neither a proxy nor a certificate is looked for, as in the library: the server is on this machine.
        let builder = reqwest::Client::builder().user_agent("bench/0.1.0").no_proxy();
        let client = builder.tls_certs_only([]).tcp_nodelay(true).build().map_err(Error::found)?;
        Ok(Self { client, url: format!("http://{address}/v1/chat/completions") })
    }

    async fn send(&self, body: Bytes) -> Result<Response, Refused> {
        let request = self
            .client
            .post(&self.url)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json");
        let response = request.body(body).send().await.map_err(|_| Refused::BROKEN)?;
        if response.status().is_success() {
            return Ok(response);
        }
        let refused = refused(response.headers());
        // Read to its end, or the connection could not serve again.
        response.bytes().await.map_err(|_| Refused::BROKEN)?;
        Err(refused)
    }
}

impl Client for Reqwest {
    async fn ask(&self, body: Bytes) -> Result<Box<str>, Refused> {
        let body = self.send(body).await?.bytes().await.map_err(|_| Refused::BROKEN)?;
        wire::text(&body)
    }

    async fn hear(&self, body: Bytes, delays: &mut Delays) -> Result<Box<str>, Refused> {
        let mut response = self.send(body).await?;
        let (mut events, mut text) = (Events::default(), String::new());
        while let Some(bytes) = response.chunk().await.map_err(|_| Refused::BROKEN)? {
            events.feed(&bytes, |piece| {
                delays.hear(piece);
                text.push_str(piece);
            });
        }
        Ok(text.into())
    }
}
