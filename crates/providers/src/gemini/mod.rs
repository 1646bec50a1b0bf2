//! Google's Gemini models by their own API, `generateContent`.
//!
//! What of a request is said otherwise than it stands there, because the API knows no other way:
//! - How much to think becomes what the model takes: a budget within its bounds, or the nearest level.
//!   A model that does not think is told nothing.
//! - The mark `strict` of one tool binds the arguments of all of them.
//! - The result of a failed tool stands under `error`, another one that is no JSON object under `output`.
//! - Withheld thoughts, and those with an id, are another provider's and left out; so is the proof of
//!   thoughts that another API made ([`Reasoning::origin`](ziggurat_core::chat::Reasoning::origin)).
//! - There is no name for a schema, and no word for how closely a picture is looked at.
//!
//! One call at a time, for which there is no field, and a seed that does not fit into its field are
//! [`Unsupported`](ziggurat_core::ErrorKind::Unsupported) before anything is sent.

mod assemble;
mod calls;
mod contents;
mod convert;
mod finish;
mod listing;
mod names;
mod parts;
mod thinking;
mod usage;
mod wire;

use serde::Deserialize;
use ziggurat_core::{ChatRequest, ChatResponse, ModelInfo};

use crate::api::{Fault, Listing, Protocol, encode};
use crate::{Auth, HttpProvider, ServerConfig};
use assemble::Assembler;

/// Models behind `generateContent`.
///
/// A model's name may have the API's prefix: `models/gemini-3.8-flash` is `gemini-3.8-flash`. Thoughts
/// are asked for wherever a request says how much to think. What the model must be sent back unchanged
/// travels in [`ToolCall::signature`](ziggurat_core::chat::ToolCall::signature) and, for a text, in a
/// block of [`Reasoning`](ziggurat_core::chat::Reasoning) without words after it.
///
/// ```no_run
/// use ziggurat_core::{CallContext, ChatRequest, Message, Provider};
/// use ziggurat_providers::{Gemini, ServerConfig, gemini};
///
/// # async fn example(key: secrecy::SecretString) -> Result<(), Box<dyn std::error::Error>> {
/// let provider = Gemini::new(ServerConfig::gemini().with_key(key))?;
/// let request = ChatRequest::new(gemini::DEFAULT_MODEL, [Message::user("Why are ziggurats stepped?")]);
/// println!("{}", provider.chat(&CallContext::default(), &request).await?.text());
/// # Ok(())
/// # }
/// ```
pub type Gemini = HttpProvider<GenerateContent>;

/// The vendor's model where none is named.
pub const DEFAULT_MODEL: &str = "gemini-3.8-flash";

/// What thoughts of this API are known by.
const ORIGIN: &str = "gemini";

/// The vendor's own address.
const BASE_URL: &str = "https://generativelanguage.googleapis.com/v1beta";

impl ServerConfig {
    /// Google's own server, without a key; its variable is `GEMINI_API_KEY`.
    pub fn gemini() -> Self {
        Self::new("gemini", BASE_URL).with_auth(Auth::Header("x-goog-api-key".to_owned()))
    }
}

/// The API `POST /models/{model}:generateContent`.
#[derive(Debug, Clone)]
pub struct GenerateContent;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Count {
    total_tokens: u64,
}

impl Protocol for GenerateContent {
    const BASE_URL: &'static str = BASE_URL;
    const DEFAULT_MODEL: &'static str = DEFAULT_MODEL;

    type Answer = Assembler;

    fn new(_: &ServerConfig) -> Self {
        Self
    }

    fn path(&self, request: &ChatRequest, streamed: bool) -> String {
        match streamed {
            true => names::path(&request.model, "streamGenerateContent?alt=sse"),
            false => names::path(&request.model, "generateContent"),
        }
    }

    fn body(&self, request: &ChatRequest, _: bool) -> Result<Vec<u8>, Fault> {
        encode(&convert::request(request)?, &request.extra)
    }

    fn whole(&self, request: &ChatRequest, body: &[u8]) -> Result<ChatResponse, Fault> {
        Assembler::new(request).whole(body)
    }

    fn begin(&self, request: &ChatRequest) -> Assembler {
        Assembler::new(request)
    }

    fn models_path(&self) -> String {
        "/models?pageSize=1000".to_owned()
    }

    fn listing(&self, body: &[u8]) -> Option<Listing> {
        listing::listing(body)
    }

    fn count(&self, request: &ChatRequest) -> Option<Result<(String, Vec<u8>), Fault>> {
        let body = counted(request);
        Some(body.map(|body| (names::path(&request.model, "countTokens"), body)))
    }

    fn counted(&self, body: &[u8]) -> Option<u64> {
        serde_json::from_slice::<Count>(body).ok().map(|count| count.total_tokens)
    }

    fn known(&self, info: &mut ModelInfo, official: bool) {
        if official {
            info.reasoning = info.reasoning.or_else(|| thinking::thinks(&info.id));
        }
    }
}

/// A request to count. It is the only way to have instructions and tools counted too.
fn counted(request: &ChatRequest) -> Result<Vec<u8>, Fault> {
    let model = format!("models/{}", names::bare(&request.model));
    let inner = wire::Counted { model, request: convert::request(request)? };
    let inner = encode(&inner, &request.extra)?;
    Ok([b"{\"generateContentRequest\":".as_slice(), &inner, b"}"].concat())
}

#[cfg(test)]
mod tests;
