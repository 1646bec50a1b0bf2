//! Anthropic's Messages, at Anthropic or at any server that speaks them, such as llama.cpp's.
//!
//! What of a request is said otherwise than it stands there, because the API knows no other way:
//! - A bound on tokens is mandatory: without one, [`DEFAULT_MAX_TOKENS`] are allowed for the answer, and
//!   as many more as the asked-for thinking may take.
//! - Levels of thinking become what the model takes: a budget of tokens, an effort, or the nearest
//!   thing to silence. A temperature or a `top_p` that the API refuses beside thinking is left out.
//! - Thoughts without their proof cannot be sent back; they are left out, as are those that
//!   another API made ([`Reasoning::origin`](ziggurat_core::chat::Reasoning::origin)), and text of nothing but blanks.
//! - Arguments of a call that are no JSON object are wrapped as `{"INVALID_JSON": "…"}`, which is the
//!   vendor's own advice.
//! - There is no name for a schema, and no word for how closely a picture is looked at.
//! - Whether calls may come in parallel is left out where there are no tools.
//!
//! A seed, for which there is no field, is [`Unsupported`](ziggurat_core::ErrorKind::Unsupported) before
//! anything is sent.

mod blocks;
mod convert;
mod finish;
mod models;
mod stream;
mod wire;

use ziggurat_core::{ChatRequest, ChatResponse, ModelInfo};

pub use convert::DEFAULT_MAX_TOKENS;

use crate::api::{ErrorBody, Fault, Listing, Protocol, encode};
use crate::{Auth, HttpProvider, ServerConfig};
use models::Model;
use stream::Assembler;

/// Models behind Messages.
///
/// ```no_run
/// use ziggurat_core::{CallContext, ChatRequest, Message, Provider};
/// use ziggurat_providers::{Anthropic, ServerConfig};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let key = secrecy::SecretString::from("sk-ant-…");
/// let provider = Anthropic::new(ServerConfig::anthropic().with_key(key))?;
/// let request = ChatRequest::new("claude-haiku-5-5", [Message::user("Why are ziggurats stepped?")]);
/// println!("{}", provider.chat(&CallContext::default(), &request).await?.text());
/// # Ok(())
/// # }
/// ```
pub type Anthropic = HttpProvider<Messages>;

/// Anthropic's model where none is named.
pub const DEFAULT_MODEL: &str = "claude-haiku-5-5";

/// What thoughts of this API are known by. The vendor's clouds take each other's.
const ORIGIN: &str = "anthropic-messages";

/// Anthropic's own address.
const BASE_URL: &str = "https://api.anthropic.com";

/// Where the API's paths begin. A base URL may already hold it.
const VERSION_PATH: &str = "/v1";

impl ServerConfig {
    /// Anthropic's own server, without a key; its variable is `ANTHROPIC_API_KEY`. With another
    /// [base URL](ServerConfig::with_base_url), a server that is spoken to in the same way; a `/v1` at
    /// its end makes no difference.
    pub fn anthropic() -> Self {
        Self::new("anthropic", BASE_URL)
            .with_auth(Auth::Header("x-api-key".to_owned()))
            .with_header("anthropic-version", "2023-06-01")
    }
}

/// The API `POST /v1/messages`.
#[derive(Debug, Clone)]
pub struct Messages {
    /// What precedes the paths: `/v1`, or nothing if the base URL ends in it.
    prefix: &'static str,
}

impl Messages {
    fn url_path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

impl Protocol for Messages {
    const BASE_URL: &'static str = BASE_URL;
    const DEFAULT_MODEL: &'static str = DEFAULT_MODEL;

    type Answer = Assembler;

    fn new(config: &ServerConfig) -> Self {
        let versioned = config.base_url.trim().trim_end_matches('/').ends_with(VERSION_PATH);
        Self { prefix: if versioned { "" } else { VERSION_PATH } }
    }

    fn is_official(base_url: &str) -> bool {
        base_url.strip_suffix(VERSION_PATH).unwrap_or(base_url) == BASE_URL
    }

    fn path(&self, _: &ChatRequest, _: bool) -> String {
        self.url_path("/messages")
    }

    fn body(&self, request: &ChatRequest, streamed: bool) -> Result<Vec<u8>, Fault> {
        if request.seed.is_some() {
            return Err(Fault::unsupported("Messages take no seed"));
        }
        encode(&convert::request(request, streamed), &request.extra)
    }

    fn whole(&self, request: &ChatRequest, body: &[u8]) -> Result<ChatResponse, Fault> {
        let message: wire::Message = serde_json::from_slice(body)?;
        if message.is_error() {
            return Err(Fault::from(ErrorBody::parse(body)));
        }
        convert::response(message, &request.model)
    }

    fn begin(&self, request: &ChatRequest) -> Assembler {
        Assembler::new(&request.model)
    }

    fn models_path(&self) -> String {
        self.url_path("/models?limit=1000")
    }

    fn listing(&self, body: &[u8]) -> Option<Listing> {
        convert::listing(body)
    }

    fn count(&self, request: &ChatRequest) -> Option<Result<(String, Vec<u8>), Fault>> {
        let body = convert::counted(request);
        Some(body.map(|body| (self.url_path("/messages/count_tokens"), body)))
    }

    fn counted(&self, body: &[u8]) -> Option<u64> {
        serde_json::from_slice::<wire::Usage>(body).ok()?.input_tokens
    }

    fn known(&self, info: &mut ModelInfo, official: bool) {
        let Some(model) = Model::named(&info.id).filter(|_| official) else { return };
        if model.obeys_schema {
            info.json_schema.get_or_insert(true);
        }
        if !model.takes_sampling {
            info.temperature.get_or_insert(false);
        }
    }
}

#[cfg(test)]
mod tests;
