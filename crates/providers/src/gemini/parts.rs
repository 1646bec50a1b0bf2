//! The parts of an answer as deltas, in order. A whole answer is read by the same steps as a streamed one,
//! so that both say the same.

use ziggurat_core::chat::{Reasoning, ToolCall};
use ziggurat_core::{ChatDelta, ContentPart};

use super::calls::CallIds;
use super::{ORIGIN, wire};

/// The parts of an answer so far.
#[derive(Debug)]
pub(super) struct Parts {
    ids: CallIds,
    blocks: usize,
    calls: usize,
    /// Whether the last block of thoughts goes on: nothing else came since, and no signature ended it.
    thinking: bool,
}

impl Parts {
    pub(super) fn new(ids: CallIds) -> Self {
        Self { ids, blocks: 0, calls: 0, thinking: false }
    }

    /// Whether the model wants tools called.
    pub(super) fn has_calls(&self) -> bool {
        self.calls > 0
    }

    /// One more part, of the answer of this id.
    pub(super) fn take(&mut self, part: wire::AnswerPart, answer: Option<&str>) -> Vec<ChatDelta> {
        let signature = part.thought_signature.filter(|signature| !signature.is_empty());
        if let Some(call) = part.function_call {
            return vec![self.call(call, signature, answer)];
        }
        // What runs at the server has no text; our vocabulary has no word for it.
        let Some(text) = part.text else { return Vec::new() };
        if text.is_empty() && signature.is_none() {
            return Vec::new();
        }
        if part.thought == Some(true) {
            return vec![self.thought(text, signature)];
        }
        self.thinking = false;
        let text = Some(text).filter(|text| !text.is_empty()).map(ChatDelta::Text);
        // Of the text before it, since a text has no place for it.
        let proof = signature.map(|signature| self.thought(String::new(), Some(signature)));
        text.into_iter().chain(proof).collect()
    }

    fn call(
        &mut self,
        call: wire::AnswerCall,
        signature: Option<String>,
        answer: Option<&str>,
    ) -> ChatDelta {
        let index = self.calls;
        self.calls += 1;
        self.thinking = false;
        let id = call.id.filter(|id| !id.is_empty());
        ChatDelta::ToolCall {
            index,
            id: Some(id.unwrap_or_else(|| self.ids.make_up(answer, index))),
            name: Some(call.name.unwrap_or_default()),
            arguments: wire::AnswerCall::arguments(call.args),
            signature,
        }
    }

    fn thought(&mut self, text: String, signature: Option<String>) -> ChatDelta {
        if !self.thinking {
            self.blocks += 1;
        }
        self.thinking = signature.is_none();
        let piece = Reasoning::new(text).with_signature(signature).read_from(ORIGIN);
        ChatDelta::Reasoning { index: self.blocks - 1, piece }
    }
}

/// The same as the content of a whole answer.
pub(super) fn content(deltas: Vec<ChatDelta>) -> Vec<ContentPart> {
    let mut content = Vec::new();
    let mut blocks = 0;
    for delta in deltas {
        match (delta, content.last_mut()) {
            (ChatDelta::Text(more), Some(ContentPart::Text { text })) => text.push_str(&more),
            (ChatDelta::Text(text), _) => content.push(ContentPart::Text { text }),
            (ChatDelta::Reasoning { index, piece }, Some(ContentPart::Reasoning(block)))
                if index < blocks =>
            {
                block.extend(piece);
            }
            (ChatDelta::Reasoning { piece, .. }, _) => {
                blocks += 1;
                content.push(ContentPart::Reasoning(piece));
            }
            (ChatDelta::ToolCall { id, name, arguments, signature, .. }, _) => {
                let (id, name) = (id.unwrap_or_default(), name.unwrap_or_default());
                let call = ToolCall::new(id, name, arguments).with_signature(signature);
                content.push(ContentPart::ToolCall(call));
            }
            _ => {}
        }
    }
    content
}
