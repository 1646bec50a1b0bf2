//! OpenAI's Responses, at OpenAI or at any server that speaks them: xAI, llama.cpp, vLLM.
//!
//! Every call stands alone: `store` is false, so nothing is kept at the server, and models that are known
//! to think are asked for their thoughts in encrypted form, which the next request sends back. A caller
//! who wants it otherwise says so in [`ChatRequest::extra`], for example `store`, `include`,
//! `previous_response_id`, or `reasoning.summary` for thoughts in words.
//!
//! What of a request is said otherwise than it stands there, because the API knows no other way:
//! - A tool's result cannot say that the tool failed: its text is sent alone.
//! - Thoughts that are not encrypted, and those of another API or server
//!   ([`Reasoning::origin`](ziggurat_core::chat::Reasoning::origin)), are left out; where the server is
//!   known to take them back, their words are sent ([`Quirks::reasoning_history`](crate::Quirks::reasoning_history)).
//! - Documents and pictures in an assistant's message are sent as the user's, after it.
//! - A level of effort becomes the nearest one that the model or the server knows. The mark `strict` is
//!   left out where the server's [`Quirks`](crate::Quirks) say so.
//!
//! A seed, texts to stop at and a budget of thoughts in tokens, for which there are no fields, are
//! [`Unsupported`](ziggurat_core::ErrorKind::Unsupported) before anything is sent.

mod convert;
mod finish;
mod input;
mod items;
mod stream;
mod wire;

use serde_json::{Map, Value};
use ziggurat_core::chat::PartialResponse;
use ziggurat_core::{ChatRequest, ChatResponse, ModelInfo};

use crate::api::{Assemble, ErrorBody, Fault, Protocol, encode};
use crate::openai::{self, families};
use crate::{HttpProvider, ServerConfig};
use convert::Speech;
use stream::Assembler;

/// Models behind Responses.
///
/// ```no_run
/// use ziggurat_core::{CallContext, ChatRequest, Message, Provider};
/// use ziggurat_providers::{OpenAiResponses, ServerConfig};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let config = ServerConfig::openai().with_key(secrecy::SecretString::from("sk-…"));
/// let provider = OpenAiResponses::new(config)?;
/// let request = ChatRequest::new("gpt-5.4-mini", [Message::user("Why are ziggurats stepped?")]);
/// println!("{}", provider.chat(&CallContext::default(), &request).await?.text());
/// # Ok(())
/// # }
/// ```
pub type OpenAiResponses = HttpProvider<Responses>;

/// What the endpoint that counts tokens takes; anything else it would refuse.
const COUNTED: [&str; 11] = [
    "conversation",
    "input",
    "instructions",
    "model",
    "parallel_tool_calls",
    "previous_response_id",
    "reasoning",
    "text",
    "tool_choice",
    "tools",
    "truncation",
];

/// The API `POST /responses`.
#[derive(Debug, Clone)]
pub struct Responses {
    speech: Speech,
}

impl Protocol for Responses {
    const BASE_URL: &'static str = openai::BASE_URL;
    const DEFAULT_MODEL: &'static str = openai::DEFAULT_MODEL;
    const HAS_QUIRKS: bool = true;

    type Answer = Assembler;

    fn new(config: &ServerConfig) -> Self {
        Self { speech: Speech::new(config) }
    }

    fn path(&self, _: &ChatRequest, _: bool) -> String {
        "/responses".to_owned()
    }

    fn body(&self, request: &ChatRequest, streamed: bool) -> Result<Vec<u8>, Fault> {
        let extra = self.speech.quirks.extra(&request.extra);
        encode(&self.speech.request(request, streamed)?, &extra)
    }

    fn whole(&self, request: &ChatRequest, body: &[u8]) -> Result<ChatResponse, Fault> {
        let value: Value = serde_json::from_slice(body)?;
        if let Some(error) = ErrorBody::inside(&value) {
            return Err(Fault::from(error));
        }
        if value.get("output").is_none() && value.get("status").is_none() {
            return Err(Fault::Malformed("the answer has neither output nor status".into()));
        }
        let mut assembler = self.begin(request);
        let mut response = PartialResponse::default();
        let deltas = assembler.finished(serde_json::from_value(value)?)?;
        deltas.into_iter().for_each(|delta| response.add(delta));
        Ok(response.end(assembler.end(true)?))
    }

    fn begin(&self, request: &ChatRequest) -> Assembler {
        Assembler::new(&request.model, &self.speech.origin)
    }

    /// At OpenAI alone: compatible servers are not known to count.
    fn count(&self, request: &ChatRequest) -> Option<Result<(String, Vec<u8>), Fault>> {
        let encoded = || {
            let extra = self.speech.quirks.extra(&request.extra).into_owned();
            let counted = |name: &String| COUNTED.contains(&name.as_str());
            let extra: Map<_, _> = extra.into_iter().filter(|(name, _)| counted(name)).collect();
            let body = encode(&self.speech.counted(request)?, &extra)?;
            Ok(("/responses/input_tokens".to_owned(), body))
        };
        self.speech.official.then(encoded)
    }

    fn counted(&self, body: &[u8]) -> Option<u64> {
        let answer: Value = serde_json::from_slice(body).ok()?;
        answer.get("input_tokens")?.as_u64()
    }

    fn known(&self, info: &mut ModelInfo, official: bool) {
        families::tell(info, &self.speech.quirks, official);
    }
}

#[cfg(test)]
mod tests;
