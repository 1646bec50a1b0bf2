//! One client per provider. It follows no redirect (a key must reach nobody but the server it was
//! meant for), repeats nothing by itself (one layer retries, and knows what that costs) and has no
//! clock over a whole answer but the caller's deadline. It ends a connection on which nothing happens.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, redirect, retry};
use url::Url;
use ziggurat_core::{CallContext, ErrorKind, ProviderError};

use super::hosts::{Lookup, Resolver, system_lookup};
use super::{ApiKey, BaseUrl, Reporter, Secrets, without_credentials};
use crate::{ConfigError, ServerConfig};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A provider's connection to its server.
#[derive(Clone)]
pub struct HttpClient {
    client: Client,
    base_url: BaseUrl,
    authorization: Option<(HeaderName, HeaderValue)>,
    reporter: Reporter,
    /// The first path that was posted to, and its address: most providers post to one.
    posted: Arc<OnceLock<(String, Url)>>,
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
            posted: Arc::default(),
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
    pub(crate) fn get(
        &self,
        cx: &CallContext,
        path: &str,
    ) -> impl Future<Output = Result<Response, ProviderError>> + Send + use<'_> {
        self.send(cx, self.with_key(self.client.get(self.base_url.join(path))), JSON)
    }

    /// GET without the key, which tells whether the server looks at it.
    pub(crate) fn get_without_key(
        &self,
        cx: &CallContext,
        path: &str,
    ) -> impl Future<Output = Result<Response, ProviderError>> + Send + use<'_> {
        self.send(cx, self.client.get(self.base_url.join(path)), JSON)
    }

    /// POST of JSON; the answer may be an error of the server.
    pub(crate) fn post(
        &self,
        cx: &CallContext,
        path: &str,
        body: Vec<u8>,
        accept: &'static str,
    ) -> impl Future<Output = Result<Response, ProviderError>> + Send + use<'_> {
        let request = match self.posted(path) {
            Some(url) => self.client.request(Method::POST, url),
            // What is wrong with it is told when it is sent.
            None => self.client.post(self.base_url.join(path)),
        };
        let request = self.with_key(request.header(CONTENT_TYPE, JSON).body(body));
        self.send(cx, request, HeaderValue::from_static(accept))
    }

    /// The address of a path, read once.
    fn posted(&self, path: &str) -> Option<Url> {
        let read = || Url::parse(&self.base_url.join(path)).ok();
        if self.posted.get().is_none() {
            let _ = self.posted.set((path.to_owned(), read()?));
        }
        match self.posted.get() {
            Some((posted, url)) if posted == path => Some(url.clone()),
            _ => read(),
        }
    }

    fn with_key(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.authorization {
            Some((name, value)) => request.header(name, value.clone()),
            None => request,
        }
    }

    /// No `async fn`: its future would hold the request beside what becomes of it, and futures are moved
    /// and kept by every layer above.
    fn send(
        &self,
        cx: &CallContext,
        request: RequestBuilder,
        accept: HeaderValue,
    ) -> impl Future<Output = Result<Response, ProviderError>> + Send + use<'_> {
        let reporter = self.reporter(cx);
        let sent = timed(request.header(ACCEPT, accept), cx.deadline());
        let sent = sent.map(RequestBuilder::send).ok_or_else(|| reporter.too_late());
        async move {
            let response = sent?.await.map_err(|error| reporter.transport(error))?;
            if response.status().is_redirection() {
                return Err(self.redirected(&response));
            }
            Ok(response)
        }
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

/// The request with a clock that covers the body too, however slowly it drips; `None` if it is too late.
fn timed(request: RequestBuilder, deadline: Option<Instant>) -> Option<RequestBuilder> {
    let Some(deadline) = deadline else { return Some(request) };
    let left = deadline.saturating_duration_since(Instant::now());
    (!left.is_zero()).then(|| request.timeout(left))
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
