//! OpenAI's Responses: an answer is a list of items, and a stream tells of each how it begins, grows and
//! ends, and then everything once more.

use serde_json::{Value, json};
use ziggurat_core::chat::{ChatDelta, ChatEnd, ChatResponse, ContentPart, FinishReason};
use ziggurat_core::{ErrorKind, ModelInfo, ProviderError, Usage};

use super::chat::{ChatCompletions, OPENAI_KINDS, openai_error};
use super::{CREATED, Encoder, Format, Outline, is_unknown, sum, typed};
use crate::server::limits::LimitHeaders;

mod item;

use item::Item;

pub(in crate::server) struct Responses;

impl Format for Responses {
    fn error_kinds(&self) -> &'static [ErrorKind] {
        &OPENAI_KINDS
    }

    fn request_id_header(&self) -> Option<&'static str> {
        ChatCompletions.request_id_header()
    }

    fn limit_headers(&self) -> LimitHeaders {
        LimitHeaders::OpenAi
    }

    fn whole(&self, outline: &Outline, answer: &ChatResponse) -> Value {
        let items = answer.content.iter().enumerate();
        let items = items.filter_map(|(index, part)| {
            let item = match part {
                ContentPart::Text { text } => Item::message(outline, text.clone()),
                ContentPart::Reasoning(block) => Item::reasoning(block.clone()),
                ContentPart::ToolCall(call) => Item::call(call.clone()),
                _ => return None,
            };
            Some(item.json(index, "completed"))
        });
        let mut response = response(outline, items.collect());
        response["usage"] = usage(&answer.usage);
        finished(response, &answer.finish)
    }

    fn encoder(&self, outline: Outline) -> Box<dyn Encoder> {
        Box::new(Events { outline, sequence: 0, open: None, items: Vec::new() })
    }

    fn error(&self, error: &ProviderError) -> (u16, Value) {
        openai_error(error)
    }

    fn models(&self, models: &[ModelInfo]) -> Value {
        ChatCompletions.models(models)
    }

    fn model(&self, model: &ModelInfo) -> Value {
        ChatCompletions.model(model)
    }

    fn count(&self, tokens: u64) -> Value {
        json!({"object": "response.input_tokens", "input_tokens": tokens})
    }
}

struct Events {
    outline: Outline,
    sequence: u64,
    open: Option<Item>,
    items: Vec<Value>,
}

impl Events {
    fn event(&mut self, mut event: Value) -> String {
        event["sequence_number"] = self.sequence.into();
        self.sequence += 1;
        typed(&event)
    }

    fn events(&mut self, events: Vec<Value>) -> String {
        events.into_iter().map(|event| self.event(event)).collect()
    }

    /// Ends the open item unless it is the one that a piece goes on with.
    fn turn_to(&mut self, item: Item) -> String {
        if self.open.as_ref().is_some_and(|open| open.is_same(&item)) {
            return String::new();
        }
        let closed = self.close();
        let begun = self.events(item.begun(self.items.len()));
        self.open = Some(item);
        closed + &begun
    }

    fn close(&mut self) -> String {
        let Some(item) = self.open.take() else { return String::new() };
        let index = self.items.len();
        self.items.push(item.json(index, "completed"));
        self.events(item.ended(index))
    }
}

impl Encoder for Events {
    fn begin(&mut self) -> String {
        let mut response = response(&self.outline, Vec::new());
        response["status"] = "in_progress".into();
        let event = |name: &str| json!({"type": name, "response": response});
        self.events(vec![event("response.created"), event("response.in_progress")])
    }

    fn piece(&mut self, delta: &ChatDelta) -> String {
        let Some(item) = Item::of(&self.outline, delta) else { return String::new() };
        let turned = self.turn_to(item);
        let index = self.items.len();
        let grown = self.open.as_mut().and_then(|item| item.grow(index, delta));
        turned + &grown.map(|event| self.event(event)).unwrap_or_default()
    }

    fn end(&mut self, end: &ChatEnd) -> String {
        let closed = self.close();
        let mut response = response(&self.outline, std::mem::take(&mut self.items));
        response["usage"] = usage(&end.usage);
        let response = finished(response, &end.finish);
        let name = match response["status"] == "completed" {
            true => "response.completed",
            false => "response.incomplete",
        };
        closed + &self.event(json!({"type": name, "response": response}))
    }

    fn error(&mut self, error: &ProviderError) -> String {
        let (_, body) = openai_error(error);
        let mut response = response(&self.outline, Vec::new());
        response["status"] = "failed".into();
        let error = &body["error"];
        // Unlike over HTTP, a failure of the server has a code here.
        let code = if error["code"].is_null() { &error["type"] } else { &error["code"] };
        response["error"] = json!({"code": code, "message": error["message"]});
        let events = vec![
            json!({"type": "error", "error": error}),
            json!({"type": "response.failed", "response": response}),
        ];
        self.events(events)
    }
}

fn response(outline: &Outline, output: Vec<Value>) -> Value {
    json!({"id": format!("resp_{}", outline.number), "object": "response", "created_at": CREATED,
        "status": "completed", "error": null, "incomplete_details": null,
        "model": outline.model(), "output": output, "parallel_tool_calls": true,
        "tool_choice": "auto", "usage": null, "metadata": {}})
}

/// An answer that was cut short is incomplete; why, is told apart.
fn finished(mut response: Value, finish: &FinishReason) -> Value {
    let reason = match finish {
        FinishReason::Length => "max_output_tokens",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Other(reason) => reason,
        _ => return response,
    };
    response["status"] = "incomplete".into();
    response["incomplete_details"] = json!({"reason": reason});
    response
}

fn usage(usage: &Usage) -> Value {
    if is_unknown(usage) {
        return Value::Null;
    }
    let mut value = json!({"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens,
        "total_tokens": sum(usage.input_tokens, usage.output_tokens)});
    if let Some(cached) = usage.cached_input_tokens {
        value["input_tokens_details"] = json!({"cached_tokens": cached});
    }
    if let Some(reasoning) = usage.reasoning_tokens {
        value["output_tokens_details"] = json!({"reasoning_tokens": reasoning});
    }
    value
}
