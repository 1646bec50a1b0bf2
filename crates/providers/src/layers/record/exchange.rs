//! One call of a provider as a recording keeps it. Typed apart from the shape of the file, so that nothing
//! in memory is a call that cannot have been.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use ziggurat_core::chat::RequestHash;
use ziggurat_core::{ChatRequest, ChatResponse, ContentPart, ErrorKind, ModelInfo, ProviderError};

/// One call: what was asked, and how it ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Exchange {
    /// Its place in the order in which calls began, over all providers of the recording.
    pub seq: u64,
    /// Who was asked.
    pub provider: String,
    /// The node that asked (`W3`), if the call was part of a run.
    pub node: Option<String>,
    /// The hash of the request as it was asked, if there is one. What is shown of the request may
    /// differ: secrets are redacted.
    pub hash: Option<RequestHash>,
    /// What was asked.
    pub asked: Asked,
    /// How it ended.
    pub ended: Ended,
}

/// What a provider was asked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Asked {
    /// For a whole answer.
    Chat(Box<ChatRequest>),
    /// For an answer as it arrives.
    Stream(Box<ChatRequest>),
    /// How many tokens a request has.
    CountTokens(Box<ChatRequest>),
    /// About a model of this name.
    Model(String),
    /// For its list of models.
    Models,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Ended {
    /// With an answer; that of a stream is put together.
    Answer(Box<ChatResponse>),
    /// With a number of tokens, or without one.
    Tokens(Option<u64>),
    /// With what the provider knows of the model.
    Model(Box<ModelInfo>),
    /// With the provider's models.
    Models(Vec<ModelInfo>),
    /// With an error.
    Failed {
        /// The error.
        error: RecordedError,
        /// What a stream had said before.
        partial: Vec<ContentPart>,
    },
    /// Not at all: the caller gave it up.
    Abandoned {
        /// What a stream had said before.
        partial: Vec<ContentPart>,
    },
}

/// A provider's error, without the lower errors that caused it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordedError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// What happened, in words.
    pub message: String,
    /// Whose failure it was, if not that of the provider that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The provider's own code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The provider's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The provider's hint when to try again, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Whether to try again, where that is not what the kind says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub should_retry: Option<bool>,
}

impl Exchange {
    /// The request, if one was made.
    pub fn request(&self) -> Option<&ChatRequest> {
        match &self.asked {
            Asked::Chat(request) | Asked::Stream(request) | Asked::CountTokens(request) => {
                Some(request)
            }
            Asked::Model(_) | Asked::Models => None,
        }
    }

    /// The model that was asked, or asked about.
    pub fn model(&self) -> Option<&str> {
        match &self.asked {
            Asked::Model(model) => Some(model),
            _ => self.request().map(|request| request.model.as_str()),
        }
    }

    /// Whether an answer was asked for, whole or streamed.
    pub fn is_answer_asked(&self) -> bool {
        matches!(self.asked, Asked::Chat(_) | Asked::Stream(_))
    }

    /// The same call, known by the hash of its request.
    pub(super) fn hashed(mut self) -> Self {
        self.hash = self.written_hash();
        self
    }

    /// The hash of the request as it stands here.
    pub(super) fn written_hash(&self) -> Option<RequestHash> {
        self.request().map(ChatRequest::canonical_hash)
    }
}

impl Ended {
    pub(super) fn failed(error: &ProviderError, asked: &str, partial: Vec<ContentPart>) -> Self {
        Self::Failed { error: RecordedError::of(error, asked), partial }
    }
}

impl RecordedError {
    fn of(error: &ProviderError, asked: &str) -> Self {
        let provider = (error.provider() != asked).then(|| error.provider().to_owned());
        let retryable = error.is_retryable();
        let millis = |hint: Duration| u64::try_from(hint.as_millis()).unwrap_or(u64::MAX);
        Self {
            kind: error.kind(),
            message: error.message().to_owned(),
            provider,
            status: error.status(),
            code: error.code().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            retry_after_ms: error.retry_after().map(millis),
            should_retry: (retryable != error.kind().is_retryable()).then_some(retryable),
        }
    }

    /// The error as it was.
    pub(super) fn again(&self, asked: &str) -> ProviderError {
        let provider = self.provider.as_deref().unwrap_or(asked);
        let error = ProviderError::new(provider, self.kind, &self.message)
            .with_code(self.code.clone())
            .with_request_id(self.request_id.clone())
            .with_retry_after(self.retry_after_ms.map(Duration::from_millis))
            .with_should_retry(self.should_retry);
        match self.status {
            Some(status) => error.with_status(status),
            None => error,
        }
    }
}
