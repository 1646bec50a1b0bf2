//! The pieces of an answer put together. Pure, so that every split and every oddity can be tested without
//! a connection.

use serde_json::Value;
use ziggurat_core::chat::{ChatEnd, FinishReason};
use ziggurat_core::{ChatDelta, ChatRequest, ChatResponse, Usage};

use super::calls::CallIds;
use super::finish::finish;
use super::parts::{Parts, content};
use super::{names, usage, wire};
use crate::api::{Assemble, Cut, ErrorBody, Fault, Step};

/// What is known of an answer so far.
#[derive(Debug)]
pub struct Assembler {
    model: String,
    id: Option<String>,
    usage: Usage,
    finish: Option<String>,
    answered: bool,
    blocked: bool,
    parts: Parts,
}

impl Assembler {
    /// The beginning of the answer to this request.
    pub(super) fn new(request: &ChatRequest) -> Self {
        Self {
            model: names::bare(&request.model).to_owned(),
            id: None,
            usage: Usage::UNKNOWN,
            finish: None,
            answered: false,
            blocked: false,
            parts: Parts::new(CallIds::of(request)),
        }
    }

    /// A whole answer. A server that leaves the answer's streaming undone sends its pieces as a list.
    pub(super) fn whole(mut self, body: &[u8]) -> Result<ChatResponse, Fault> {
        let value: Value = serde_json::from_slice(body)?;
        let streamed = value.is_array();
        let content = content(self.read(value)?);
        if !streamed && !self.answered && !self.blocked {
            return Err(Fault::Malformed("the answer has no candidate".into()));
        }
        let end = if streamed { self.end(false)? } else { self.finished() };
        let answer = ChatResponse::of(end.model, content).with_finish(end.finish);
        Ok(answer.with_usage(end.usage).with_id(end.id))
    }

    /// A piece of the answer, or a list of pieces.
    fn read(&mut self, value: Value) -> Result<Vec<ChatDelta>, Fault> {
        let pieces = match value {
            Value::Array(pieces) => pieces,
            piece => vec![piece],
        };
        let mut deltas = Vec::new();
        for piece in pieces {
            if let Some(error) = ErrorBody::inside(&piece) {
                return Err(Fault::from(error));
            }
            deltas.extend(self.take(serde_json::from_value(piece)?));
        }
        Ok(deltas)
    }

    fn take(&mut self, piece: wire::Answer) -> Vec<ChatDelta> {
        if let Some(model) = piece.model_version.filter(|model| !model.is_empty()) {
            self.model = model;
        }
        self.id = piece.response_id.filter(|id| !id.is_empty()).or(self.id.take());
        if let Some(counts) = piece.usage_metadata {
            self.usage = usage::usage(counts);
        }
        let reason = piece.prompt_feedback.and_then(|feedback| feedback.block_reason);
        self.blocked |= reason.is_some_and(|reason| !reason.is_empty());
        let candidates = piece.candidates.unwrap_or_default();
        let first = candidates.into_iter().find(|candidate| candidate.index.unwrap_or(0) == 0);
        let Some(candidate) = first else { return Vec::new() };
        self.answered = true;
        let reason = candidate.finish_reason.filter(|reason| !reason.is_empty());
        self.finish = reason.or(self.finish.take());
        let parts = candidate.content.and_then(|content| content.parts).unwrap_or_default();
        let answer = self.id.as_deref();
        parts.into_iter().flat_map(|part| self.parts.take(part, answer)).collect()
    }

    /// The end as far as it is known.
    fn finished(&mut self) -> ChatEnd {
        let finish = match &self.finish {
            None if self.blocked => FinishReason::ContentFilter,
            reason => finish(reason.as_deref(), self.parts.has_calls()),
        };
        let mut end = ChatEnd::new(std::mem::take(&mut self.model), finish).with_usage(self.usage);
        end.id = self.id.take();
        end
    }
}

impl Assemble for Assembler {
    fn feed(&mut self, _: Option<&str>, data: &str) -> Result<Step, Fault> {
        match data.trim() {
            "" => Ok(Step::Deltas(Vec::new())),
            // Not the vendor's own, but gateways end every stream so.
            "[DONE]" => Ok(Step::Done),
            data => self.read(serde_json::from_str(data)?).map(Step::Deltas),
        }
    }

    /// The stream just ends, so that a reason is all that tells an end from a cut.
    fn end(&mut self, _: bool) -> Result<ChatEnd, Cut> {
        if self.finish.is_none() && !self.blocked {
            return Err(Cut::Silent);
        }
        Ok(self.finished())
    }
}

#[cfg(test)]
mod tests;
