//! What a vendor's library made of an exchange, and whether we agree.

use serde::Deserialize;
use serde_json::Value;
use ziggurat_core::chat::{FinishReason, ToolCall};
use ziggurat_core::{ChatResponse, ErrorKind, ProviderError, Usage};

/// A library's reading of an exchange, as it was noted.
#[derive(Debug, Deserialize)]
pub(crate) struct Oracle {
    result: Value,
    retry: Option<Retry>,
}

#[derive(Debug, Deserialize)]
struct Retry {
    attempts: u32,
}

/// A library's reading of an answer, in our words.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) calls: Vec<Call>,
    pub(crate) finish: FinishReason,
    pub(crate) usage: Usage,
}

/// A tool call; its arguments are JSON, or `{"__unparsed__": "…"}`, or text.
#[derive(Debug, Deserialize)]
pub(crate) struct Call {
    /// `None` if the API gives calls no id.
    id: Option<String>,
    name: String,
    arguments: Value,
}

/// An error as a library reports it.
#[derive(Debug, Deserialize)]
struct Exception {
    error_class: String,
    status: Option<u16>,
    message: String,
    request_id: Option<String>,
}

impl Reading {
    /// Text, reasoning and calls as all libraries note them; finish and usage are each API's own.
    pub(crate) fn of(result: &Value, finish: FinishReason, usage: Usage) -> Self {
        let text = |field: &str| result[field].as_str().unwrap_or_default().to_owned();
        let calls = result.get("tool_calls").cloned().unwrap_or(Value::Array(Vec::new()));
        Self {
            text: text("text") + &text("refusal"),
            reasoning: text("reasoning"),
            calls: serde_json::from_value(calls).unwrap(),
            finish,
            usage,
        }
    }

    pub(crate) fn assert_same(&self, id: &str, answer: &ChatResponse) {
        assert_eq!(answer.text(), self.text, "{id}: text");
        let thoughts: String = answer.reasoning_blocks().map(|block| block.text.as_str()).collect();
        assert_eq!(thoughts, self.reasoning, "{id}: reasoning");
        assert_eq!(answer.finish, self.finish, "{id}: finish");
        assert_eq!(answer.usage, self.usage, "{id}: usage");
        let calls: Vec<_> = answer.tool_calls().collect();
        assert_eq!(calls.len(), self.calls.len(), "{id}: calls {calls:?}");
        for (ours, theirs) in calls.into_iter().zip(&self.calls) {
            theirs.assert_same(id, ours);
        }
    }
}

impl Call {
    fn assert_same(&self, id: &str, call: &ToolCall) {
        assert_eq!(call.name, self.name, "{id}");
        match &self.id {
            Some(theirs) => assert_eq!(&call.id, theirs, "{id}"),
            None => assert!(!call.id.is_empty(), "{id}: a call without an id"),
        }
        let text = self.arguments.get("__unparsed__").unwrap_or(&self.arguments);
        match text.as_str() {
            Some(text) => assert_eq!(call.arguments, text, "{id}: arguments"),
            None => {
                let ours: Value = serde_json::from_str(&call.arguments).unwrap();
                assert_eq!(&ours, text, "{id}: arguments");
            }
        }
    }
}

impl Oracle {
    /// Fails unless our result says the same; `retried` tells whether to compare that too.
    pub(crate) fn assert_same(
        &self,
        id: &str,
        result: &Result<ChatResponse, ProviderError>,
        reading: fn(&Value) -> Reading,
        retried: bool,
    ) {
        let exception: Option<Exception> =
            self.result.get("exception").map(|e| serde_json::from_value(e.clone()).unwrap());
        match (exception, result) {
            (None, Ok(answer)) => reading(&self.result).assert_same(id, answer),
            (Some(exception), Err(error)) => {
                exception.assert_same(id, error);
                if let Some(retry) = self.retry.as_ref().filter(|_| retried) {
                    assert_eq!(error.is_retryable(), retry.attempts > 1, "{id}: whether to retry");
                }
            }
            (exception, result) => panic!("{id}: {result:?} where the library has {exception:?}"),
        }
    }
}

impl Exception {
    fn assert_same(&self, id: &str, error: &ProviderError) {
        let allowed = self.kinds();
        let kind = error.kind();
        assert!(allowed.contains(&kind), "{id}: {kind:?} for {self:?}");
        // Of an error within a stream the libraries tell HTTP's 200.
        if self.status.is_some_and(|status| status >= 400) {
            assert_eq!(error.status(), self.status, "{id}: status");
        }
        if let Some(request_id) = &self.request_id {
            assert_eq!(error.request_id(), Some(request_id.as_str()), "{id}: request id");
        }
    }

    /// The kinds that a library's class stands for. Ours say more than its status.
    fn kinds(&self) -> &'static [ErrorKind] {
        use ErrorKind::*;
        let says = |text: &str| self.message.contains(text);
        match (self.error_class.as_str(), self.status) {
            ("ClientError", Some(400)) if says("API key") => &[Auth],
            ("BadRequestError", _) | ("ClientError", Some(400)) => {
                &[InvalidRequest, ContextLength, ContentFilter, ModelNotFound]
            }
            ("AuthenticationError", _) => &[Auth],
            ("PermissionDeniedError", _) => &[Permission, Quota],
            ("NotFoundError", _) | ("ClientError", Some(404)) => &[ModelNotFound, InvalidRequest],
            ("RateLimitError", _) | ("ClientError", Some(429)) => &[RateLimit, Quota],
            ("InternalServerError" | "OverloadedError" | "ServerError", _) => &[Server],
            ("APIStatusError", _) if says("overloaded_error") => &[Server],
            // An error within a stream: OpenAI's library has no class for it.
            ("APIError", _) => {
                &[InvalidRequest, Server, RateLimit, Quota, ContextLength, ContentFilter]
            }
            (other, status) => panic!("unknown class {other} ({status:?})"),
        }
    }
}
