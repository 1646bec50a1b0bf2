//! One client per provider. It follows no redirect (a key must reach nobody but the server it was
//! meant for), repeats nothing by itself (one layer retries, and knows what that costs) and has no
//! clock over a whole answer: callers own those. It ends a connection on which nothing happens.

use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, LOCATION};
use reqwest::{Client, RequestBuilder, Response, redirect, retry};
use serde::Serialize;
use ziggurat_core::{ErrorKind, ProviderError};

use super::{ApiKey, BaseUrl, Reporter};
use crate::ConfigError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const JSON: &str = "application/json";

/// A provider's connection to its server.
#[derive(Clone)]
pub(crate) struct HttpClient {
    client: Client,
    base_url: BaseUrl,
    authorization: Option<HeaderValue>,
    reporter: Reporter,
}

impl HttpClient {
    pub(crate) fn new(
        provider: &str,
        base_url: BaseUrl,
        key: ApiKey,
        idle: Duration,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            client: client(&base_url, idle).map_err(|e| ConfigError::Client(e.into()))?,
            authorization: key.bearer()?,
            reporter: Reporter::new(provider, key, base_url.as_str(), idle),
            base_url,
        })
    }

    pub(crate) fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    /// Whether there is a key to send.
    pub(crate) fn has_key(&self) -> bool {
        self.authorization.is_some()
    }

    /// GET; the answer may be an error of the server.
    pub(crate) async fn get(&self, path: &str) -> Result<Response, ProviderError> {
        self.send(self.with_key(self.client.get(self.base_url.join(path))), JSON).await
    }

    /// GET without the key, which tells whether the server looks at it.
    pub(crate) async fn get_without_key(&self, path: &str) -> Result<Response, ProviderError> {
        self.send(self.client.get(self.base_url.join(path)), JSON).await
    }

    /// POST of JSON; the answer may be an error of the server.
    pub(crate) async fn post(
        &self,
        path: &str,
        body: &impl Serialize,
        accept: &'static str,
    ) -> Result<Response, ProviderError> {
        let request = self.client.post(self.base_url.join(path)).json(body);
        self.send(self.with_key(request), accept).await
    }

    fn with_key(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.authorization {
            Some(authorization) => request.header(AUTHORIZATION, authorization.clone()),
            None => request,
        }
    }

    async fn send(
        &self,
        request: RequestBuilder,
        accept: &'static str,
    ) -> Result<Response, ProviderError> {
        let request = request.header(ACCEPT, accept);
        let response = request.send().await.map_err(|error| self.reporter.transport(error))?;
        if response.status().is_redirection() {
            return Err(self.redirected(&response));
        }
        Ok(response)
    }

    fn redirected(&self, response: &Response) -> ProviderError {
        let status = response.status().as_u16();
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let message = format!(
            "HTTP {status}: the server redirects to {}; redirects are not followed, since the key \
             is meant for {} alone",
            location.unwrap_or("nowhere"),
            self.base_url.as_str(),
        );
        self.reporter.error(ErrorKind::InvalidRequest, &message).with_status(status)
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("base_url", &self.base_url)
            .field("has_key", &self.authorization.is_some())
            .finish_non_exhaustive()
    }
}

fn client(base_url: &BaseUrl, idle: Duration) -> reqwest::Result<Client> {
    let mut builder = Client::builder()
        .user_agent(concat!("ziggurat/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(idle)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE);
    if base_url.is_loopback() {
        builder = builder.no_proxy();
    }
    if !base_url.is_https() {
        // Nothing is encrypted, so no certificate is needed: a machine without any can still reach
        // its local server, and none are loaded in vain.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}
