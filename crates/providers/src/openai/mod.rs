//! OpenAI's chat completions, at OpenAI or at any server that speaks them: llama.cpp, LM Studio, vLLM
//! and most hosted providers.
//!
//! What of a request is said otherwise than it stands there, because the API knows no other way:
//! - A tool's result cannot say that the tool failed: its text is sent alone.
//! - Thoughts of earlier answers, and an answer of nothing else, are left out unless the server is known
//!   to take them back ([`Quirks::reasoning_history`](crate::Quirks::reasoning_history)).
//! - Documents and pictures in an assistant's message are sent as the user's, after it.
//! - A level of effort becomes the nearest one that the model or the server knows. A server that takes no
//!   schema is told it in the instructions, without its name, and a mark that a server does not know
//!   (`strict`) is left out, where its [`Quirks`](crate::Quirks) say so.
//!
//! A budget of thoughts in tokens, for which most servers have no word, and what a server refuses according
//! to its quirks are [`Unsupported`](ziggurat_core::ErrorKind::Unsupported) before anything is sent.

mod assemble;
pub(crate) mod calls;
pub(crate) mod content;
mod convert;
pub(crate) mod effort;
pub(crate) mod families;
mod finish;
mod messages;
mod thoughts;
mod usage;
mod wire;

use serde::Deserialize;
use serde_json::Value;
use ziggurat_core::chat::PartialResponse;
use ziggurat_core::{ChatRequest, ChatResponse, ModelInfo};

use crate::api::{Assemble, ErrorBody, Fault, Protocol, encode};
use crate::http::{AllowedHosts, BaseUrl};
use crate::{HttpProvider, ServerConfig};
use assemble::Assembler;
use convert::Speech;

/// Models behind chat completions.
///
/// ```no_run
/// use ziggurat_core::{CallContext, ChatRequest, Message, Provider};
/// use ziggurat_providers::{OpenAi, ServerConfig};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let provider = OpenAi::new(ServerConfig::openai().with_key(secrecy::SecretString::from("sk-…")))?;
/// let request = ChatRequest::new("gpt-5.4-mini", [Message::user("Why are ziggurats stepped?")]);
/// println!("{}", provider.chat(&CallContext::default(), &request).await?.text());
/// # Ok(())
/// # }
/// ```
pub type OpenAi = HttpProvider<ChatCompletions>;

/// OpenAI's model where none is named.
pub const DEFAULT_MODEL: &str = "gpt-5.4-mini";

/// What thoughts of this API are known by.
const ORIGIN: &str = "openai-chat";

/// OpenAI's own address.
pub(crate) const BASE_URL: &str = "https://api.openai.com/v1";

impl ServerConfig {
    /// OpenAI's own server, without a key; its variable is `OPENAI_API_KEY`. It serves
    /// [`OpenAi`] and [`OpenAiResponses`](crate::OpenAiResponses).
    pub fn openai() -> Self {
        Self::new("openai", BASE_URL)
    }

    /// Whether it is OpenAI's own server.
    pub(crate) fn is_openai(&self) -> bool {
        let base_url = BaseUrl::parse(&self.base_url, &AllowedHosts::default());
        base_url.is_ok_and(|base_url| base_url.as_str() == BASE_URL)
    }
}

/// The API `POST /chat/completions`.
#[derive(Debug, Clone)]
pub struct ChatCompletions {
    speech: Speech,
}

impl Protocol for ChatCompletions {
    const BASE_URL: &'static str = BASE_URL;
    const DEFAULT_MODEL: &'static str = DEFAULT_MODEL;
    const HAS_QUIRKS: bool = true;

    type Answer = Assembler;

    fn new(config: &ServerConfig) -> Self {
        let speech = Speech { quirks: config.quirks.clone(), official: config.is_openai() };
        Self { speech }
    }

    fn path(&self, _: &ChatRequest, _: bool) -> String {
        "/chat/completions".to_owned()
    }

    fn body(&self, request: &ChatRequest, streamed: bool) -> Result<Vec<u8>, Fault> {
        let extra = self.speech.quirks.extra(&request.extra);
        encode(&self.speech.request(request, streamed)?, &extra)
    }

    /// A whole answer is read as a stream of one piece, so that the two cannot differ.
    fn whole(&self, request: &ChatRequest, body: &[u8]) -> Result<ChatResponse, Fault> {
        let mut answer = read(body)?;
        let choices = answer.choices.as_deref_mut().unwrap_or_default();
        if choices.is_empty() {
            return Err(Fault::Malformed("the answer has no choice".into()));
        }
        choices.iter_mut().for_each(wire::Choice::number_calls);
        let mut assembler = Assembler::new(&request.model);
        let mut response = PartialResponse::default();
        assembler.take(answer)?.into_iter().for_each(|delta| response.add(delta));
        Ok(response.end(assembler.end(true)?))
    }

    fn begin(&self, request: &ChatRequest) -> Assembler {
        Assembler::new(&request.model)
    }

    fn known(&self, info: &mut ModelInfo, official: bool) {
        families::tell(info, &self.speech.quirks, official);
    }
}

/// The answer in a body. One that may be an error, or cannot be read at once, is looked at in peace.
fn read(body: &[u8]) -> Result<wire::Answer<'_>, Fault> {
    match serde_json::from_slice::<wire::Answer<'_>>(body) {
        Ok(answer) if !answer.may_be_error() => return Ok(answer),
        _ => {}
    }
    let value: Value = serde_json::from_slice(body)?;
    if let Some(error) = ErrorBody::inside(&value) {
        return Err(Fault::from(error));
    }
    Ok(wire::Answer::deserialize(value)?)
}

#[cfg(test)]
mod tests;
