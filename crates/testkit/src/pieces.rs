//! What a turn says, cut into the pieces of a stream: few characters each, as real streams cut words
//! apart, and never inside a character.

use std::collections::VecDeque;

use ziggurat_core::chat::{ChatDelta, Reasoning, ToolCall};

use crate::turn::{Ending, Said, Turn};

/// Characters per piece.
const PIECE: usize = 8;

/// All pieces of a turn but its end.
pub(crate) fn of(turn: &Turn) -> VecDeque<ChatDelta> {
    let Said { reasoning, text, calls } = &turn.said;
    let mut pieces = of_thoughts(reasoning.as_ref());
    pieces.extend(split(text).map(ChatDelta::Text));
    pieces.extend(calls.iter().enumerate().flat_map(|(index, call)| of_call(index, call)));
    if turn.ending == Ending::Cut && !calls.is_empty() {
        pieces.pop();
    }
    pieces.into()
}

fn of_thoughts(reasoning: Option<&Reasoning>) -> Vec<ChatDelta> {
    let Some(Reasoning { text, id, signature, redacted, origin, .. }) = reasoning else {
        return Vec::new();
    };
    let mut pieces: Vec<_> = split(text).map(Reasoning::new).collect();
    // What proves the thoughts comes once they are complete.
    let mut proof = Reasoning::default().with_id(id.clone()).with_signature(signature.clone());
    (proof.redacted, proof.origin) = (*redacted, origin.clone());
    if proof != Reasoning::default() {
        pieces.push(proof);
    }
    pieces.into_iter().map(|piece| ChatDelta::Reasoning { index: 0, piece }).collect()
}

fn of_call(index: usize, call: &ToolCall) -> impl Iterator<Item = ChatDelta> {
    let begin = ChatDelta::ToolCall {
        index,
        id: Some(call.id.clone()),
        name: Some(call.name.clone()),
        arguments: String::new(),
        signature: None,
    };
    let more = split(&call.arguments).map(move |arguments| ChatDelta::ToolCall {
        index,
        id: None,
        name: None,
        arguments,
        signature: None,
    });
    [begin].into_iter().chain(more)
}

fn split(text: &str) -> impl Iterator<Item = String> {
    let mut chars = text.chars();
    std::iter::from_fn(move || {
        let piece: String = chars.by_ref().take(PIECE).collect();
        (!piece.is_empty()).then_some(piece)
    })
}
