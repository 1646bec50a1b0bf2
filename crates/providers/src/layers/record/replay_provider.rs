//! The provider that answers from a recording.

use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, future, stream};
use ziggurat_core::chat::{self, AnswerSource, ChatDelta, ChatRequest, ChatResponse, ChatStream};
use ziggurat_core::{CallContext, CallRecord, ContentPart, Cost, ErrorKind, ModelInfo, Provider};
use ziggurat_core::{ProviderError, Signal, Usage};

use super::replay::{Replay, Tape};
use super::{Ended, RecordedError};

pub(super) struct ReplayProvider {
    tape: Arc<Tape>,
    name: String,
    /// Asked for what it knows, and nothing else.
    inner: Option<Arc<dyn Provider>>,
}

/// How a recorded call goes again: what comes before its end, and its end.
struct Again {
    partial: Vec<ContentPart>,
    end: Result<ChatResponse, ProviderError>,
}

impl ReplayProvider {
    pub(super) fn alone(replay: &Replay, name: &str) -> Arc<dyn Provider> {
        Arc::new(Self { tape: Arc::clone(&replay.tape), name: name.to_owned(), inner: None })
    }

    pub(super) fn around(replay: &Replay, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        let name = inner.name().to_owned();
        Arc::new(Self { tape: Arc::clone(&replay.tape), name, inner: Some(inner) })
    }

    fn again(&self, cx: &CallContext, request: &ChatRequest) -> Result<Again, ProviderError> {
        // Nobody was asked, so it is free however it ends. Said here, it is what meters outside believe.
        let model = format!("{}/{}", self.name, request.model);
        cx.signal(Signal::Call(CallRecord::new(model, Usage::ZERO, Cost::ZERO)));
        let (call, more) = self.tape.next(cx, &self.name, request)?;
        Ok(match &call.ended {
            Ended::Answer(answer) => {
                let answer = ChatResponse::clone(answer).with_source(AnswerSource::Recording);
                Again { partial: Vec::new(), end: Ok(answer) }
            }
            Ended::Failed { error, partial } => self.failed(error, partial, more),
            Ended::Abandoned { partial } => {
                let end = Err(self.given_up().with_should_retry(more));
                Again { partial: partial.clone(), end }
            }
            _ => Again { partial: Vec::new(), end: Err(self.unsupported("no answer")) },
        })
    }

    /// What was not tried again then is not to be tried again now: there would be no answer to it.
    fn failed(&self, error: &RecordedError, partial: &[ContentPart], more: bool) -> Again {
        let error = error.again(&self.name);
        let error = if more { error } else { error.with_should_retry(false) };
        Again { partial: partial.to_vec(), end: Err(error) }
    }

    fn given_up(&self) -> ProviderError {
        let message = "the call was given up when it was recorded";
        ProviderError::new(&self.name, ErrorKind::Timeout, message)
    }

    fn unsupported(&self, what: &str) -> ProviderError {
        let message = format!("the recording has {what}");
        ProviderError::new(&self.name, ErrorKind::Unsupported, message)
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for ReplayProvider {
    fn name(&self) -> &str {
        &self.name
    }

    fn known(&self, model: &str) -> ModelInfo {
        match &self.inner {
            Some(inner) => inner.known(model),
            None => self.tape.facts.known(self.tape.calls(), &self.name, model),
        }
    }

    async fn model(&self, _: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        match self.tape.facts.model(self.tape.calls(), &self.name, model) {
            Some(Ended::Model(info)) => Ok(ModelInfo::clone(info)),
            Some(Ended::Failed { error, .. }) => Err(error.again(&self.name)),
            _ => Ok(self.known(model)),
        }
    }

    async fn models(&self, _: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        match self.tape.facts.list(self.tape.calls(), &self.name) {
            Some(Ended::Models(models)) => Ok(models.clone()),
            Some(Ended::Failed { error, .. }) => Err(error.again(&self.name)),
            _ => Err(self.unsupported("no list of models")),
        }
    }

    async fn count_tokens(
        &self,
        _: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        let hash = request.canonical_hash();
        match self.tape.facts.count(self.tape.calls(), &self.name, hash) {
            Some(Ended::Tokens(tokens)) => Ok(*tokens),
            Some(Ended::Failed { error, .. }) => Err(error.again(&self.name)),
            _ => Ok(None),
        }
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        self.again(cx, request)?.end
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let Again { partial, end } = self.again(cx, request)?;
        match end {
            Ok(answer) => Ok(chat::stream_of(answer)),
            Err(error) if partial.is_empty() => Err(error),
            Err(error) => {
                let said = chat::stream_of(ChatResponse::of("", partial));
                let is_piece = |item: &Result<ChatDelta, _>| {
                    future::ready(!matches!(item, Ok(ChatDelta::End(_))))
                };
                Ok(said.filter(is_piece).chain(stream::iter([Err(error)])).boxed())
            }
        }
    }
}
