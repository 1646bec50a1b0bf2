//! OpenAI's chat completions, at OpenAI or at any server that speaks them: llama.cpp, LM Studio, vLLM
//! and most hosted providers.

mod assemble;
mod calls;
mod convert;
mod dialect;
mod families;
mod finish;
mod wire;

use serde_json::Value;
use ziggurat_core::{ChatRequest, ChatResponse, ModelInfo};

pub use dialect::DEFAULT_MODEL;
pub(crate) use dialect::{local_servers, register};

use crate::api::{ErrorBody, Fault, Protocol, encode};
use crate::{HttpProvider, ServerConfig, TokenLimit};
use assemble::Assembler;

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

/// OpenAI's own address.
const BASE_URL: &str = "https://api.openai.com/v1";

impl ServerConfig {
    /// OpenAI's own server, without a key; its variable is `OPENAI_API_KEY`.
    pub fn openai() -> Self {
        Self::new("openai", BASE_URL)
    }
}

/// The API `POST /chat/completions`.
#[derive(Debug, Clone)]
pub struct ChatCompletions {
    limit: TokenLimit,
}

impl Protocol for ChatCompletions {
    const BASE_URL: &'static str = BASE_URL;
    const DEFAULT_MODEL: &'static str = DEFAULT_MODEL;

    type Answer = Assembler;

    fn new(config: &ServerConfig) -> Self {
        let official = config.base_url.trim_end_matches('/') == BASE_URL;
        let usual = match official {
            true => TokenLimit::MaxCompletionTokens,
            false => TokenLimit::MaxTokens,
        };
        Self { limit: config.quirks.token_limit.unwrap_or(usual) }
    }

    fn path(&self, _: &ChatRequest, _: bool) -> String {
        "/chat/completions".to_owned()
    }

    fn body(&self, request: &ChatRequest, streamed: bool) -> Result<Vec<u8>, Fault> {
        encode(&convert::request(request, self.limit, streamed), &request.extra)
    }

    fn whole(&self, request: &ChatRequest, body: &[u8]) -> Result<ChatResponse, Fault> {
        let value: Value = serde_json::from_slice(body)?;
        if let Some(error) = ErrorBody::inside(&value) {
            return Err(Fault::Error(error));
        }
        let mut answer: wire::Answer = serde_json::from_value(value)?;
        let choice = answer.choices.take().unwrap_or_default().into_iter().next();
        let Some(mut choice) = choice else {
            return Err(Fault::Malformed("the answer has no choice".into()));
        };
        if let Some(error) = choice.error.take().filter(|error| !error.is_null()) {
            return Err(Fault::Error(ErrorBody::read(&error)));
        }
        Ok(convert::response(answer, choice, request)?)
    }

    fn begin(&self, request: &ChatRequest) -> Assembler {
        Assembler::new(&request.model)
    }

    fn known(&self, info: &mut ModelInfo, official: bool) {
        if official && families::obeys_schema(&info.id) {
            info.json_schema = Some(true);
        }
        if official && families::refuses_temperature(&info.id) {
            info.temperature = Some(false);
        }
    }
}

#[cfg(test)]
mod tests;
