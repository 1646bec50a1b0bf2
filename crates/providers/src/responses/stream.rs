//! The pieces of a streamed response, one event's data at a time. Pure, so that every split and every
//! oddity can be tested without a connection.

use ziggurat_core::chat::{ChatEnd, FinishReason};
use ziggurat_core::{ChatDelta, Usage};

use super::finish::{finish, usage};
use super::items::{Items, Kind, Name, Place};
use super::wire::answer::{Event, Response};
use crate::api::{Assemble, Cut, ErrorBody, Fault, Step, within_bounds};

/// What is known of a response so far.
#[derive(Debug)]
pub struct Assembler {
    model: String,
    id: Option<String>,
    usage: Usage,
    finish: Option<FinishReason>,
    items: Items,
}

impl Assembler {
    /// The beginning of a response of this model, unless the server names another; its thoughts are of this
    /// origin.
    pub(super) fn new(model: &str, origin: &str) -> Self {
        Self {
            model: model.to_owned(),
            id: None,
            usage: Usage::UNKNOWN,
            finish: None,
            items: Items::new(origin),
        }
    }

    /// A response that is over: what of it is new.
    pub(super) fn finished(&mut self, response: Response) -> Result<Vec<ChatDelta>, Fault> {
        let output = response.output.as_deref().unwrap_or_default();
        within_bounds(output.len())?;
        let deltas = self.items.end_all(output);
        self.finish = Some(finish(&response, self.items.held)?);
        self.take_head(response);
        Ok(deltas)
    }

    fn take_head(&mut self, response: Response) {
        let some = |text: &String| !text.is_empty();
        self.model = response.model.filter(some).unwrap_or(std::mem::take(&mut self.model));
        self.id = response.id.filter(some).or(self.id.take());
        self.usage = response.usage.map_or(self.usage, usage);
    }

    fn take(&mut self, kind: &str, event: Event) -> Result<Step, Fault> {
        within_bounds(self.items.len())?;
        Ok(Step::Deltas(match kind {
            "response.completed"
            | "response.incomplete"
            | "response.failed"
            | "response.cancelled" => {
                let mut response = event.response.unwrap_or_default();
                // The event says how it ended, also if the response in it does not.
                let status = response.status.take().filter(|status| !status.is_empty());
                let named = || kind.strip_prefix("response.").map(str::to_owned);
                response.status = status.or_else(named);
                let deltas = self.finished(response)?;
                return Ok(if deltas.is_empty() { Step::Done } else { Step::Deltas(deltas) });
            }
            "response.created" | "response.in_progress" | "response.queued" => {
                self.take_head(event.response.unwrap_or_default());
                Vec::new()
            }
            "response.output_item.added" => {
                self.items.begin(&event.item.unwrap_or_default(), event.output_index)
            }
            "response.output_item.done" => {
                self.items.end(&event.item.unwrap_or_default(), event.output_index)
            }
            _ => self.take_text(kind, &event),
        }))
    }

    /// A piece of a text, or all of it; of events of another kind, nothing.
    fn take_text(&mut self, kind: &str, event: &Event) -> Vec<ChatDelta> {
        let part = event.content_index.unwrap_or(0);
        let Some((text, stage)) = kind.rsplit_once('.') else { return Vec::new() };
        let (kind, place) = match text {
            "response.output_text" => (Kind::Message, Place::Text(part)),
            "response.refusal" => (Kind::Message, Place::Refusal(part)),
            "response.reasoning_summary_text" => {
                (Kind::Reasoning, Place::Summary(event.summary_index.unwrap_or(0)))
            }
            "response.reasoning_text" => (Kind::Reasoning, Place::Text(part)),
            "response.function_call_arguments" => (Kind::Call, Place::Arguments),
            _ => return Vec::new(),
        };
        let name = Name { id: event.item_id.as_deref(), index: event.output_index };
        match stage {
            "delta" => self.items.more(kind, name, place, event.delta.as_deref().unwrap_or("")),
            "done" => self.items.all(kind, name, place, event.whole()),
            _ => Vec::new(),
        }
    }
}

impl Assemble for Assembler {
    fn feed(&mut self, event: Option<&str>, data: &str) -> Result<Step, Fault> {
        let data = data.trim();
        if data.is_empty() {
            return Ok(Step::Deltas(Vec::new()));
        }
        if data == "[DONE]" || self.finish.is_some() {
            return Ok(Step::Done);
        }
        if let Some(error) = ErrorBody::of_event(event, data)? {
            return Err(Fault::from(error));
        }
        let piece: Event = serde_json::from_str(data)?;
        let kind = piece.r#type.clone();
        self.take(kind.as_deref().or(event).unwrap_or_default(), piece)
    }

    fn end(&mut self, _: bool) -> Result<ChatEnd, Cut> {
        let finish = self.finish.take().ok_or(Cut::Silent)?;
        let mut end = ChatEnd::new(std::mem::take(&mut self.model), finish).with_usage(self.usage);
        end.id = self.id.take();
        Ok(end)
    }
}
