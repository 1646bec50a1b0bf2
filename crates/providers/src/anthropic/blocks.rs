//! The blocks of a streamed answer. The server numbers all of them; we number thoughts and calls, each
//! from 0, and leave out what is no part of an answer: a server's own tools, and whatever comes to be.

use ziggurat_core::ChatDelta;
use ziggurat_core::chat::Reasoning;

use super::convert::{call_id, thoughts};
use super::{ORIGIN, wire};
use crate::api::Fault;

/// The blocks so far.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    begun: Vec<(u64, Block)>,
    thoughts: usize,
    calls: usize,
}

#[derive(Debug)]
enum Block {
    Text,
    /// Its number, once it holds anything.
    Thoughts(Option<usize>),
    /// Its number, and its arguments should no pieces of them come.
    Call(usize, Option<String>),
    /// No part of the answer.
    Other,
}

impl Blocks {
    /// How many there are, those included that are no part of the answer.
    pub(super) fn len(&self) -> usize {
        self.begun.len()
    }

    /// A block begins. Few servers put anything into it here; those that do send no pieces.
    pub(super) fn start(&mut self, event: wire::BlockStart) -> Option<ChatDelta> {
        let wire::BlockStart { index, content_block: block } = event;
        let (kind, delta) = match block.r#type.as_deref() {
            Some("text") => (Block::Text, text(block.text)),
            Some("tool_use") => self.start_call(block),
            Some("thinking" | "redacted_thinking") => {
                let piece = thoughts(block);
                let number = piece.as_ref().map(|_| self.next_thoughts());
                let delta = number.zip(piece);
                (Block::Thoughts(number), delta.map(|(index, piece)| reasoning(index, piece)))
            }
            _ => (Block::Other, None),
        };
        self.begun.push((index, kind));
        delta
    }

    fn start_call(&mut self, block: wire::Block) -> (Block, Option<ChatDelta>) {
        let index = self.calls;
        self.calls += 1;
        let id = block.id.filter(|id| !id.is_empty()).unwrap_or_else(|| call_id(index));
        let name = Some(block.name.unwrap_or_default());
        let input = block.input.map_or_else(|| "{}".to_owned(), |input| input.get().to_owned());
        let (arguments, signature) = (String::new(), None);
        let delta = ChatDelta::ToolCall { index, id: Some(id), name, arguments, signature };
        (Block::Call(index, Some(input)), Some(delta))
    }

    fn next_thoughts(&mut self) -> usize {
        self.thoughts += 1;
        self.thoughts - 1
    }

    /// More of a block. A piece of a call whose beginning was lost would make a short success.
    pub(super) fn more(&mut self, event: wire::BlockDelta) -> Result<Option<ChatDelta>, Fault> {
        let wire::BlockDelta { index, delta } = event;
        let begun = self.begun.iter().rposition(|(number, _)| *number == index);
        let Some(begun) = begun else {
            return match delta.r#type.as_deref() {
                Some("text_delta") => Ok(text(delta.text)),
                Some("input_json_delta") => {
                    Err(Fault::Malformed("a piece of a block that has not begun".into()))
                }
                _ => Ok(None),
            };
        };
        Ok(match &mut self.begun[begun].1 {
            Block::Text => text(delta.text),
            Block::Call(index, input) => {
                let piece = delta.partial_json.filter(|piece| !piece.is_empty());
                piece.map(|piece| {
                    *input = None;
                    arguments(*index, piece)
                })
            }
            Block::Thoughts(number) => {
                let number = *number;
                let piece = Reasoning::new(delta.thinking.unwrap_or_default())
                    .with_signature(delta.signature.filter(|text| !text.is_empty()))
                    .read_from(ORIGIN);
                let is_empty = piece.text.is_empty() && piece.signature.is_none();
                (!is_empty).then(|| {
                    let number = number.unwrap_or_else(|| self.next_thoughts());
                    self.begun[begun].1 = Block::Thoughts(Some(number));
                    reasoning(number, piece)
                })
            }
            Block::Other => None,
        })
    }

    /// The block of this number is complete.
    pub(super) fn stop(&mut self, index: u64) -> Option<ChatDelta> {
        let (_, block) = self.begun.iter_mut().rfind(|(number, _)| *number == index)?;
        complete(block)
    }

    /// All blocks are complete, whether the server said so of each or not.
    pub(super) fn stop_all(&mut self) -> Vec<ChatDelta> {
        self.begun.iter_mut().filter_map(|(_, block)| complete(block)).collect()
    }
}

/// What a complete block still lacks: the arguments of a call of which no pieces came.
fn complete(block: &mut Block) -> Option<ChatDelta> {
    match block {
        Block::Call(index, input) => Some(arguments(*index, input.take()?)),
        _ => None,
    }
}

fn text(text: Option<String>) -> Option<ChatDelta> {
    text.filter(|text| !text.is_empty()).map(ChatDelta::Text)
}

fn reasoning(index: usize, piece: Reasoning) -> ChatDelta {
    ChatDelta::Reasoning { index, piece }
}

fn arguments(index: usize, arguments: String) -> ChatDelta {
    ChatDelta::ToolCall { index, id: None, name: None, arguments, signature: None }
}
