//! What a turn says, cut into the pieces of a stream: few characters each unless told otherwise, as real
//! streams cut words apart, and never inside a character.

use std::collections::VecDeque;

use ziggurat_core::chat::{ChatDelta, Reasoning, ToolCall};

use crate::turn::{Ending, Said, Turn};

/// How a text is cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cutting {
    /// As many characters a piece.
    Chars(usize),
    /// About as many pieces, of one size.
    Pieces(usize),
}

impl Default for Cutting {
    fn default() -> Self {
        Self::Chars(8)
    }
}

impl Cutting {
    /// Characters of a piece of this text.
    fn size(self, text: &str) -> usize {
        match self {
            Self::Chars(chars) => chars.max(1),
            Self::Pieces(pieces) => text.chars().count().div_ceil(pieces.max(1)).max(1),
        }
    }

    fn cut(self, text: &str) -> impl Iterator<Item = String> {
        let (size, mut rest) = (self.size(text), text);
        std::iter::from_fn(move || {
            let end = rest.char_indices().nth(size).map_or(rest.len(), |(at, _)| at);
            let (piece, after) = rest.split_at(end);
            rest = after;
            (!piece.is_empty()).then(|| piece.to_owned())
        })
    }
}

/// All pieces of a turn but its end.
pub(crate) fn of(turn: &Turn) -> VecDeque<ChatDelta> {
    let Said { reasoning, text, calls } = &turn.said;
    let cutting = if turn.drip.is_zero() { turn.cutting } else { Cutting::Chars(1) };
    let mut pieces = of_thoughts(reasoning.as_ref(), cutting);
    pieces.extend(cutting.cut(text).map(ChatDelta::Text));
    let calls = calls.iter().enumerate();
    pieces.extend(calls.flat_map(|(index, call)| of_call(index, call, cutting)));
    match (turn.sent, &turn.ending) {
        (Some(sent), _) => pieces.truncate(sent),
        (None, Ending::Cut | Ending::Reset) if !turn.said.calls.is_empty() => {
            pieces.pop();
        }
        _ => {}
    }
    pieces.into()
}

fn of_thoughts(reasoning: Option<&Reasoning>, cutting: Cutting) -> Vec<ChatDelta> {
    let Some(Reasoning { text, id, signature, redacted, origin, .. }) = reasoning else {
        return Vec::new();
    };
    let mut pieces: Vec<_> = cutting.cut(text).map(Reasoning::new).collect();
    // What proves the thoughts comes once they are complete.
    let mut proof = Reasoning::default().with_id(id.clone()).with_signature(signature.clone());
    (proof.redacted, proof.origin) = (*redacted, origin.clone());
    if proof != Reasoning::default() {
        pieces.push(proof);
    }
    pieces.into_iter().map(|piece| ChatDelta::Reasoning { index: 0, piece }).collect()
}

fn of_call(index: usize, call: &ToolCall, cutting: Cutting) -> impl Iterator<Item = ChatDelta> {
    let begin = ChatDelta::ToolCall {
        index,
        id: Some(call.id.clone()),
        name: Some(call.name.clone()),
        arguments: String::new(),
        signature: None,
    };
    let more = cutting.cut(&call.arguments).map(move |arguments| ChatDelta::ToolCall {
        index,
        id: None,
        name: None,
        arguments,
        signature: None,
    });
    [begin].into_iter().chain(more)
}
