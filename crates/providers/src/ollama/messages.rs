//! Messages in Ollama's words. A tool's result names its tool there, and documents and pictures are always
//! the user's.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;
use ziggurat_core::chat::{Image, ImageSource, ToolCall};
use ziggurat_core::{ChatRequest, ContentPart, ErrorKind, Message, Role};

use super::wire::{RequestCall, RequestFunction, RequestMessage};
use crate::api::Fault;
use crate::fence::Fence;

/// The names of the tools that were called so far, by the calls' ids.
type Names<'a> = HashMap<&'a str, &'a str>;

/// All messages of the request, the system's instructions first.
///
/// # Errors
/// [`Fault::Refused`] if a picture or a call cannot be said.
pub(super) fn all(request: &ChatRequest) -> Result<Vec<RequestMessage<'_>>, Fault> {
    let fence = Fence::of(request);
    let mut names = Names::new();
    let system = request.system.as_deref();
    let mut sent: Vec<_> =
        system.map(|content| RequestMessage::System { content }).into_iter().collect();
    for message in &request.messages {
        append(message, &fence, &mut names, &mut sent)?;
    }
    Ok(sent)
}

/// One of our messages can be several on the wire.
fn append<'a>(
    message: &'a Message,
    fence: &Fence,
    names: &mut Names<'a>,
    sent: &mut Vec<RequestMessage<'a>>,
) -> Result<(), Fault> {
    let before = sent.len();
    sent.extend(message.content.iter().filter_map(|part| result(part, names)));
    let by_model = message.role == Role::Assistant;
    if by_model {
        sent.extend(spoken(message, names)?);
    }
    let content = match by_model {
        true => fence.render(&documents(message)),
        false => fence.render(&message.content),
    };
    let images = message.content.iter().filter_map(picture).collect::<Result<Vec<_>, _>>()?;
    let is_void = content.is_empty() && images.is_empty();
    if !is_void || (message.role == Role::User && sent.len() == before) {
        sent.push(RequestMessage::User { content, images });
    }
    Ok(())
}

/// What the model said, thought and called; `None` if there is nothing of it.
fn spoken<'a>(
    message: &'a Message,
    names: &mut Names<'a>,
) -> Result<Option<RequestMessage<'a>>, Fault> {
    let mut thoughts = Vec::new();
    let mut tool_calls = Vec::new();
    for part in &message.content {
        match part {
            ContentPart::Reasoning(block) if !block.text.is_empty() => thoughts.push(&*block.text),
            ContentPart::ToolCall(call) => {
                names.insert(&call.id, &call.name);
                tool_calls.push(self::call(call)?);
            }
            _ => {}
        }
    }
    let (content, thinking) = (message.text(), thoughts.join("\n\n"));
    let is_void = content.is_empty() && thinking.is_empty() && tool_calls.is_empty();
    Ok((!is_void).then_some(RequestMessage::Assistant { content, thinking, tool_calls }))
}

fn call(call: &ToolCall) -> Result<RequestCall<'_>, Fault> {
    let arguments = match call.arguments.trim() {
        "" => Cow::Owned(RawValue::from_string("{}".to_owned())?),
        text => Cow::Borrowed(object(text).ok_or_else(|| no_object(call))?),
    };
    Ok(RequestCall { id: &call.id, function: RequestFunction { name: &call.name, arguments } })
}

fn object(text: &str) -> Option<&RawValue> {
    serde_json::from_str(text).ok().filter(|raw: &&RawValue| raw.get().starts_with('{'))
}

fn no_object(call: &ToolCall) -> Fault {
    let ToolCall { id, name, .. } = call;
    let problem = "are no JSON object, and Ollama takes nothing else";
    Fault::Refused(ErrorKind::InvalidRequest, format!("the arguments of {name} ({id}) {problem}"))
}

fn result<'a>(part: &'a ContentPart, names: &Names<'a>) -> Option<RequestMessage<'a>> {
    let ContentPart::ToolResult(result) = part else { return None };
    Some(RequestMessage::Tool {
        content: &result.text,
        tool_name: names.get(result.call_id.as_str()).copied(),
        tool_call_id: &result.call_id,
    })
}

fn picture(part: &ContentPart) -> Option<Result<&str, Fault>> {
    let ContentPart::Image(Image { source, .. }) = part else { return None };
    Some(match source {
        ImageSource::Base64 { data, .. } => Ok(data),
        _ => Err(Fault::unsupported("Ollama fetches no pictures: send the picture itself")),
    })
}

fn documents(message: &Message) -> Vec<ContentPart> {
    message.documents().cloned().map(ContentPart::Document).collect()
}
