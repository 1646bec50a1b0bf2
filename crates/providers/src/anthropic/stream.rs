//! The pieces of a streamed answer, one event after the other. Only `message_stop` ends it: what stops
//! before was cut, even if the reason to stop had already come.

use std::mem::take;

use serde_json::Value;
use ziggurat_core::ChatDelta;
use ziggurat_core::chat::ChatEnd;

use super::blocks::Blocks;
use super::convert;
use super::finish::finish;
use super::wire;
use crate::api::{Assemble, Cut, ErrorBody, Fault, Step, within_bounds};

/// What is known of an answer so far.
#[derive(Debug)]
pub struct Assembler {
    model: String,
    id: Option<String>,
    usage: wire::Usage,
    stop_reason: Option<String>,
    stop_sequence: Option<String>,
    blocks: Blocks,
}

impl Assembler {
    /// The beginning of an answer of this model, unless the server names another.
    pub(super) fn new(model: &str) -> Self {
        Self {
            model: model.to_owned(),
            id: None,
            usage: wire::Usage::default(),
            stop_reason: None,
            stop_sequence: None,
            blocks: Blocks::default(),
        }
    }

    fn start(&mut self, message: wire::Message) {
        if let Some(model) = message.model.filter(|model| !model.is_empty()) {
            self.model = model;
        }
        self.id = message.id.filter(|id| !id.is_empty());
        self.usage = message.usage.unwrap_or_default();
        // What is written is counted at the end; here stands a beginning.
        self.usage.output_tokens = None;
    }

    fn stop(&mut self, event: wire::MessageDelta) {
        if let Some(usage) = event.usage {
            self.usage = usage.over(self.usage);
        }
        let stop = event.delta.unwrap_or_default();
        self.stop_reason = stop.stop_reason.or(self.stop_reason.take());
        self.stop_sequence = stop.stop_sequence.or(self.stop_sequence.take());
    }
}

impl Assemble for Assembler {
    fn feed(&mut self, event: Option<&str>, data: &str) -> Result<Step, Fault> {
        if event == Some("error") {
            return Err(Fault::from(error(data)));
        }
        if data.trim().is_empty() {
            return Ok(Step::Deltas(Vec::new()));
        }
        let kind: wire::EventKind = serde_json::from_str(data)?;
        let name = kind.r#type.as_deref().or(event);
        let deltas = match name.unwrap_or_default() {
            "message_start" => {
                self.start(serde_json::from_str::<wire::MessageStart>(data)?.message);
                Vec::new()
            }
            "content_block_start" => {
                within_bounds(self.blocks.len() + 1)?;
                Vec::from_iter(self.blocks.start(serde_json::from_str(data)?))
            }
            "content_block_delta" => Vec::from_iter(self.blocks.more(serde_json::from_str(data)?)?),
            "content_block_stop" => {
                let stopped: wire::BlockStop = serde_json::from_str(data)?;
                Vec::from_iter(self.blocks.stop(stopped.index))
            }
            "message_delta" => {
                self.stop(serde_json::from_str(data)?);
                self.blocks.stop_all()
            }
            "message_stop" => return Ok(Step::Done),
            "error" => return Err(Fault::from(error(data))),
            "" | "message" if kind.error.is_some() => return Err(Fault::from(error(data))),
            _ => Vec::<ChatDelta>::new(),
        };
        Ok(Step::Deltas(deltas))
    }

    fn end(&mut self, done: bool) -> Result<ChatEnd, Cut> {
        if !done {
            return Err(Cut::Silent);
        }
        let finish = finish(self.stop_reason.as_deref());
        let usage = convert::usage(self.usage);
        let mut end = ChatEnd::new(take(&mut self.model), finish).with_usage(usage);
        end.id = self.id.take();
        end.stop_sequence = self.stop_sequence.take().filter(|text| !text.is_empty());
        Ok(end)
    }
}

/// The error in an event; gateways put plain words there.
fn error(data: &str) -> ErrorBody {
    let plain = || Value::String(data.to_owned());
    ErrorBody::read(&serde_json::from_str(data).unwrap_or_else(|_| plain()))
}

#[cfg(test)]
mod tests;
