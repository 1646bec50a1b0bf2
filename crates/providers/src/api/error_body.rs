//! What a server's refusal means. The status tells the family; the body tells more, in the spellings
//! of several servers, all of which are in the tables below.

mod rpc;

use std::time::Duration;

use serde_json::Value;
use ziggurat_core::ErrorKind;

use rpc::{RpcStatus, retry_delay};

/// Codes and types that say more than a status does.
const QUOTA: [&str; 7] = [
    "insufficient_quota",
    "billing_error",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient_balance",
    "insufficient_credits",
    "insufficient_user_quota",
];
const CONTEXT: [&str; 4] = [
    "context_length_exceeded",
    "exceed_context_size_error",
    "model_context_window_exceeded",
    "request_too_large",
];
const FILTERED: [&str; 6] = [
    "content_filter",
    "content_policy_violation",
    "image_content_policy_violation",
    "ResponsibleAIPolicyViolation",
    "moderation_blocked",
    "data_inspection_failed",
];
/// Groq's word for a tier without room.
const BUSY: [&str; 1] = ["capacity_exceeded"];
/// How Ollama says that no request of the kind will do with this model.
const UNABLE: [&str; 4] = [
    "does not support tools",
    "does not support thinking",
    "does not support chat",
    "does not support completion",
];
const NO_MODEL: [&str; 3] = ["model_not_found", "invalid_model", "DeploymentNotFound"];

/// What Anthropic's types mean where no status comes with them: in the middle of a stream.
const STATUS: [(&str, u16); 10] = [
    ("invalid_request_error", 400),
    ("authentication_error", 401),
    ("billing_error", 402),
    ("permission_error", 403),
    ("not_found_error", 404),
    ("request_too_large", 413),
    ("rate_limit_error", 429),
    ("api_error", 500),
    ("timeout_error", 504),
    ("overloaded_error", 529),
];

/// Words for a request that does not fit.
const CONTEXT_WORDS: [&str; 7] = [
    "context length",
    "context size",
    "context window",
    "maximum context",
    "context limit",
    "prompt is too long",
    "exceeds the maximum number of tokens",
];

/// How codes begin by which Responses say that a request cannot be answered, in an answer that began
/// as a success: `invalid_prompt`, `image_too_large` and the like.
const PROMPT: [&str; 5] =
    ["invalid_", "image_", "empty_image", "unsupported_image", "failed_to_download_image"];

/// An error as a server describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorBody {
    code: String,
    r#type: String,
    inner_code: String,
    pub(crate) message: String,
    /// The server's id of the request, if it says so in the body (Anthropic).
    pub(super) request_id: Option<String>,
    /// When to come back, if it says so in the body (Gemini).
    pub(super) retry_after: Option<Duration>,
    /// Whether it says where to sign the server in (Ollama).
    pub(super) signs_in: bool,
    /// Whether a filter's reasons came with it.
    moderated: bool,
    /// A status inside the body: gateways report one when the HTTP status was already sent.
    status: Option<u16>,
    /// What Google says beside these.
    rpc: RpcStatus,
}

impl ErrorBody {
    /// The error in a body, whatever its shape; empty if there is none to be found.
    pub(crate) fn parse(body: &[u8]) -> Self {
        serde_json::from_slice::<Value>(body).map(|value| Self::read(&value)).unwrap_or_default()
    }

    /// The error in an answer that ought to have been a success.
    #[cfg(any(test, feature = "openai", feature = "gemini", feature = "ollama"))]
    pub(crate) fn inside(answer: &Value) -> Option<Self> {
        let is_error = answer.get("error").is_some_and(|error| !error.is_null() && *error != false)
            || answer.get("object").is_some_and(|object| object == "error");
        is_error.then(|| Self::read(answer))
    }

