//! The provider over any protocol: it sends what the protocol says and reads what comes back. One attempt
//! per call, no redirects, no clock over a whole answer but the caller's deadline.

use std::fmt;
use std::time::Instant;

use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::Response;
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ChatStream, ErrorKind};
use ziggurat_core::{ModelInfo, Price, Provider, ProviderError, Signal, chat};

use super::check::check;
use super::known::Known;
use super::{Framing, Listing, Protocol, failure, stream};
use crate::error::did_you_mean;
use crate::http::{
    AllowedHosts, ApiKey, BaseUrl, HttpClient, Opening, Reporter, rate_limits, read_body,
};
use crate::nearest::nearest;
use crate::{ConfigError, ServerConfig};

/// In place of a model's name: whichever the server lists that suits.
pub const AUTO_MODEL: &str = "auto";

/// Models behind an API over HTTP: [`OpenAi`](crate::OpenAi), [`Anthropic`](crate::Anthropic) and the
/// other adapters are names of this type.
///
/// One attempt per call, no redirects, no clock over a whole answer but the caller's
/// [deadline](CallContext::with_deadline); see [`ServerConfig`] for what can be set. Cheap to clone, and
/// clones share their connections. The exception to one attempt is [`Provider::model`]: with a key, a server
/// other than the vendor's own is asked for its list twice, once without the key, to learn whether the list
/// says anything about the key.
#[derive(Clone)]
pub struct HttpProvider<P> {
    name: String,
    default_model: String,
    free: bool,
    json_schema: bool,
    /// Whether it has models that it does not list.
    partial_list: bool,
    /// Whether the server is the vendor's own, whose rules about models are known.
    official: bool,
    known: Known,
    protocol: P,
    http: HttpClient,
}

impl<P: Protocol> HttpProvider<P> {
    /// An adapter with these settings. No I/O.
    ///
    /// # Errors
    /// [`ConfigError`] if the base URL, an allowed host, a header or the key cannot be used.
    pub fn new(config: ServerConfig) -> Result<Self, ConfigError> {
        if !P::HAS_QUIRKS && !config.quirks.are_common() {
            return Err(ConfigError::Quirks { provider: config.name });
        }
        let allowed = AllowedHosts::parse(&config.allowed_hosts)?;
        let base_url = BaseUrl::parse(P::base_url(&config.base_url), &allowed)?;
        let official = P::is_official(base_url.as_str());
        let protocol = P::new(&config);
        let key = ApiKey::new(config.key.clone(), &config.key_variable);
        let http = HttpClient::new(&config, base_url, key)?;
        let known = Known::new(&config, official);
        let partial_list = config.quirks.partial_list.unwrap_or(false);
        let ServerConfig { name, default_model, free, json_schema, .. } = config;
        let default_model = default_model.unwrap_or_else(|| P::DEFAULT_MODEL.to_owned());
        Ok(Self {
            name,
            default_model,
            free,
            json_schema,
            partial_list,
            official,
            known,
            protocol,
            http,
        })
    }

    /// The server's list of models.
    async fn listing(&self, cx: &CallContext) -> Result<Listing, ProviderError> {
        let reporter = self.http.reporter(cx);
        let response = self.http.get(cx, &self.protocol.models_path()).await?;
        let status = response.status().as_u16();
        if matches!(status, 404 | 405 | 501) {
            let base_url = reporter.base_url();
            let message = format!("HTTP {status}: {base_url} has no list of models");
            return Err(reporter.error(ErrorKind::Unsupported, &message).with_status(status));
        }
        let body = failure::read_answer(response, &reporter).await?;
        self.protocol
            .listing(&body)
            .ok_or_else(|| reporter.protocol("this is no list of models", &body, "no list".into()))
    }

    /// Whether the server looked at the key when it listed its models. Some lists are public, so that a
    /// wrong key shows at the first call only: they are the same without a key.
    async fn looks_at_key(&self, cx: &CallContext) -> bool {
        if self.protocol.list_needs_key(self.official) {
            return true;
        }
        let answer = self.http.get_without_key(cx, &self.protocol.models_path()).await;
        answer.is_ok_and(|response| matches!(response.status().as_u16(), 401 | 403))
    }

