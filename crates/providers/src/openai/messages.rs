//! Our messages in the words of chat completions. One of ours can be several there: each tool's result
//! is a message, and documents and pictures are always the user's.

use std::borrow::Cow;

use ziggurat_core::chat::{Reasoning, ToolCall};
use ziggurat_core::{ContentPart, Message, Role};

use super::content::{Picture, Said, attachments, said};
use super::thoughts;
use super::wire::request::{self, Assistant, Call, Content, Function, Image, Part};
use crate::ReasoningField;
use crate::api::Fault;
use crate::fence::Fence;

/// A message as it is sent; thoughts under the name that the server takes them back by, if it does.
pub(super) fn messages<'a>(
    message: &'a Message,
    fence: &Fence,
    history: Option<ReasoningField>,
) -> Result<Vec<request::Message<'a>>, Fault> {
    let mut sent: Vec<_> = results(message).collect();
    let by_model = message.role == Role::Assistant;
    if by_model {
        sent.extend(assistant(message, history).map(request::Message::Assistant));
    }
    let content = match by_model {
        true => content(attachments(message), fence)?,
        false => content(&message.content, fence)?,
    };
    match content {
        Some(content) => sent.push(request::Message::User { content }),
        // A user's turn with nothing in it is a turn all the same.
        None if message.role == Role::User && sent.is_empty() => {
            sent.push(request::Message::User { content: Content::Text(Cow::Borrowed("")) });
        }
        None => {}
    }
    Ok(sent)
}

/// APIs of this kind cannot say that a tool failed: they get the text alone.
fn results(message: &Message) -> impl Iterator<Item = request::Message<'_>> {
    message.content.iter().filter_map(|part| match part {
        ContentPart::ToolResult(result) => {
            Some(request::Message::Tool { tool_call_id: &result.call_id, content: &result.text })
        }
        _ => None,
    })
}

fn assistant(message: &Message, history: Option<ReasoningField>) -> Option<Assistant<'_>> {
    let mut sent = Assistant::default();
    let mut texts = Vec::new();
    let mut blocks = Vec::new();
    for part in &message.content {
        match part {
            ContentPart::Text { text } => texts.push(text.as_str()),
            ContentPart::ToolCall(call) => sent.tool_calls.push(self::call(call)),
            ContentPart::Reasoning(block) => blocks.push(block),
            _ => {}
        }
    }
    sent.content = match texts[..] {
        [] => None,
        [text] => Some(Cow::Borrowed(text)),
        _ => Some(Cow::Owned(texts.join("\n\n"))),
    };
    if sent.content.is_none() && sent.tool_calls.is_empty() {
        return None;
    }
    match history {
        None => {}
        Some(ReasoningField::ReasoningContent) => sent.reasoning_content = words(&blocks),
        Some(ReasoningField::Reasoning) => sent.reasoning = words(&blocks),
        Some(ReasoningField::ReasoningDetails) => {
            sent.reasoning_details = blocks.into_iter().filter_map(thoughts::detail).collect();
        }
    }
    Some(sent)
}

fn words(blocks: &[&Reasoning]) -> Option<String> {
    let words = blocks.iter().map(|block| block.text.as_str()).filter(|words| !words.is_empty());
    let words: Vec<_> = words.collect();
    (!words.is_empty()).then(|| words.join("\n\n"))
}

fn call(call: &ToolCall) -> Call<'_> {
    let ToolCall { id, name, arguments, .. } = call;
    Call { id, r#type: "function", function: Function { name, arguments } }
}

fn content<'a>(
    parts: impl IntoIterator<Item = &'a ContentPart>,
    fence: &Fence,
) -> Result<Option<Content<'a>>, Fault> {
    let mut said = said(parts, fence)?;
    Ok(match said.pop() {
        None => None,
        Some(Said::Text(text)) if said.is_empty() => Some(Content::Text(text)),
        Some(last) => {
            said.push(last);
            Some(Content::Parts(said.into_iter().map(part).collect()))
        }
    })
}

fn part(said: Said<'_>) -> Part<'_> {
    match said {
        Said::Text(text) => Part::Text { text },
        Said::Image(Picture { url, detail }) => Part::ImageUrl { image_url: Image { url, detail } },
    }
}
