//! OpenAI's chat completions, at OpenAI or at any server that speaks them: Ollama, llama.cpp, LM Studio,
//! vLLM and most hosted providers.
//!
//! One attempt per call, no redirects, no clock over a whole answer; see [`OpenAiConfig`] for what can
//! be set.

mod assemble;
mod calls;
mod config;
mod convert;
mod dialect;
mod error;
mod failure;
mod families;
mod finish;
mod listing;
mod stream;
mod wire;

use std::fmt;

use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ChatStream, ErrorKind};
use ziggurat_core::{ModelInfo, Price, Provider, ProviderError, chat};

pub(crate) use config::DEFAULT_BASE_URL;
pub use config::OpenAiConfig;
pub use dialect::{AUTO_MODEL, DEFAULT_MODEL};
pub(crate) use dialect::{local_servers, register};
pub(crate) use listing::{Listing, first_chat_model};

use crate::ConfigError;
use crate::error::did_you_mean;
use crate::http::{ApiKey, BaseUrl, HttpClient, events, read_body};
use crate::nearest::nearest;
use convert::TokenLimit;
use error::ErrorBody;

const MODELS: &str = "/models";

/// Models behind chat completions.
#[derive(Clone)]
pub struct OpenAi {
    name: String,
    free: bool,
    json_schema: bool,
    /// Whether the server is OpenAI's own, whose rules about models are known.
    official: bool,
    http: HttpClient,
}

impl OpenAi {
    /// An adapter with these settings. No I/O.
    ///
    /// # Errors
    /// [`ConfigError`] if the base URL or the key cannot be used.
    pub fn new(config: OpenAiConfig) -> Result<Self, ConfigError> {
        let base_url = BaseUrl::parse(&config.base_url)?;
        let official = base_url.as_str() == DEFAULT_BASE_URL;
        let key = ApiKey::new(config.key, config.key_variable);
        let http = HttpClient::new(&config.name, base_url, key, config.idle_timeout)?;
        let OpenAiConfig { name, free, json_schema, .. } = config;
        Ok(Self { name, free, json_schema, official, http })
    }

    /// Whether the server looked at the key when it listed its models. Some lists are public, so that a
    /// wrong key shows at the first call only: they are the same without a key.
    async fn looks_at_key(&self) -> bool {
        if self.official {
            return true;
        }
        let answer = self.http.get_without_key(MODELS).await;
        answer.is_ok_and(|response| matches!(response.status().as_u16(), 401 | 403))
    }

    /// The server's list of models.
    pub(crate) async fn listing(&self) -> Result<Listing, ProviderError> {
        let reporter = self.http.reporter();
        let response = failure::check(self.http.get(MODELS).await?, reporter).await?;
        let body = read_body(response, reporter).await?;
        Listing::parse(&body)
            .ok_or_else(|| reporter.protocol("this is no list of models", &body, "no list".into()))
    }

    fn whole(&self, request: &ChatRequest, body: &[u8]) -> Result<ChatResponse, ProviderError> {
        let reporter = self.http.reporter();
        let odd = |error: serde_json::Error| {
            reporter.protocol("this is no chat completion", body, error.into())
        };
        let value: Value = serde_json::from_slice(body).map_err(odd)?;
        if let Some(error) = ErrorBody::inside(&value) {
            return Err(failure::inside_answer(reporter, &error));
        }
        let mut answer: wire::Answer = serde_json::from_value(value).map_err(odd)?;
        let choice = answer.choices.take().unwrap_or_default().into_iter().next();
        let Some(mut choice) = choice else {
            return Err(reporter.protocol("the answer has no choice", body, "no choice".into()));
        };
        if let Some(error) = choice.error.take().filter(|error| !error.is_null()) {
            return Err(failure::inside_answer(reporter, &ErrorBody::read(&error)));
        }
        convert::response(answer, choice, request).map_err(|cut| failure::cut(reporter, &cut))
    }

