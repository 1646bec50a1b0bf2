//! Which tool call a piece of a stream belongs to. Servers number calls from 0, or all with 0, or not
//! at all; ours are numbered from 0 without gaps, whatever number comes from outside.

use ziggurat_core::ChatDelta;

use super::wire;

/// The id of a call that came without one, so that its result can name it.
pub(crate) fn call_id(index: usize) -> String {
    format!("call_{index}")
}

/// The calls of an answer so far.
#[derive(Debug, Default)]
pub(super) struct Calls {
    begun: Vec<Begun>,
}

#[derive(Debug)]
struct Begun {
    number: Option<u64>,
    id: Option<String>,
}

impl Calls {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.begun.len()
    }

    /// The piece as a delta, under our own number.
    pub(super) fn delta(&mut self, piece: wire::Call) -> ChatDelta {
        let function = piece.function.unwrap_or_default();
        let id = piece.id.filter(|id| !id.is_empty());
        let name = function.name.filter(|name| !name.is_empty());
        let arguments = wire::Function::arguments_text(function.arguments);
        if let Some(index) = self.find(piece.index, id.as_deref(), name.is_some()) {
            // Some servers invent another id for each piece: the first one is the call's.
            let first = self.begun[index].id.is_none();
            let id = id.filter(|_| first);
            self.begun[index].id = self.begun[index].id.take().or_else(|| id.clone());
            return ChatDelta::ToolCall { index, id, name, arguments, signature: None };
        }
        let index = self.begun.len();
        self.begun.push(Begun { number: piece.index, id: id.clone() });
        let id = Some(id.unwrap_or_else(|| call_id(index)));
        ChatDelta::ToolCall { index, id, name, arguments, signature: None }
    }

    /// The call that a piece goes on with: the last of its number (or the last at all), unless the
    /// piece names itself as another call.
    fn find(&self, number: Option<u64>, id: Option<&str>, named: bool) -> Option<usize> {
        let of_number = |begun: &Begun| number.is_none() || begun.number == number;
        let index = self.begun.iter().rposition(of_number)?;
        let known = self.begun[index].id.as_deref();
        let is_another = named && id.is_some() && known.is_some() && id != known;
        (!is_another).then_some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn indices(pieces: &[serde_json::Value]) -> Vec<usize> {
        let mut calls = Calls::default();
        let deltas = pieces.iter().map(|piece| {
            let piece = serde_json::from_value(piece.clone()).unwrap();
            match calls.delta(piece) {
                ChatDelta::ToolCall { index, .. } => index,
                other => panic!("{other:?}"),
            }
        });
        deltas.collect()
    }

    #[test]
    fn numbers_from_outside_are_mapped_without_gaps() {
        let piece = |index: u64| json!({"index": index, "function": {"arguments": "x"}});
        assert_eq!(indices(&[piece(1), piece(1), piece(u64::MAX), piece(1)]), [0, 0, 1, 0]);
    }

    #[test]
    fn calls_that_are_all_numbered_zero_are_told_apart_by_id() {
        let call = |id: &str| json!({"index": 0, "id": id, "function": {"name": "f"}});
        let more = json!({"index": 0, "function": {"arguments": "{}"}});
        assert_eq!(indices(&[call("a"), more.clone(), call("b"), more]), [0, 0, 1, 1]);
        assert_eq!(indices(&[call("a"), call("a")]), [0, 0]);
    }

    #[test]
    fn pieces_without_number_go_on_with_the_last_call() {
        let call = |id: &str| json!({"id": id, "function": {"name": "f"}});
        let more = json!({"function": {"arguments": "{}"}});
        assert_eq!(indices(&[call("a"), more.clone(), call("b"), more]), [0, 0, 1, 1]);
    }

    #[test]
    fn another_id_without_a_name_is_the_same_call() {
        let piece = |id: &str| json!({"index": 0, "id": id, "function": {"arguments": "x"}});
        assert_eq!(indices(&[piece("a"), piece("b"), piece("c")]), [0, 0, 0]);
    }
}