    /// The request is made before anything is awaited: a future that held it as well would be large.
    fn post<'a>(
        &'a self,
        cx: &'a CallContext,
        reporter: &'a Reporter,
        request: &ChatRequest,
        streamed: bool,
    ) -> impl Future<Output = Result<Response, ProviderError>> + Send + use<'a, P> {
        let accept = match (streamed, P::FRAMING) {
            (false, _) => "application/json",
            (true, Framing::Sse) => "text/event-stream",
            (true, Framing::Ndjson) => "application/x-ndjson",
        };
        let path = self.protocol.path(request, streamed);
        let body = check(request).and_then(|()| self.protocol.body(request, streamed));
        let body = body.map_err(|fault| failure::of_request(reporter, fault));
        let sent = body.map(|body| self.http.post(cx, &path, body, accept));
        async move {
            let response = sent?.await?;
            let limits = rate_limits(response.headers(), Timestamp::now);
            if !limits.is_empty() {
                cx.signal(Signal::RateLimits(limits));
            }
            if response.status().is_success() {
                return Ok(response);
            }
            Err(Box::pin(failure::refused(response, reporter)).await)
        }
    }

    fn read_whole(
        &self,
        reporter: &Reporter,
        request: &ChatRequest,
        body: &[u8],
        request_id: Option<String>,
    ) -> Result<ChatResponse, ProviderError> {
        match self.protocol.whole(request, body) {
            Ok(answer) => Ok(answer.with_request_id(request_id)),
            Err(fault) => {
                let error = failure::of_answer(reporter, fault, "this is no answer", body);
                Err(failure::with_request_id_of(error, request_id))
            }
        }
    }

    fn not_listed(&self, reporter: &Reporter, model: &str, listing: &Listing) -> ProviderError {
        let names = nearest(model, listing.models.iter().map(|listed| listed.id.as_str()));
        let has_no = format!("{} has no model `{model}`", reporter.base_url());
        let message = format!("{has_no}{}", did_you_mean(&names));
        reporter.error(ErrorKind::ModelNotFound, &message)
    }
}

#[async_trait]
impl<P: Protocol> Provider for HttpProvider<P> {
    fn name(&self) -> &str {
        &self.name
    }

    /// Limits and prices as the [catalogue](ServerConfig::with_catalog) has them, and no price at a server
    /// that is known to be free; at the provider's own server also what the model can do; and whether
    /// schemas are obeyed if the server's settings say so.
    fn known(&self, model: &str) -> ModelInfo {
        let mut info = ModelInfo::unknown(&self.name, model);
        self.known.tell(&mut info);
        if self.free {
            info.price = Some(Price::FREE);
        }
        if self.json_schema {
            info.json_schema = Some(true);
        }
        self.protocol.known(&mut info, self.official);
        info
    }

