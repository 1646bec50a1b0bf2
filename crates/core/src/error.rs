//! Errors are classified once, where they arise. Whoever handles one asks for its kind and guesses
//! nothing from its words; the words are for people.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A boxed lower error, kept as a source.
pub type BoxError = Box<dyn Error + Send + Sync + 'static>;

/// What went wrong, in one vocabulary from the wire to the report (`reason.kind` in events).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The key is missing or refused.
    Auth,
    /// The key is valid but not allowed to do this, or the server is at an address that nobody allowed.
    Permission,
    /// The account has no money or quota left; waiting a moment does not help.
    Quota,
    /// A cap of the run leaves no room for the call; nothing was sent.
    Budget,
    /// Too many requests or tokens just now.
    RateLimit,
    /// The provider cannot serve just now: its fault, or it is overloaded.
    Server,
    /// The request itself is wrong.
    InvalidRequest,
    /// The provider has no such model.
    ModelNotFound,
    /// The request does not fit the model's context.
    ContextLength,
    /// The provider's filter rejected the request or cut the answer.
    ContentFilter,
    /// The model refused.
    Refusal,
    /// No connection could be made; nothing was sent.
    Connect,
    /// The connection broke after the request was sent.
    Interrupted,
    /// The answer is not what the protocol promises.
    Protocol,
    /// The provider does not offer this operation.
    Unsupported,
    /// A clock ran out.
    Timeout,
    /// The agent said nothing, twice.
    EmptyOutput,
    /// The agent's code panicked.
    Panic,
    /// Somebody cancelled.
    Cancelled,
    /// The run's deadline passed.
    Deadline,
    /// Fewer workers succeeded than the quorum asks for.
    Quorum,
    /// Nothing was left to merge.
    NoInput,
    /// One input survived and was passed up without a call.
    PassedUp,
    /// Work was no longer needed, since the run was stopping.
    Stopped,
    /// Something is missing from the result.
    Incomplete,
    /// The run produced no report.
    NoReport,
    /// A custom agent's own failure.
    Agent,
    /// A bug in the orchestration itself.
    Internal,
}

impl ErrorKind {
    /// Whether the same call may succeed a moment later.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimit | Self::Server | Self::Connect | Self::Interrupted | Self::Timeout
        )
    }

    /// Whether every other call with the same key and model would fail alike.
    pub fn is_fatal_for_model(self) -> bool {
        matches!(self, Self::Auth | Self::Permission | Self::Quota | Self::ModelNotFound)
    }

    /// Whether the provider certainly charged nothing: it never took the request, or turned it down.
    pub fn is_unbilled(self) -> bool {
        matches!(
            self,
            Self::Auth
                | Self::Permission
                | Self::Quota
                | Self::Budget
                | Self::RateLimit
                | Self::InvalidRequest
                | Self::ModelNotFound
                | Self::ContextLength
                | Self::Connect
                | Self::Unsupported
        )
    }

    /// The name used in events: `rate_limit`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Permission => "permission",
            Self::Quota => "quota",
            Self::Budget => "budget",
            Self::RateLimit => "rate_limit",
            Self::Server => "server",
            Self::InvalidRequest => "invalid_request",
            Self::ModelNotFound => "model_not_found",
            Self::ContextLength => "context_length",
            Self::ContentFilter => "content_filter",
            Self::Refusal => "refusal",
            Self::Connect => "connect",
            Self::Interrupted => "interrupted",
            Self::Protocol => "protocol",
            Self::Unsupported => "unsupported",
            Self::Timeout => "timeout",
            Self::EmptyOutput => "empty_output",
            Self::Panic => "panic",
            Self::Cancelled => "cancelled",
            Self::Deadline => "deadline",
            Self::Quorum => "quorum",
            Self::NoInput => "no_input",
            Self::PassedUp => "passed_up",
            Self::Stopped => "stopped",
            Self::Incomplete => "incomplete",
            Self::NoReport => "no_report",
            Self::Agent => "agent",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why something ended as it did: a kind for programs, a message for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What went wrong.
    pub kind: ErrorKind,
    /// What happened and what to do, in words.
    pub message: String,
}

impl Reason {
    /// A reason of this kind, in these words.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The error and its causes, each once, as a reason of this kind.
    pub fn of(kind: ErrorKind, error: &(dyn Error + 'static)) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            cause = error.source();
        }
        Self { kind, message }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.kind)
    }
}

