//! A whole answer, its usage, and the list of models.

use ziggurat_core::chat::{ContentPart, Reasoning, ToolCall};
use ziggurat_core::{ChatResponse, Usage};

use super::call_id;
use crate::anthropic::finish::finish;
use crate::anthropic::{ORIGIN, wire};
use crate::api::{Fault, Listing};

/// A whole answer; `asked` is the model's name if the server does not tell one.
pub(in crate::anthropic) fn response(
    message: wire::Message,
    asked: &str,
) -> Result<ChatResponse, Fault> {
    let Some(blocks) = message.content else {
        return Err(Fault::Malformed("the answer has no content".into()));
    };
    let model = message.model.filter(|model| !model.is_empty());
    let mut response = ChatResponse::of(model.unwrap_or_else(|| asked.to_owned()), parts(blocks))
        .with_finish(finish(message.stop_reason.as_deref()))
        .with_usage(message.usage.map_or(Usage::UNKNOWN, usage))
        .with_id(message.id.filter(|id| !id.is_empty()));
    response.stop_sequence = message.stop_sequence.filter(|text| !text.is_empty());
    Ok(response)
}

/// The blocks that are parts of an answer. Texts that follow each other are one, as in a stream: they
/// are divided where citations or a server's own tools stand, which are left out.
fn parts(blocks: Vec<wire::Block>) -> Vec<ContentPart> {
    let mut parts: Vec<ContentPart> = Vec::new();
    let mut calls = 0;
    for block in blocks {
        match (block.r#type.as_deref(), parts.last_mut()) {
            (Some("text"), Some(ContentPart::Text { text })) => {
                text.push_str(&block.text.unwrap_or_default());
            }
            (Some("text"), _) => {
                let text = block.text.filter(|text| !text.is_empty());
                parts.extend(text.map(|text| ContentPart::Text { text }));
            }
            (Some("tool_use"), _) => {
                parts.push(ContentPart::ToolCall(call(block, calls)));
                calls += 1;
            }
            _ => parts.extend(thoughts(block).map(ContentPart::Reasoning)),
        }
    }
    parts
}

fn call(block: wire::Block, index: usize) -> ToolCall {
    let id = block.id.filter(|id| !id.is_empty()).unwrap_or_else(|| call_id(index));
    let arguments = block.input.map_or_else(|| "{}".to_owned(), |input| input.get().to_owned());
    ToolCall::new(id, block.name.unwrap_or_default(), arguments)
}

/// A block of thoughts, if it is one and holds any.
pub(in crate::anthropic) fn thoughts(block: wire::Block) -> Option<Reasoning> {
    let full = |text: Option<String>| text.filter(|text| !text.is_empty());
    let thoughts = match block.r#type.as_deref()? {
        "thinking" => {
            Reasoning::new(block.thinking.unwrap_or_default()).with_signature(full(block.signature))
        }
        "redacted_thinking" => Reasoning::default().with_signature(full(block.data)).redacted(),
        _ => return None,
    };
    let holds_any = !thoughts.text.is_empty() || thoughts.signature.is_some();
    holds_any.then(|| thoughts.read_from(ORIGIN))
}

/// The counts that were reported; the others stay unknown. The API counts the tokens that have to do
/// with a cache beside the others, not among them.
pub(in crate::anthropic) fn usage(wire: wire::Usage) -> Usage {
    let (cached, written) = (wire.cache_read_input_tokens, wire.cache_creation_input_tokens);
    let beside = cached.unwrap_or(0).saturating_add(written.unwrap_or(0));
    let mut usage = Usage::UNKNOWN;
    usage.input_tokens = wire.input_tokens.map(|tokens| tokens.saturating_add(beside));
    usage.output_tokens = wire.output_tokens;
    usage.cached_input_tokens = cached;
    usage.cache_write_tokens = written;
    usage.cache_write_1h_tokens =
        wire.cache_creation.and_then(|creation| creation.ephemeral_1h_input_tokens);
    usage.reasoning_tokens = wire.output_tokens_details.and_then(|details| details.thinking_tokens);
    usage
}

impl wire::Usage {
    /// These counts, where they are known, over earlier ones: a stream's counts are sums so far.
    pub(in crate::anthropic) fn over(self, earlier: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.or(earlier.input_tokens),
            output_tokens: self.output_tokens.or(earlier.output_tokens),
            cache_read_input_tokens: self
                .cache_read_input_tokens
                .or(earlier.cache_read_input_tokens),
            cache_creation_input_tokens: self
                .cache_creation_input_tokens
                .or(earlier.cache_creation_input_tokens),
            cache_creation: self.cache_creation.or(earlier.cache_creation),
            output_tokens_details: self.output_tokens_details.or(earlier.output_tokens_details),
        }
    }
}

/// The list of models, with the limits that Anthropic's own list tells.
pub(in crate::anthropic) fn listing(body: &[u8]) -> Option<Listing> {
    let mut listing = Listing::parse(body)?;
    let limits = serde_json::from_slice::<wire::Models>(body).map_or(Vec::new(), |list| list.data);
    for listed in &mut listing.models {
        let entry = limits.iter().find(|entry| entry.id.as_deref() == Some(&listed.id));
        listed.max_input_tokens = entry.and_then(|entry| entry.max_input_tokens);
        listed.max_output_tokens = entry.and_then(|entry| entry.max_tokens);
    }
    Some(listing)
}
