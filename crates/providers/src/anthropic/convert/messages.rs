//! The conversation as the API wants it: two sides that take turns. All results of one turn's calls
//! come first in the turn after it, and documents and pictures are the user's, whoever brings them.

use std::borrow::Cow;

use serde_json::value::RawValue;
use ziggurat_core::chat::{Image, ImageSource, Reasoning, ToolCall, ToolResult};
use ziggurat_core::{ChatRequest, ContentPart, Message, Role};

use crate::anthropic::ORIGIN;
use crate::anthropic::wire::{Input, Said, Source, Turn};
use crate::fence::Fence;

const USER: &str = "user";
const ASSISTANT: &str = "assistant";

/// The turns of a conversation.
pub(super) fn turns(request: &ChatRequest) -> Vec<Turn<'_>> {
    let fence = Fence::of(request);
    let mut turns = Vec::new();
    for message in &request.messages {
        if message.role == Role::Assistant {
            add(&mut turns, ASSISTANT, message.content.iter().filter_map(by_model));
        }
        add(&mut turns, USER, by_user(message, &fence));
    }
    for turn in turns.iter_mut().filter(|turn| turn.role == USER) {
        turn.content.sort_by_key(|block| !matches!(block, Said::ToolResult { .. }));
    }
    turns
}

/// Adds blocks to the last turn if it is the same side's, else as a turn of their own.
fn add<'a>(
    turns: &mut Vec<Turn<'a>>,
    role: &'static str,
    more: impl IntoIterator<Item = Said<'a>>,
) {
    let content: Vec<_> = more.into_iter().collect();
    match turns.last_mut() {
        _ if content.is_empty() => {}
        Some(turn) if turn.role == role => turn.content.extend(content),
        _ => turns.push(Turn { role, content }),
    }
}

fn by_model(part: &ContentPart) -> Option<Said<'_>> {
    match part {
        ContentPart::Text { text } => self::text(text),
        ContentPart::Reasoning(block) => thoughts(block),
        ContentPart::ToolCall(call) => Some(self::call(call)),
        _ => None,
    }
}

fn by_user<'a>(message: &'a Message, fence: &Fence) -> Vec<Said<'a>> {
    let is_document = |part: &ContentPart| matches!(part, ContentPart::Document(_));
    let runs = message.content.chunk_by(|a, b| is_document(a) && is_document(b));
    let blocks = runs.filter_map(|run| match &run[0] {
        ContentPart::Text { text } if message.role != Role::Assistant => self::text(text),
        ContentPart::Document(_) => Some(Said::Text { text: fence.render(run).into() }),
        ContentPart::Image(image) => self::image(image),
        ContentPart::ToolResult(result) => Some(self::result(result)),
        _ => None,
    });
    blocks.collect()
}

/// The API refuses text of nothing but blanks, which models do write before a call.
fn text(text: &str) -> Option<Said<'_>> {
    (!text.trim().is_empty()).then_some(Said::Text { text: Cow::Borrowed(text) })
}

fn image(image: &Image) -> Option<Said<'_>> {
    let source = match &image.source {
        ImageSource::Base64 { media_type, data } => Source::Base64 { media_type, data },
        ImageSource::Url { url } => Source::Url { url },
        _ => return None,
    };
    Some(Said::Image { source })
}

/// Only what the API itself has signed is taken back. An id is a mark of other providers' blocks, which
/// those without an origin are told by.
fn thoughts(block: &Reasoning) -> Option<Said<'_>> {
    let own = block.id.is_none() && !block.is_foreign_to(ORIGIN);
    let signature = block.signature.as_deref().filter(|_| own)?;
    Some(match block.redacted {
        true => Said::RedactedThinking { data: signature },
        false => Said::Thinking { thinking: &block.text, signature },
    })
}

fn call(call: &ToolCall) -> Said<'_> {
    let ToolCall { id, name, arguments, .. } = call;
    Said::ToolUse { id, name, input: input(arguments) }
}

fn input(arguments: &str) -> Input<'_> {
    if arguments.trim().is_empty() {
        return Input::Empty {};
    }
    match serde_json::from_str::<&RawValue>(arguments) {
        Ok(json) if json.get().starts_with('{') => Input::Object(json),
        _ => Input::Invalid { text: arguments },
    }
}

fn result(result: &ToolResult) -> Said<'_> {
    let ToolResult { call_id, text, is_error, .. } = result;
    Said::ToolResult { tool_use_id: call_id, content: text, is_error: *is_error }
}