    /// The error in an event of a stream: one that is called so, or that holds one. Most events do not
    /// even have the word in them and are not looked at further.
    #[cfg(feature = "openai")]
    pub(crate) fn of_event(
        event: Option<&str>,
        data: &str,
    ) -> Result<Option<Self>, serde_json::Error> {
        if event == Some("error") {
            let text = || Value::String(data.to_owned());
            let value = serde_json::from_str(data).unwrap_or_else(|_| text());
            return Ok(Some(Self::read(&value)));
        }
        if !data.contains("\"error\"") {
            return Ok(None);
        }
        let value: Value = serde_json::from_str(data)?;
        let is_error = value.get("type").is_some_and(|r#type| r#type == "error");
        Ok(if is_error { Some(Self::read(&value)) } else { Self::inside(&value) })
    }

    /// Reads `{"error": {…}}`, `{"error": "…"}`, a list of such, or the error itself.
    pub(crate) fn read(value: &Value) -> Self {
        let value = value.get(0).unwrap_or(value);
        let error = value.get("error").filter(|error| !error.is_null()).unwrap_or(value);
        // xAI's error is a text, and its code stands beside it.
        let fields = if error.is_string() { value } else { error };
        let text = |name: &str| fields.get(name).map(plain).unwrap_or_default();
        let mut message = error.as_str().map(str::to_owned).unwrap_or_else(|| text("message"));
        if message.is_empty() {
            message = text("detail");
        }
        // OpenRouter's own message says only that a provider failed.
        if let Some(raw) = error.pointer("/metadata/raw").and_then(Value::as_str) {
            message = format!("{message}: {raw}");
        }
        let code = text("code");
        let status = ["status_code", "raw_status_code", "code", "status"];
        let status = status.iter().find_map(|name| text(name).parse().ok());
        let inner_code = error.pointer("/innererror/code").map(plain).unwrap_or_default();
        // Ollama's, beside an error that is a text.
        let status = status.or_else(|| value.get("StatusCode").map(plain)?.parse().ok());
        let status = status.filter(|status| (400..600).contains(status));
        let status = status.or_else(|| status_of_type(value, &text("type")));
        let reasons = error.pointer("/metadata/reasons").and_then(Value::as_array);
        let moderated = reasons.is_some_and(|reasons| !reasons.is_empty());
        let rpc = RpcStatus::read(error, &message);
        let request_id = value.get("request_id").and_then(Value::as_str).map(str::to_owned);
        Self {
            code,
            r#type: text("type"),
            inner_code,
            message,
            request_id,
            retry_after: retry_delay(error),
            signs_in: value.get("signin_url").is_some(),
            moderated,
            status,
            rpc,
        }
    }

    /// The server's own code or type of the error.
    pub(crate) fn code(&self) -> Option<&str> {
        // Google's `code` repeats the status.
        if let Some(code) = self.rpc.code() {
            return Some(code);
        }
        [&self.code, &self.r#type].into_iter().find(|name| !name.is_empty()).map(String::as_str)
    }

    /// The status to speak of when HTTP's own was 200.
    pub(crate) fn status(&self) -> Option<u16> {
        self.status
    }

    /// The kind of an error that came with this HTTP status, or inside a successful answer.
    pub(crate) fn classify(&self, status: Option<u16>) -> ErrorKind {
        let status = status.or(self.status);
        if status == Some(401) {
            return ErrorKind::Auth;
        }
        if status == Some(403) && self.is_moderation() {
            return ErrorKind::ContentFilter;
        }
        let told = self.by_code().or_else(|| self.rpc.kind()).or_else(|| self.by_message(status));
        if let Some(kind) = told {
            return kind;
        }
        status.map_or_else(|| self.by_type(), by_status)
    }

    fn by_code(&self) -> Option<ErrorKind> {
        let has = |table: &[&str]| {
            [&self.code, &self.r#type, &self.inner_code].iter().any(|c| table.contains(&c.as_str()))
        };
        if has(&QUOTA) {
            Some(ErrorKind::Quota)
        } else if has(&CONTEXT) {
            Some(ErrorKind::ContextLength)
        } else if has(&FILTERED) {
            Some(ErrorKind::ContentFilter)
        } else if has(&BUSY) {
            Some(ErrorKind::Server)
        } else if has(&NO_MODEL) {
            Some(ErrorKind::ModelNotFound)
        } else if has(&["timeout_error"]) {
            Some(ErrorKind::Timeout)
        } else {
            None
        }
    }

    /// Words decide only where servers are known to send no code.
    fn by_message(&self, status: Option<u16>) -> Option<ErrorKind> {
        let message = self.message.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
        match status {
            // Ollama's cloud, of an hour or a week.
            Some(429) if says(&["usage limit"]) => return Some(ErrorKind::Quota),
            Some(400 | 404 | 413 | 422) => {}
            _ => return None,
        }
        if says(&["incorrect api key"]) {
            // xAI's status for it is 400.
            Some(ErrorKind::Auth)
        } else if says(&CONTEXT_WORDS) {
            Some(ErrorKind::ContextLength)
        } else if says(&["credit balance is too low", "specified api usage limits"]) {
            Some(ErrorKind::Quota)
        } else if status == Some(404) && says(&["model"])
            || says(&["invalid model", "not a valid model"])
        {
            Some(ErrorKind::ModelNotFound)
        } else if says(&UNABLE) {
            Some(ErrorKind::Unsupported)
        } else {
            None
        }
    }

    /// Whether a 403 is about this request's text: the next request may well be served. Of an account
    /// that was flagged, or a key without a scope, it says that every call will fail.
    fn is_moderation(&self) -> bool {
        let message = self.message.to_lowercase();
        let says = |word: &str| message.contains(word);
        self.moderated
            || (says("flagged") || says("moderation")) && !says("account") && !says("scope")
    }

    fn by_type(&self) -> ErrorKind {
        if let Some(kind) = self.rpc.kind_by_name() {
            return kind;
        }
        let names = [self.r#type.as_str(), self.code.as_str()];
        let is = |name: &str| names.contains(&name);
        if is("invalid_request_error") || is("BadRequestError") {
            ErrorKind::InvalidRequest
        } else if is("authentication_error") || is("invalid_api_key") {
            ErrorKind::Auth
        } else if is("permission_error") {
            ErrorKind::Permission
        } else if names.iter().any(|name| name.starts_with("rate_limit")) {
            ErrorKind::RateLimit
        } else if names.iter().any(|name| PROMPT.iter().any(|start| name.starts_with(start))) {
            ErrorKind::InvalidRequest
        } else {
            ErrorKind::Server
        }
    }
}

/// The status that Anthropic's type of an error means; the shape `{"type": "error", …}` is Anthropic's.
fn status_of_type(value: &Value, r#type: &str) -> Option<u16> {
    let known = STATUS.iter().find(|(name, _)| *name == r#type);
    known.filter(|_| value["type"] == "error").map(|(_, status)| *status)
}

/// What a status alone means.
fn by_status(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Auth,
        402 => ErrorKind::Quota,
        403 => ErrorKind::Permission,
        408 => ErrorKind::Timeout,
        // A conflict passes.
        409 => ErrorKind::Server,
        429 => ErrorKind::RateLimit,
        500.. => ErrorKind::Server,
        _ => ErrorKind::InvalidRequest,
    }
}

/// A text or a number as text; other JSON as it is.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
