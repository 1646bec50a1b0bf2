//! A conversation as the items of a Responses request. Nothing is kept at the server, so every item is
//! sent whole; what an assistant said keeps the order in which it said it, since thoughts count only
//! together with what follows them.

use std::borrow::Cow;

use ziggurat_core::chat::{Reasoning, ToolCall, ToolResult};
use ziggurat_core::{ChatRequest, ContentPart, Message, Role};

use super::convert::Speech;
use super::wire::request::{self, Content, Item, Part};
use crate::api::Fault;
use crate::fence::Fence;
use crate::openai::content::{Picture, Said, attachments, said};

/// All messages as items; thoughts that are not encrypted only if the server takes them back so.
pub(super) fn input<'a>(request: &'a ChatRequest, speech: &Speech) -> Result<Vec<Item<'a>>, Fault> {
    let fence = Fence::of(request);
    let mut items = Vec::with_capacity(request.messages.len());
    for message in &request.messages {
        items.extend(message.content.iter().filter_map(result));
        if message.role == Role::Assistant {
            items.extend(message.content.iter().filter_map(|part| by_model(part, speech)));
            items.extend(user(said(attachments(message), &fence)?));
        } else {
            items.extend(self::message(message, &fence, &items)?);
        }
    }
    Ok(items)
}

fn message<'a>(
    message: &'a Message,
    fence: &Fence,
    before: &[Item<'a>],
) -> Result<Option<Item<'a>>, Fault> {
    let said = said(&message.content, fence)?;
    let is_result = matches!(before.last(), Some(Item::FunctionCallOutput { .. }));
    if said.is_empty() && message.role == Role::User && !is_result {
        // A user's turn with nothing in it is a turn all the same.
        return Ok(user(vec![Said::Text(Cow::Borrowed(""))]));
    }
    Ok(user(said))
}

/// The API cannot say that a tool failed: it gets the text alone.
fn result(part: &ContentPart) -> Option<Item<'_>> {
    match part {
        ContentPart::ToolResult(ToolResult { call_id, text, .. }) => {
            Some(Item::FunctionCallOutput { call_id, output: text })
        }
        _ => None,
    }
}

fn by_model<'a>(part: &'a ContentPart, speech: &Speech) -> Option<Item<'a>> {
    match part {
        ContentPart::Text { text } => {
            Some(Item::Message { role: "assistant", content: Content::Text(Cow::Borrowed(text)) })
        }
        ContentPart::Reasoning(block) => reasoning(block, speech).map(Item::Reasoning),
        ContentPart::ToolCall(ToolCall { id, name, arguments, .. }) => {
            Some(Item::FunctionCall { call_id: id, name, arguments })
        }
        _ => None,
    }
}

/// Thoughts that the server can read: its own, which have an id, in encrypted form. A bare id means
/// nothing to a server that keeps nothing, and another one's proof means nothing to this one.
fn reasoning<'a>(block: &'a Reasoning, speech: &Speech) -> Option<request::Reasoning<'a>> {
    let id = block.id.as_deref().filter(|_| !block.is_foreign_to(&speech.origin));
    let text = block.text.as_str();
    let plain = speech.quirks.reasoning_history.is_some();
    let encrypted_content = block.signature.as_deref().filter(|_| id.is_some());
    if encrypted_content.is_some() {
        let summary = (!text.is_empty()).then_some(Part::SummaryText { text });
        let summary = summary.into_iter().collect();
        return Some(request::Reasoning { id, summary, content: Vec::new(), encrypted_content });
    }
    (plain && !text.is_empty()).then(|| request::Reasoning {
        id,
        summary: Vec::new(),
        content: vec![Part::ReasoningText { text }],
        encrypted_content: None,
    })
}

fn user(mut said: Vec<Said<'_>>) -> Option<Item<'_>> {
    let content = match said.pop()? {
        Said::Text(text) if said.is_empty() => Content::Text(text),
        last => {
            said.push(last);
            Content::Parts(said.into_iter().map(part).collect())
        }
    };
    Some(Item::Message { role: "user", content })
}

fn part(said: Said<'_>) -> Part<'_> {
    match said {
        Said::Text(text) => Part::InputText { text },
        Said::Image(Picture { url, detail }) => Part::InputImage { image_url: url, detail },
    }
}
