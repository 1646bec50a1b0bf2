//! Ollama's own API, at a server on one's machine or at ollama.com. It says more than the compatible side
//! of the same server: thoughts, the size of the context, what a model can do, how long it stays loaded.
//!
//! What of a request is said otherwise than it stands there, because the API knows no other way:
//! - A tool's result cannot say that the tool failed: its text is sent alone.
//! - Where the model may not call tools, none are sent. That arguments must obey their schema (`strict`)
//!   cannot be said.
//! - Thoughts are sent back as text, without their proofs; how much to think becomes the nearest level.
//! - There is no name for a schema, no media type of a picture, and no word for how closely it is looked at.
//!
//! What is refused before it is sent stands at [`Ollama`].

mod calls;
mod convert;
mod finish;
mod messages;
mod names;
mod show;
mod stream;
mod wire;

use async_trait::async_trait;
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ModelInfo, ProviderError};

use crate::api::{Assemble, Fault, Framing, Protocol, encode};
use crate::http::HttpClient;
use crate::{HttpProvider, ServerConfig};
use stream::Assembler;

/// Models behind Ollama's own API.
///
/// ```no_run
/// use ziggurat_core::{CallContext, ChatRequest, Message, Provider};
/// use ziggurat_providers::{Ollama, ServerConfig};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let provider = Ollama::new(ServerConfig::ollama())?;
/// let request = ChatRequest::new("llama3.2", [Message::user("Why are ziggurats stepped?")]);
/// println!("{}", provider.chat(&CallContext::default(), &request).await?.text());
/// # Ok(())
/// # }
/// ```
///
/// # The size of the context
///
/// How many tokens fit is not the model's size but the server's choice (`num_ctx`): 4096 on most machines,
/// whatever the model was trained for. Of a longer conversation Ollama drops the oldest messages **without
/// a word**. Ask for the room that you need, and for an error in place of the silence:
///
/// ```
/// use serde_json::json;
/// use ziggurat_core::{ChatRequest, Message};
///
/// let request = ChatRequest::new("llama3.2", [Message::user("A long question.")])
///     .with_extra("options", json!({"num_ctx": 32_768}))
///     // Servers that know these words refuse what does not fit, and stop where the room ends.
///     .with_extra("truncate", false)
///     .with_extra("shift", false)
///     // How long the model stays loaded after the call.
///     .with_extra("keep_alive", "30m");
/// ```
///
/// [`ModelInfo::context_tokens`] is what holds for a call that does not set `num_ctx`: known if the model's
/// own parameters set it, or if the model runs in Ollama's cloud, where it has all that it was trained for.
/// Otherwise it is the server's default, which no part of the API tells, and so unknown. (What `/api/ps`
/// tells is the size that some earlier call made the server load.)
///
/// # What Ollama has no word for
///
/// [`ToolChoice::Required`](ziggurat_core::chat::ToolChoice::Required), a certain tool, one call at a time,
/// a budget of thoughts and pictures by address are
/// [`Unsupported`](ziggurat_core::ErrorKind::Unsupported) before anything is sent. Where the model may not
/// call tools, none are sent.
pub type Ollama = HttpProvider<OllamaChat>;

/// Where Ollama listens unless it is told otherwise.
const BASE_URL: &str = "http://127.0.0.1:11434";

impl ServerConfig {
    /// Ollama on this machine: free, and bound to schemas. The variable of its key is `OLLAMA_API_KEY`; only
    /// ollama.com looks at one. An address that ends in `/v1` or `/api` means the server above it.
    pub fn ollama() -> Self {
        Self::new("ollama", BASE_URL).with_free(true).with_json_schema(true)
    }
}

/// The API `POST /api/chat`.
#[derive(Debug, Clone)]
pub struct OllamaChat {
    /// Whether all models of the server run in Ollama's cloud.
    cloud: bool,
}

impl OllamaChat {
    fn is_in_cloud(&self, model: &str) -> bool {
        self.cloud || names::is_cloud_model(model)
    }
}

#[async_trait]
impl Protocol for OllamaChat {
    const BASE_URL: &'static str = BASE_URL;
    /// A small one that Ollama's own manual begins with.
    const DEFAULT_MODEL: &'static str = "llama3.2";
    const FRAMING: Framing = Framing::Ndjson;

    type Answer = Assembler;

    fn new(config: &ServerConfig) -> Self {
        Self { cloud: names::is_cloud_server(&config.base_url) }
    }

    fn base_url(given: &str) -> &str {
        names::server(given)
    }

    fn path(&self, _: &ChatRequest, _: bool) -> String {
        "/api/chat".to_owned()
    }

    fn body(&self, request: &ChatRequest, streamed: bool) -> Result<Vec<u8>, Fault> {
        encode(&convert::request(request, streamed)?, &request.extra)
    }

    fn whole(&self, request: &ChatRequest, body: &[u8]) -> Result<ChatResponse, Fault> {
        let mut assembler = Assembler::new(request);
        let content = assembler.take(wire::Answer::read(body)?);
        let end = assembler.end(true)?;
        Ok(ChatResponse::of(end.model, content).with_finish(end.finish).with_usage(end.usage))
    }

    fn begin(&self, request: &ChatRequest) -> Assembler {
        Assembler::new(request)
    }

    fn models_path(&self) -> String {
        "/api/tags".to_owned()
    }

    /// A server on one's own machine runs models of the cloud under names that it does not list.
    fn is_listed(&self, model: &str) -> bool {
        !names::is_cloud_model(model)
    }

    /// Ollama charges for its cloud by account and not by token, and its manual says that the cloud binds
    /// no answer to a schema.
    fn known(&self, info: &mut ModelInfo, _: bool) {
        if self.is_in_cloud(&info.id) {
            // What the server's settings say of models on it; not a price that somebody entered.
            info.price = info.price.filter(|price| !price.is_free());
            info.json_schema = Some(false);
        }
    }

    /// Neither a server of one's own nor ollama.com looks at the key for a list.
    fn list_needs_key(&self, _: bool) -> bool {
        false
    }

    async fn ask(
        &self,
        cx: &CallContext,
        http: &HttpClient,
        listed: ModelInfo,
    ) -> Result<ModelInfo, ProviderError> {
        show::ask(cx, http, listed, self.cloud).await
    }
}

#[cfg(test)]
mod tests;