/// A provider's failure, classified where it arose.
///
/// The message is safe to show: adapters put no key into it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ProviderError(Box<Failure>);

/// Boxed, so that a result of a call is not as large as the most that can be said of its failure.
#[derive(Debug, thiserror::Error)]
#[error("{provider}: {message}")]
struct Failure {
    kind: ErrorKind,
    provider: String,
    message: String,
    status: Option<u16>,
    code: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    should_retry: Option<bool>,
    unsent: bool,
    #[source]
    source: Option<BoxError>,
}

impl ProviderError {
    /// A failure of this kind, in these words.
    pub fn new(provider: impl Into<String>, kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Failure {
            kind,
            provider: provider.into(),
            message: message.into(),
            status: None,
            code: None,
            request_id: None,
            retry_after: None,
            should_retry: None,
            unsent: false,
            source: None,
        }))
    }

    /// The same failure in other words.
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// The same failure with the HTTP status it came with.
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// The same failure with the provider's own code for it.
    pub fn with_code(mut self, code: impl Into<Option<String>>) -> Self {
        self.0.code = code.into();
        self
    }

    /// The same failure with the provider's id of the request.
    pub fn with_request_id(mut self, request_id: impl Into<Option<String>>) -> Self {
        self.0.request_id = request_id.into();
        self
    }

    /// The same failure with the provider's hint when to try again.
    pub fn with_retry_after(mut self, retry_after: impl Into<Option<Duration>>) -> Self {
        self.0.retry_after = retry_after.into();
        self
    }

    /// The same failure with the provider's own word on whether to try again (`x-should-retry`), which
    /// overrides what the kind says.
    pub fn with_should_retry(mut self, should_retry: impl Into<Option<bool>>) -> Self {
        self.0.should_retry = should_retry.into();
        self
    }

    /// The same failure, of a call that was never sent: it cost nothing, and it is final, for what kept it
    /// from being sent would do so again.
    pub fn unsent(mut self) -> Self {
        self.0.unsent = true;
        self.with_should_retry(false)
    }

    /// The same failure with the lower error that caused it.
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whose failure it is.
    pub fn provider(&self) -> &str {
        &self.0.provider
    }

    /// What happened, in words.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The HTTP status, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's own code or type of the failure, as it spelt it: `rate_limit_exceeded`.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The provider's id of the request, for its support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The provider's hint when to try again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the call certainly cost nothing: it was [never sent](Self::unsent), or the provider did not
    /// [take it](ErrorKind::is_unbilled).
    pub fn is_unbilled(&self) -> bool {
        self.0.unsent || self.0.kind.is_unbilled()
    }

    /// Whether the call was never sent.
    pub fn is_unsent(&self) -> bool {
        self.0.unsent
    }

    /// Whether the same call may succeed a moment later: the provider's own word if it gave one, else
    /// what the kind says.
    pub fn is_retryable(&self) -> bool {
        self.0.should_retry.unwrap_or_else(|| self.0.kind.is_retryable())
    }

    /// The kind and the words, as events bear them.
    pub fn reason(&self) -> Reason {
        Reason::new(self.0.kind, self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_spelt_alike_in_json_and_in_words() {
        let kinds =
            [ErrorKind::Auth, ErrorKind::RateLimit, ErrorKind::PassedUp, ErrorKind::NoReport];
        for kind in kinds {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    fn the_provider_s_own_word_on_retries_overrides_the_kind() {
        let error = |word: Option<bool>| {
            ProviderError::new("p", ErrorKind::Server, "busy").with_should_retry(word)
        };
        assert!(error(None).is_retryable() && error(Some(true)).is_retryable());
        assert!(!error(Some(false)).is_retryable());
    }

    #[test]
    fn a_lower_error_stays_reachable() {
        let io = std::io::Error::other("reset by peer");
        let error = ProviderError::new("openai", ErrorKind::Interrupted, "cut").with_source(io);
        assert_eq!(Reason::of(error.kind(), &error).message, "openai: cut: reset by peer");
        assert_eq!(error.source().unwrap().to_string(), "reset by peer");
        assert_eq!(error.to_string(), "openai: cut");
    }
}
