//! What an adapter must know, without any I/O: where a request goes and what it looks like, and what the
//! bytes of an answer mean. Everything here is pure, so that every split and every oddity can be tested
//! without a connection.

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Map, Value};
use ziggurat_core::chat::ChatEnd;
use ziggurat_core::{BoxError, CallContext, ChatDelta, ChatRequest, ChatResponse, ErrorKind};
use ziggurat_core::{ModelInfo, ProviderError};

use super::{Cut, ErrorBody, Listing};
use crate::ServerConfig;
use crate::http::HttpClient;

/// A model API.
#[async_trait]
pub trait Protocol: Clone + Send + Sync + 'static {
    /// The vendor's own server; its rules about models are known there.
    const BASE_URL: &'static str;

    /// The vendor's model in place of [`AUTO_MODEL`](crate::AUTO_MODEL) where a server lists none.
    const DEFAULT_MODEL: &'static str;

    /// Whether servers that speak it may differ in the ways of [`Quirks`](crate::Quirks).
    const HAS_QUIRKS: bool = false;

    /// How a streamed answer is cut into events.
    const FRAMING: Framing = Framing::Sse;

    /// Puts a streamed answer together.
    type Answer: Assemble;

    /// The protocol as this server speaks it.
    fn new(config: &ServerConfig) -> Self;

    /// Whether this base URL, without a slash at its end, is the vendor's own server.
    fn is_official(base_url: &str) -> bool {
        base_url == Self::BASE_URL
    }

    /// The base URL that is meant by what was given.
    fn base_url(given: &str) -> &str {
        given
    }

    /// Where a request goes, below the base URL.
    fn path(&self, request: &ChatRequest, streamed: bool) -> String;

    /// The request as it is sent.
    fn body(&self, request: &ChatRequest, streamed: bool) -> Result<Vec<u8>, Fault>;

    /// A whole answer.
    fn whole(&self, request: &ChatRequest, body: &[u8]) -> Result<ChatResponse, Fault>;

    /// The beginning of a streamed answer.
    fn begin(&self, request: &ChatRequest) -> Self::Answer;

    /// Where the list of models is.
    fn models_path(&self) -> String {
        "/models".to_owned()
    }

    /// The list of models in an answer; `None` if there is none.
    fn listing(&self, body: &[u8]) -> Option<Listing> {
        Listing::parse(body)
    }

    /// Whether the server would list a model of this name if it had it.
    fn is_listed(&self, model: &str) -> bool {
        let _ = model;
        true
    }

    /// Where the tokens of a request are counted, and what is sent there; `None` if nowhere.
    fn count(&self, request: &ChatRequest) -> Option<Result<(String, Vec<u8>), Fault>> {
        let _ = request;
        None
    }

    /// The count in an answer.
    fn counted(&self, body: &[u8]) -> Option<u64> {
        let _ = body;
        None
    }

    /// What this API's rules say about a model by its name alone, over what the server's settings say;
    /// `official` at the vendor's own server. What the catalogue says of the very name is there already, and
    /// counts more than a rule for many names.
    fn known(&self, info: &mut ModelInfo, official: bool) {
        let _ = (info, official);
    }

    /// Whether the server is known to look at the key when it lists its models.
    fn list_needs_key(&self, official: bool) -> bool {
        official
    }

    /// What the server says about a model beyond its list. `listed` is what the list told.
    async fn ask(
        &self,
        cx: &CallContext,
        http: &HttpClient,
        listed: ModelInfo,
    ) -> Result<ModelInfo, ProviderError> {
        let _ = (cx, http);
        Ok(listed)
    }
}

/// How a streamed answer is cut into events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events.
    Sse,
    /// One JSON object a line.
    Ndjson,
}

/// Puts a streamed answer together, one event's data at a time.
pub trait Assemble: Send + Unpin + 'static {
    /// Takes one event; `event` is its type, if it has one.
    fn feed(&mut self, event: Option<&str>, data: &str) -> Result<Step, Fault>;

    /// The end, if the server has given a good reason for it or says that it is `done`.
    fn end(&mut self, done: bool) -> Result<ChatEnd, Cut>;
}

