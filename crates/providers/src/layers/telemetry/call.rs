//! One call and its span: opened with what is asked, closed with how it ended. A call that is
//! dropped says so itself, as nobody else is left to.

use std::mem;
use std::sync::Arc;

use tokio::time::Instant;
use tracing::Span;
use ziggurat_core::chat::{AnswerSource, ChatEnd, PartialResponse};
use ziggurat_core::{
    CallContext, ChatDelta, ChatRequest, ChatResponse, Cost, ErrorKind, ModelInfo, Provider,
};

use super::heard::Heard;
use super::{content, names, span};

/// A call under way.
pub(super) struct Call {
    span: Span,
    begun: Instant,
    info: Arc<ModelInfo>,
    heard: Heard,
    with_content: bool,
    /// What a stream has said so far; nothing unless content is recorded.
    said: PartialResponse,
    speaks: bool,
    ended: bool,
}

impl Call {
    /// The span of a call and the context to make it with; `None` if nobody wants to know.
    pub(super) fn open(
        cx: &CallContext,
        provider: &dyn Provider,
        request: &ChatRequest,
        streamed: bool,
        with_content: bool,
    ) -> Option<(Self, CallContext)> {
        let span = span::of(cx, provider.name(), request, streamed);
        if span.is_disabled() {
            return None;
        }
        if with_content {
            span.record(names::INPUT_MESSAGES, content::input(&request.messages));
            let system = request.system.as_deref().map(content::instructions);
            span.record(names::SYSTEM_INSTRUCTIONS, system);
        }
        let heard = Heard::default();
        let inner = heard.tapping(cx);
        let info = cx.model_of(provider, &request.model);
        let (begun, said) = (Instant::now(), PartialResponse::default());
        let call =
            Self { span, begun, info, heard, with_content, said, speaks: false, ended: false };
        Some((call, inner))
    }

    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// A piece of a stream has come; not its end.
    pub(super) fn piece(&mut self, piece: &ChatDelta) {
        if !mem::replace(&mut self.speaks, true) {
            let elapsed = self.begun.elapsed().as_secs_f64();
            self.span.record(names::RESPONSE_TIME_TO_FIRST_CHUNK, elapsed);
        }
        if self.with_content {
            self.said.add(piece.clone());
        }
    }

    /// The stream is complete.
    pub(super) fn completed(mut self, end: &ChatEnd) {
        let answer = mem::take(&mut self.said).end(end.clone());
        self.answered(&answer);
    }

    /// The whole answer has come.
    pub(super) fn answered(mut self, answer: &ChatResponse) {
        self.ended = true;
        span::answered(&self.span, answer);
        if self.with_content {
            let output = content::output(&answer.content, &answer.finish);
            self.span.record(names::OUTPUT_MESSAGES, output);
        }
        if let Some(cost) = self.cost(answer).total() {
            self.span.record(names::COST_USD, tracing::field::display(cost));
        }
    }

    /// The call failed. Of the error only its kind is recorded: its words may repeat what was
    /// asked.
    pub(super) fn failed(mut self, kind: ErrorKind) {
        self.ended = true;
        span::failed(&self.span, kind);
        if let Some(cost) = self.heard.cost().and_then(|cost| cost.total()) {
            self.span.record(names::COST_USD, tracing::field::display(cost));
        }
    }

    /// What the attempts cost, if somebody below reported them; else what this answer did.
    fn cost(&self, answer: &ChatResponse) -> Cost {
        self.heard.cost().unwrap_or_else(|| match answer.source {
            AnswerSource::Model => {
                let amount = self.info.price.and_then(|price| price.of(&answer.usage));
                amount.map_or(Cost::UNKNOWN, Cost::known)
            }
            _ => Cost::ZERO,
        })
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(queued) = self.heard.queued() {
            self.span.record(names::QUEUE_DURATION, queued.as_secs_f64());
        }
        if !self.ended {
            self.span.record(names::DROPPED, true);
        }
    }
}
