//! One client per provider. It follows no redirect (a key must reach nobody but the server it was
//! meant for), repeats nothing by itself (one layer retries, and knows what that costs) and has no
//! clock over a whole answer but the caller's deadline. It ends a connection on which nothing happens.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, redirect, retry};
use ziggurat_core::{CallContext, ErrorKind, ProviderError};

use super::hosts::{Lookup, Resolver, system_lookup};
use super::{ApiKey, BaseUrl, Reporter, Secrets, without_credentials};
use crate::{ConfigError, ServerConfig};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const JSON: &str = "application/json";

/// A provider's connection to its server.
#[derive(Clone)]
pub struct HttpClient {
    client: Client,
    base_url: BaseUrl,
    authorization: Option<(HeaderName, HeaderValue)>,
    reporter: Reporter,
}

impl HttpClient {
    pub(crate) fn new(
        config: &ServerConfig,
        base_url: BaseUrl,
        key: ApiKey,
    ) -> Result<Self, ConfigError> {
        Self::with_lookup(config, base_url, key, system_lookup())
    }

    /// A client that looks names up in this way.
    fn with_lookup(
        config: &ServerConfig,
        base_url: BaseUrl,
        key: ApiKey,
        lookup: Lookup,
    ) -> Result<Self, ConfigError> {
        let base_url = base_url.with_query(&config.query);
        let resolver = Resolver::new(base_url.domain(), base_url.allowed().clone(), lookup);
        let builder = builder(&base_url, config.idle_timeout).dns_resolver(resolver);
        let client = builder.default_headers(headers(&config.headers)?).build();
        let authorization = key.header(&config.auth)?;
        let secrets = Secrets::new(config, key);
        Ok(Self {
            client: client.map_err(|e| ConfigError::Client(e.into()))?,
            authorization,
            reporter: Reporter::new(&config.name, secrets, base_url.as_str(), config.idle_timeout),
            base_url,
        })
    }

    /// Makes the errors of a call in this context.
    pub(crate) fn reporter(&self, cx: &CallContext) -> Reporter {
        self.reporter.with_deadline(cx.deadline())
    }

    /// Whether there is a key to send.
    pub(crate) fn has_key(&self) -> bool {
        self.authorization.is_some()
    }

    /// GET; the answer may be an error of the server.
    pub(crate) async fn get(
        &self,
        cx: &CallContext,
        path: &str,
    ) -> Result<Response, ProviderError> {
        self.send(cx, self.with_key(self.client.get(self.base_url.join(path))), JSON).await
    }

    /// GET without the key, which tells whether the server looks at it.
    pub(crate) async fn get_without_key(
        &self,
        cx: &CallContext,
        path: &str,
    ) -> Result<Response, ProviderError> {
        self.send(cx, self.client.get(self.base_url.join(path)), JSON).await
    }

    /// POST of JSON; the answer may be an error of the server.
    pub(crate) async fn post(
        &self,
        cx: &CallContext,
        path: &str,
        body: Vec<u8>,
        accept: &'static str,
    ) -> Result<Response, ProviderError> {
        let request = self.client.post(self.base_url.join(path)).header(CONTENT_TYPE, JSON);
        self.send(cx, self.with_key(request.body(body)), accept).await
    }

    fn with_key(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.authorization {
            Some((name, value)) => request.header(name, value.clone()),
            None => request,
        }
    }

    async fn send(
        &self,
        cx: &CallContext,
        request: RequestBuilder,
        accept: &'static str,
    ) -> Result<Response, ProviderError> {
        let mut request = request.header(ACCEPT, accept);
        if let Some(deadline) = cx.deadline() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(self.reporter(cx).too_late());
            }
            // Covers the body too, however slowly it drips.
            request = request.timeout(left);
        }
        let response = request.send().await.map_err(|error| self.reporter(cx).transport(error))?;
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
            location.map_or("nowhere".to_owned(), without_credentials),
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

/// The headers of every request. Any of them may be a secret, and none is worth showing.
fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, ConfigError> {
    let headers = pairs.iter().map(|(name, value)| {
        if bears_key(name) {
            return Err(ConfigError::KeyHeader { name: name.clone() });
        }
        let refused = || ConfigError::Header { name: name.clone() };
        let header = HeaderName::from_str(name).map_err(|_| refused())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| refused())?;
        value.set_sensitive(true);
        Ok((header, value))
    });
    headers.collect()
}

/// Whether a header of this name bears a key. Such a one is made from the key alone: a request that must not
/// bear the key must not bear one either.
pub(crate) fn bears_key(name: &str) -> bool {
    let names = ["authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key"];
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn builder(base_url: &BaseUrl, idle: Duration) -> ClientBuilder {
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
    builder
}

#[cfg(test)]
mod tests;