    async fn post(
        &self,
        request: &ChatRequest,
        streamed: bool,
    ) -> Result<reqwest::Response, ProviderError> {
        let limit = match self.official {
            true => TokenLimit::MaxCompletionTokens,
            false => TokenLimit::MaxTokens,
        };
        let accept = if streamed { "text/event-stream" } else { "application/json" };
        let body = convert::request(request, limit, streamed);
        let response = self.http.post("/chat/completions", &body, accept).await?;
        failure::check(response, self.http.reporter()).await
    }

    fn not_listed(&self, model: &str, listing: &Listing) -> ProviderError {
        let names = nearest(model, listing.models.iter().map(|listed| listed.id.as_str()));
        let message = format!(
            "{} has no model `{model}`{}",
            self.http.reporter().base_url(),
            did_you_mean(&names)
        );
        self.http.reporter().error(ErrorKind::ModelNotFound, &message)
    }
}

#[async_trait]
impl Provider for OpenAi {
    fn name(&self) -> &str {
        &self.name
    }

    /// The price if the server is known to be free; whether schemas are obeyed if its settings say so;
    /// and what is known of OpenAI's own models, at OpenAI.
    fn known(&self, model: &str) -> ModelInfo {
        let mut info = ModelInfo::unknown(&self.name, model);
        info.price = self.free.then_some(Price::FREE);
        let schema = self.json_schema || self.official && families::obeys_schema(model);
        info.json_schema = schema.then_some(true);
        let thinks = self.official && families::refuses_temperature(model);
        info.temperature = thinks.then_some(false);
        info
    }

    /// Asks the server for its list of models. Not being listed is an error only if there is a list
    /// and the server does not say that there is more of it; a server that refuses the key, or cannot be reached, is one. Of [`AUTO_MODEL`] the answer
    /// is the server's own choice: [`DEFAULT_MODEL`] if it is listed or nothing is, else the first
    /// listed model that can chat.
    ///
    /// With a key, a server other than OpenAI's own is asked a second time without it, to find out
    /// whether the list says anything about the key.
    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        let _ = cx;
        let (listing, listed) = match self.listing().await {
            Ok(listing) => (listing, true),
            Err(error) if is_decisive(&error) => return Err(error),
            Err(error) => {
                tracing::debug!(provider = self.name, %error, "the list of models is not available");
                (Listing::default(), false)
            }
        };
        let model = if model == AUTO_MODEL { listing.preferred(DEFAULT_MODEL) } else { model };
        let mut info = self.known(model);
        match listing.find(model) {
            Some(listed) => info.context_tokens = listed.context_tokens,
            None if listing.is_whole() => return Err(self.not_listed(model, &listing)),
            None => {}
        }
        if self.http.has_key() {
            info.key_checked = Some(listed && self.looks_at_key().await);
        }
        Ok(info)
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        let _ = cx;
        let listing = self.listing().await?;
        let infos = listing.models.into_iter().map(|listed| {
            let mut info = self.known(&listed.id);
            info.context_tokens = listed.context_tokens;
            info
        });
        Ok(infos.collect())
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let _ = cx;
        let response = self.post(request, false).await?;
        let body = read_body(response, self.http.reporter()).await?;
        self.whole(request, &body)
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let _ = cx;
        let response = self.post(request, true).await?;
        let reporter = self.http.reporter();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|t| t.to_str().ok());
        if content_type.is_some_and(|t| t.starts_with("application/json")) {
            // A server that does not stream answers whole.
            let body = read_body(response, reporter).await?;
            return Ok(chat::stream_of(self.whole(request, &body)?));
        }
        stream::open(events(response, reporter.clone()), reporter.clone(), &request.model).await
    }
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi")
            .field("name", &self.name)
            .field("free", &self.free)
            .field("json_schema", &self.json_schema)
            .field("http", &self.http)
            .finish()
    }
}

/// Whether a failure to list models says that calls will fail as well.
fn is_decisive(error: &ProviderError) -> bool {
    // A key may be allowed to chat and not to list; OpenAI then says which scope is missing.
    let scoped = error.status() == Some(403) && error.message().contains("scope");
    matches!(error.kind(), ErrorKind::Connect | ErrorKind::Auth)
        || matches!(error.status(), Some(401 | 403)) && !scoped
}

#[cfg(test)]
mod tests;