/// What an event brought.
#[derive(Debug)]
pub enum Step {
    /// These pieces; more may come.
    Deltas(Vec<ChatDelta>),
    /// The server says that this was all.
    Done,
}

/// Why there is no answer, or no more of it.
#[derive(Debug)]
pub enum Fault {
    /// The server sent an error.
    Error(Box<ErrorBody>),
    /// What it sent is not what the protocol promises.
    Malformed(BoxError),
    /// It stopped before its end.
    Cut(Cut),
    /// The request cannot be said in this protocol.
    Refused(ErrorKind, String),
}

impl Fault {
    /// The request has something that the API has no word for.
    pub(crate) fn unsupported(what: impl Into<String>) -> Self {
        Self::Refused(ErrorKind::Unsupported, what.into())
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed(error.into())
    }
}

impl From<ErrorBody> for Fault {
    fn from(error: ErrorBody) -> Self {
        Self::Error(Box::new(error))
    }
}

impl From<Cut> for Fault {
    fn from(cut: Cut) -> Self {
        Self::Cut(cut)
    }
}

/// The most blocks of thoughts, calls of tools or other items that an answer may have. Each may be found
/// again by going through those before it, and none of them need bear any text, so that what is passed on
/// does not bound them.
#[cfg(any(feature = "anthropic", feature = "openai"))]
const MAX_PARTS: usize = 4096;

/// Whether an answer may have so many parts.
#[cfg(any(feature = "anthropic", feature = "openai"))]
pub(crate) fn within_bounds(parts: usize) -> Result<(), Fault> {
    if parts <= MAX_PARTS {
        return Ok(());
    }
    Err(Fault::Malformed(format!("the answer has more than {MAX_PARTS} parts").into()))
}

/// As large as most requests are, in bytes.
const USUAL_BODY: usize = 4096;

/// A body in JSON, with the caller's extra fields over it: objects are merged, everything else is
/// replaced.
pub(crate) fn encode(body: &impl Serialize, extra: &Map<String, Value>) -> Result<Vec<u8>, Fault> {
    // As much as most requests take: growing to it would copy what is written time and again.
    let mut plain = Vec::with_capacity(USUAL_BODY);
    serde_json::to_writer(&mut plain, body)?;
    if extra.is_empty() {
        return Ok(plain);
    }
    // By way of the text, so that a temperature of 0.7 stays 0.7.
    let mut merged: Value = serde_json::from_slice(&plain)?;
    if let Value::Object(merged) = &mut merged {
        merge(merged, extra);
    }
    Ok(serde_json::to_vec(&merged)?)
}

/// Puts fields over those that stand there.
pub(crate) fn merge(into: &mut Map<String, Value>, extra: &Map<String, Value>) {
    for (name, value) in extra {
        match (into.get_mut(name), value) {
            (Some(Value::Object(into)), Value::Object(value)) => merge(into, value),
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn extra_fields_go_over_what_stands_there_object_by_object() {
        let body = json!({"model": "m", "options": {"a": 1, "b": 2}, "list": [1, 2]});
        let extra = json!({"options": {"b": 3, "c": {"d": 4}}, "list": [5], "user": "u"});
        let sent = encode(&body, extra.as_object().unwrap()).unwrap();
        let expected = json!({"model": "m", "options": {"a": 1, "b": 3, "c": {"d": 4}},
            "list": [5], "user": "u"});
        assert_eq!(serde_json::from_slice::<Value>(&sent).unwrap(), expected);
    }

    #[test]
    fn numbers_are_sent_as_they_were_written() {
        #[derive(Serialize)]
        struct Body {
            temperature: f32,
        }
        let extra = json!({"user": "u"});
        for extra in [Map::new(), extra.as_object().unwrap().clone()] {
            let sent = encode(&Body { temperature: 0.7 }, &extra).unwrap();
            assert!(String::from_utf8(sent).unwrap().contains("0.7"));
        }
    }
}
