//! Ids of tool calls. Some models give their calls none, and match results to calls by order; we need one
//! for each, and send none where the server gave none.

use ziggurat_core::chat::ToolCall;
use ziggurat_core::{ChatRequest, ContentPart};

/// How the ids begin that are made up here; letters that every other API takes as well.
const MADE_UP: &str = "gemini-call-";

/// The calls of an answer: what their ids are made of if the server gives none. Made of the answer's id
/// they differ from turn to turn, and the same bytes give the same ids.
#[derive(Debug)]
pub(super) struct CallIds {
    earlier: usize,
}

impl CallIds {
    /// For the answer to this request.
    pub(super) fn of(request: &ChatRequest) -> Self {
        let parts = request.messages.iter().flat_map(|message| &message.content);
        Self { earlier: parts.filter(|part| matches!(part, ContentPart::ToolCall(_))).count() }
    }

    /// The id of the call at `index` in the answer of this id.
    pub(super) fn make_up(&self, answer: Option<&str>, index: usize) -> String {
        match answer {
            Some(answer) => format!("{MADE_UP}{answer}-{index}"),
            None => format!("{MADE_UP}{}", self.earlier + index),
        }
    }
}

/// The id as the server knows it.
pub(super) fn known_id(id: &str) -> Option<&str> {
    (!id.is_empty() && !id.starts_with(MADE_UP)).then_some(id)
}

/// The calls of a conversation so far.
#[derive(Debug, Default)]
pub(super) struct Calls<'a>(Vec<&'a ToolCall>);

impl<'a> Calls<'a> {
    pub(super) fn add(&mut self, call: &'a ToolCall) {
        self.0.push(call);
    }

    /// Where the last call of this id stands among them.
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.0.iter().rposition(|call| call.id == id)
    }

    /// The function that the last call of this id calls.
    pub(super) fn name(&self, id: &str) -> Option<&'a str> {
        self.0.get(self.place(id)?).map(|call| call.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ziggurat_core::{Message, Role};

    #[test]
    fn made_up_ids_differ_from_turn_to_turn_and_are_not_sent() {
        let call = |id: &str| ContentPart::ToolCall(ToolCall::new(id, "f", "{}"));
        let turn = Message::new(Role::Assistant, [call("a"), call("b")]);
        let (first, second) = (ChatRequest::new("m", []), ChatRequest::new("m", [turn]));
        let (first, second) = (CallIds::of(&first), CallIds::of(&second));
        let ids = [
            first.make_up(None, 0),
            first.make_up(None, 1),
            second.make_up(None, 0),
            first.make_up(Some("r1"), 0),
            first.make_up(Some("r2"), 0),
        ];
        let different: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(different.len(), ids.len(), "{ids:?}");
        assert!(ids.iter().all(|id| known_id(id).is_none()));
        assert_eq!((known_id("x8i00o1q"), known_id("")), (Some("x8i00o1q"), None));
    }

    #[test]
    fn of_two_calls_of_one_id_the_last_one_is_meant() {
        let (one, two) = (ToolCall::new("a", "f", ""), ToolCall::new("a", "g", ""));
        let mut calls = Calls::default();
        calls.add(&one);
        calls.add(&two);
        assert_eq!((calls.name("a"), calls.place("a")), (Some("g"), Some(1)));
        assert_eq!(calls.name("b"), None);
    }
}
