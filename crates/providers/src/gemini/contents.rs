//! A conversation as the API has it: contents that are the user's or the model's, and nobody else's. The
//! results of tools are the user's, all of a turn in one content; so are documents, whoever brings them.

use std::borrow::Cow;

use serde_json::{Map, Value};
use ziggurat_core::chat::{Image, ImageSource, Reasoning, ToolCall, ToolResult};
use ziggurat_core::{ChatRequest, ContentPart, ErrorKind, Message, Role};

use super::ORIGIN;
use super::calls::{Calls, known_id};
use super::wire::{Blob, Content, FileData, FunctionCall, FunctionResponse, Part, Payload};
use crate::api::Fault;
use crate::fence::Fence;

const USER: &str = "user";
const MODEL: &str = "model";

/// The conversation of a request.
pub(super) fn contents(request: &ChatRequest) -> Result<Vec<Content<'_>>, Fault> {
    let mut writer = Writer { fence: Fence::of(request), calls: Calls::default() };
    let mut contents = Vec::new();
    let is_tool = |message: &Message| message.role == Role::Tool;
    // Results may come as one message each; the API wants those of one turn together.
    for turn in request.messages.chunk_by(|a, b| is_tool(a) && is_tool(b)) {
        contents.extend(writer.turn(turn)?);
    }
    Ok(contents)
}

struct Writer<'a> {
    fence: Fence,
    calls: Calls<'a>,
}

impl<'a> Writer<'a> {
    fn turn(&mut self, turn: &'a [Message]) -> Result<Vec<Content<'a>>, Fault> {
        let role = turn.first().map_or(Role::User, |message| message.role);
        let mut parts: Vec<_> = turn.iter().flat_map(|message| &message.content).collect();
        if role == Role::Tool {
            // In the order of the calls: that is what results without ids are matched by.
            parts.sort_by_key(|part| self.place(part));
        }
        if role == Role::User && parts.is_empty() {
            let parts = vec![Payload::Text(Cow::Borrowed("")).into()];
            return Ok(vec![Content { role: Some(USER), parts }]);
        }
        let mut contents = Vec::new();
        for run in parts.chunk_by(|a, b| speaker(a, role) == speaker(b, role)) {
            let parts = self.parts(run)?;
            if !parts.is_empty() {
                contents.push(Content { role: run.first().map(|part| speaker(part, role)), parts });
            }
        }
        Ok(contents)
    }

    fn place(&self, part: &ContentPart) -> usize {
        match part {
            ContentPart::ToolResult(result) => self.calls.place(&result.call_id),
            _ => None,
        }
        .unwrap_or(usize::MAX)
    }

    fn parts(&mut self, run: &[&'a ContentPart]) -> Result<Vec<Part<'a>>, Fault> {
        let mut parts = Vec::new();
        let is_document = |part: &ContentPart| matches!(part, ContentPart::Document(_));
        let foreign = run.iter().any(|part| is_foreign(part));
        for group in run.chunk_by(|a, b| is_document(a) && is_document(b)) {
            match group {
                [ContentPart::Text { text }] => parts.push(Payload::Text(text.into()).into()),
                [ContentPart::Image(image)] => parts.push(self::image(image)?.into()),
                [ContentPart::Reasoning(block)] => think(&mut parts, block),
                [ContentPart::ToolCall(call)] => {
                    self.calls.add(call);
                    parts.push(self::call(call, foreign)?);
                }
                [ContentPart::ToolResult(result)] => parts.push(self.result(result)?.into()),
                [ContentPart::Document(_), ..] => {
                    let documents: Vec<_> = group.iter().map(|part| (*part).clone()).collect();
                    parts.push(Payload::Text(self.fence.render(&documents).into()).into());
                }
                _ => {
                    return Err(Fault::unsupported(
                        "Gemini's API has no word for this part of a message",
                    ));
                }
            }
        }
        Ok(parts)
    }

    fn result(&self, result: &'a ToolResult) -> Result<Payload<'a>, Fault> {
        let id = &result.call_id;
        let Some(name) = self.calls.name(id) else {
            let message = format!("a tool's result answers the call `{id}`, which nobody made");
            return Err(Fault::Refused(ErrorKind::InvalidRequest, message));
        };
        let response = response(result);
        Ok(Payload::FunctionResponse(FunctionResponse { id: known_id(id), name, response }))
    }
}

/// Whose content a part belongs into.
fn speaker(part: &ContentPart, role: Role) -> &'static str {
    match part {
        ContentPart::ToolCall(_) | ContentPart::Reasoning(_) => MODEL,
        ContentPart::ToolResult(_) | ContentPart::Document(_) => USER,
        _ if role == Role::Assistant => MODEL,
        _ => USER,
    }
}

fn is_foreign(part: &ContentPart) -> bool {
    matches!(part, ContentPart::Reasoning(block) if block.is_foreign_to(ORIGIN))
}

fn image(image: &Image) -> Result<Payload<'_>, Fault> {
    match &image.source {
        ImageSource::Base64 { media_type, data } => {
            Ok(Payload::InlineData(Blob { mime_type: media_type, data }))
        }
        ImageSource::Url { url } => Ok(Payload::FileData(FileData { file_uri: url })),
        _ => Err(Fault::unsupported("Gemini's API has no word for where this picture is")),
    }
}

/// Thoughts go back as they came. A signature without words came with the text before it, or alone.
/// Blocks that are withheld or have an id are another vendor's; of those that say whose they are, the
/// words are kept.
fn think<'a>(parts: &mut Vec<Part<'a>>, block: &'a Reasoning) {
    if block.redacted || block.id.is_some() {
        return;
    }
    let signature = block.signature.as_deref().filter(|_| !block.is_foreign_to(ORIGIN));
    let thought = !block.text.is_empty();
    match parts.last_mut() {
        Some(Part { data: Payload::Text(_), thought: false, thought_signature: none @ None })
            if !thought =>
        {
            *none = signature;
        }
        _ if thought || signature.is_some() => {
            let data = Payload::Text(Cow::Borrowed(block.text.as_str()));
            parts.push(Part { data, thought, thought_signature: signature });
        }
        _ => {}
    }
}

/// A call has no origin of its own: it is a `foreign` one if thoughts beside it are.
fn call(call: &ToolCall, foreign: bool) -> Result<Part<'_>, Fault> {
    let ToolCall { id, name, arguments, signature, .. } = call;
    let args = match arguments.trim() {
        "" => Some(Map::new()),
        text => object(text),
    };
    let Some(args) = args else {
        let message = format!("the arguments of the call `{id}` are no JSON object");
        return Err(Fault::Refused(ErrorKind::InvalidRequest, message));
    };
    let data = Payload::FunctionCall(FunctionCall { id: known_id(id), name, args });
    let thought_signature = signature.as_deref().filter(|_| !foreign);
    Ok(Part { data, thought: false, thought_signature })
}

/// The API wants an object; under these names it looks for a text and for an error.
fn response(result: &ToolResult) -> Map<String, Value> {
    let named = |name: &str| Map::from_iter([(name.to_owned(), Value::from(result.text.as_str()))]);
    match result.is_error {
        true => named("error"),
        false => object(&result.text).unwrap_or_else(|| named("output")),
    }
}

fn object(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}