    /// Asks the server for its list of models. Not being listed is an error only if there is a list
    /// and the server does not say that there is more of it; a server that refuses the key, or cannot
    /// be reached, is one. Of [`AUTO_MODEL`] the answer is the server's own choice: the
    /// [default model](ServerConfig::with_default_model) if it is listed or nothing is, else the first
    /// listed model that can chat.
    ///
    /// With a key, a server other than the vendor's own is asked twice, the second time without the key: many
    /// lists are public and come with any key, so only a refusal without one shows that the key was looked
    /// at ([`ModelInfo::key_checked`]).
    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        let (listing, listed) = match self.listing(cx).await {
            Ok(listing) => (listing, true),
            Err(error) if is_decisive(&error) || is_late(cx) => return Err(error),
            Err(error) => {
                tracing::debug!(provider = self.name, %error, "the list of models is not available");
                (Listing::default(), false)
            }
        };
        let model =
            if model == AUTO_MODEL { listing.preferred(&self.default_model) } else { model };
        let mut info = self.known(model);
        match listing.find(model) {
            Some(listed) => listed.tell(&mut info),
            None if !self.partial_list && listing.is_whole() && self.protocol.is_listed(model) => {
                return Err(self.not_listed(&self.http.reporter(cx), model, &listing));
            }
            None => {}
        }
        if self.http.has_key() {
            info.key_checked = Some(listed && self.looks_at_key(cx).await);
        }
        self.protocol.ask(cx, &self.http, info).await
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        let listing = self.listing(cx).await?;
        let infos = listing.models.into_iter().map(|listed| {
            let mut info = self.known(&listed.id);
            listed.tell(&mut info);
            info
        });
        Ok(infos.collect())
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        let Some(sent) = self.protocol.count(request) else { return Ok(None) };
        let reporter = self.http.reporter(cx);
        let (path, body) =
            check(request).and(sent).map_err(|fault| failure::of_request(&reporter, fault))?;
        let response = self.http.post(cx, &path, body, "application/json").await?;
        let body = failure::read_answer(response, &reporter).await?;
        let none = || reporter.protocol("this is no count of tokens", &body, "no count".into());
        self.protocol.counted(&body).ok_or_else(none).map(Some)
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let reporter = self.http.reporter(cx);
        let response = self.post(cx, &reporter, request, false).await?;
        let request_id = failure::request_id(&reporter, response.headers());
        let body = read_body(response, &reporter).await?;
        self.read_whole(&reporter, request, &body, request_id)
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let reporter = self.http.reporter(cx);
        let response = self.post(cx, &reporter, request, true).await?;
        let request_id = failure::request_id(&reporter, response.headers());
        let opening = Opening::of(response, &reporter).await?;
        if opening.is_whole(P::FRAMING) {
            // A server that does not stream answers whole; a page is no answer at all.
            let body = opening.read(&reporter).await?;
            let answer = self.read_whole(&reporter, request, &body, request_id)?;
            return Ok(chat::stream_of(answer));
        }
        let frames = opening.frames(P::FRAMING, reporter.clone());
        stream::open(frames, self.protocol.begin(request), reporter, request_id).await
    }
}

impl<P> fmt::Debug for HttpProvider<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpProvider")
            .field("name", &self.name)
            .field("free", &self.free)
            .field("json_schema", &self.json_schema)
            .field("http", &self.http)
            .finish_non_exhaustive()
    }
}

/// Whether the call's deadline has passed.
fn is_late(cx: &CallContext) -> bool {
    cx.deadline().is_some_and(|deadline| Instant::now() >= deadline)
}

/// Whether a failure to list models says that calls will fail as well.
fn is_decisive(error: &ProviderError) -> bool {
    // A key may be allowed to chat and not to list; OpenAI then says which scope is missing.
    let scoped = error.status() == Some(403) && error.message().contains("scope");
    match error.kind() {
        ErrorKind::Connect | ErrorKind::Auth => true,
        // The server's address is not allowed.
        ErrorKind::Permission if error.status().is_none() => true,
        _ => matches!(error.status(), Some(401 | 403)) && !scoped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_not_allowed_ends_the_question_for_a_model() {
        let permission = || ProviderError::new("p", ErrorKind::Permission, "missing scope");
        assert!(is_decisive(&permission()));
        assert!(!is_decisive(&permission().with_status(403)), "it may chat and not list");
        assert!(!is_decisive(&ProviderError::new("p", ErrorKind::Timeout, "silent")));
    }

    #[cfg(feature = "openai")]
    #[test]
    fn the_futures_of_calls_are_small() {
        let provider = crate::OpenAi::new(ServerConfig::new("t", "http://127.0.0.1:9/v1")).unwrap();
        let (cx, request) = (CallContext::default(), ChatRequest::new("m", []));
        let (chat, stream) = (provider.chat(&cx, &request), provider.stream(&cx, &request));
        // Larger pieces of memory come slowly, and under a lock that threads share.
        let sizes = (size_of_val(&*chat), size_of_val(&*stream));
        assert!(sizes.0 <= 1024 && sizes.1 <= 1024, "{sizes:?}");
    }
}
