//! Tool calls in pieces, for APIs that send them whole.

use serde_json::Value;
use ziggurat_core::chat::{ChatDelta, ToolCall};

/// The calls of an answer that are not yet sent.
#[derive(Debug, Default)]
pub(super) struct Partial {
    calls: Vec<ToolCall>,
    sent: usize,
}

impl Partial {
    /// Takes a piece of a call; whatever else it is, is left alone.
    pub(super) fn take(&mut self, delta: &ChatDelta) {
        let ChatDelta::ToolCall { index, id, name, arguments, .. } = delta else { return };
        while self.calls.len() <= *index {
            self.calls.push(ToolCall::new("", "", ""));
        }
        let call = &mut self.calls[*index];
        call.id.push_str(id.as_deref().unwrap_or_default());
        call.name.push_str(name.as_deref().unwrap_or_default());
        call.arguments.push_str(arguments);
    }

    /// The calls that are complete: all that are not sent, the last one only `at_end`.
    pub(super) fn complete(&mut self, at_end: bool) -> Vec<(usize, ToolCall)> {
        let until = if at_end { self.calls.len() } else { self.calls.len().saturating_sub(1) };
        let from = self.sent.min(until);
        self.sent = until.max(self.sent);
        (from..until).zip(self.calls[from..until].iter().cloned()).collect()
    }
}

/// The arguments of a call as an object.
pub(super) fn object(call: &ToolCall) -> Value {
    super::arguments(&call.arguments)
}
