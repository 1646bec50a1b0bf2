//! The calls of an answer. Each arrives whole. Older servers give calls no id; ours are then numbered on
//! from the conversation's, so that no two calls of it are called the same and the same answer to the same
//! request has the same ids.

use std::collections::HashSet;

use ziggurat_core::chat::ToolCall;
use ziggurat_core::{ChatRequest, ContentPart};

use super::wire;

/// The calls of an answer so far.
#[derive(Debug)]
pub(super) struct Calls {
    taken: HashSet<String>,
    next: usize,
    count: usize,
}

impl Calls {
    /// None yet, in answer to this request.
    pub(super) fn new(request: &ChatRequest) -> Self {
        let parts = request.messages.iter().flat_map(|message| &message.content);
        let ids = parts.filter_map(|part| match part {
            ContentPart::ToolCall(call) => Some(call.id.clone()),
            _ => None,
        });
        let ids: Vec<_> = ids.collect();
        Self { next: ids.len(), taken: ids.into_iter().collect(), count: 0 }
    }

    /// The next call.
    pub(super) fn read(&mut self, call: wire::Call) -> ToolCall {
        let function = call.function.unwrap_or_default();
        let id = call.id.filter(|id| !id.is_empty()).unwrap_or_else(|| self.invent());
        let arguments = function.arguments_text();
        self.taken.insert(id.clone());
        self.count += 1;
        ToolCall::new(id, function.name.unwrap_or_default(), arguments)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    fn invent(&mut self) -> String {
        loop {
            let id = format!("call_{}", self.next);
            self.next += 1;
            if !self.taken.contains(&id) {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use ziggurat_core::{Message, Role};

    fn after(ids: &[&str]) -> Calls {
        let calls = ids.iter().map(|id| ContentPart::ToolCall(ToolCall::new(*id, "f", "{}")));
        Calls::new(&ChatRequest::new("m", [Message::new(Role::Assistant, calls)]))
    }

    fn ids(mut calls: Calls, given: &[Value]) -> Vec<String> {
        let call = |id: &Value| json!({"id": id, "function": {"name": "f", "arguments": {}}});
        let read = given
            .iter()
            .map(|id| calls.read(serde_json::from_str(&call(id).to_string()).unwrap()).id);
        read.collect()
    }

    #[test]
    fn ids_are_kept_and_made_up_where_there_are_none() {
        let given = [json!("call_x"), json!(""), Value::Null, json!("call_y")];
        assert_eq!(ids(after(&[]), &given), ["call_x", "call_0", "call_1", "call_y"]);
    }

    #[test]
    fn no_id_of_the_conversation_is_made_up_again() {
        let two = [Value::Null, Value::Null];
        assert_eq!(ids(after(&["call_0", "call_1"]), &two), ["call_2", "call_3"]);
        assert_eq!(ids(after(&["call_2", "other"]), &two), ["call_3", "call_4"]);
        assert_eq!(
            ids(after(&["a", "b", "c"]), &[json!("call_3"), Value::Null]),
            ["call_3", "call_4"]
        );
    }
}
