//! The pieces of an answer, one line after the other; a whole answer is one line. Pure, so that every split
//! and every oddity can be tested without a connection.

use ziggurat_core::chat::{ChatEnd, Reasoning};
use ziggurat_core::{ChatDelta, ChatRequest, ContentPart, Usage};

use super::calls::Calls;
use super::finish::finish;
use super::wire;
use crate::api::{Assemble, Cut, Fault, Step};

/// What is known of an answer so far.
#[derive(Debug)]
pub struct Assembler {
    model: String,
    usage: Usage,
    calls: Calls,
    /// The reason in the last line; servers of old gave none there.
    done: Option<Option<String>>,
}

impl Assembler {
    /// The beginning of an answer to this request.
    pub(super) fn new(request: &ChatRequest) -> Self {
        Self {
            model: request.model.clone(),
            usage: Usage::UNKNOWN,
            calls: Calls::new(request),
            done: None,
        }
    }

    /// What a line adds, in the order in which models write: thoughts, text, calls.
    pub(super) fn take(&mut self, answer: wire::Answer) -> Vec<ContentPart> {
        self.model = filled(answer.model).unwrap_or(std::mem::take(&mut self.model));
        // A count that is left out may be zero, or not have been made: servers of old leave out that of a
        // prompt which they had in their cache.
        self.usage.input_tokens = answer.prompt_eval_count.or(self.usage.input_tokens);
        self.usage.output_tokens = answer.eval_count.or(self.usage.output_tokens);
        let reason = filled(answer.done_reason);
        if answer.done == Some(true) || reason.is_some() {
            self.done = Some(reason);
        }
        let wire::Message { content, thinking, tool_calls } = answer.message.unwrap_or_default();
        let thoughts = filled(thinking).map(|text| ContentPart::Reasoning(Reasoning::new(text)));
        let text = filled(content).map(|text| ContentPart::Text { text });
        let calls = tool_calls.into_iter().flatten();
        let calls = calls.map(|call| ContentPart::ToolCall(self.calls.read(call)));
        thoughts.into_iter().chain(text).chain(calls).collect()
    }

    fn deltas(&mut self, answer: wire::Answer) -> Vec<ChatDelta> {
        let mut index = self.calls.count();
        let parts = self.take(answer).into_iter();
        let delta = |part| match part {
            ContentPart::Text { text } => Some(ChatDelta::Text(text)),
            // One block: a whole answer has room for no more.
            ContentPart::Reasoning(piece) => Some(ChatDelta::Reasoning { index: 0, piece }),
            ContentPart::ToolCall(call) => {
                index += 1;
                Some(ChatDelta::ToolCall {
                    index: index - 1,
                    id: Some(call.id),
                    name: Some(call.name),
                    arguments: call.arguments,
                    signature: None,
                })
            }
            _ => None,
        };
        parts.filter_map(delta).collect()
    }
}

impl Assemble for Assembler {
    fn feed(&mut self, _: Option<&str>, data: &str) -> Result<Step, Fault> {
        if self.done.is_some() {
            return Ok(Step::Done);
        }
        let deltas = self.deltas(wire::Answer::read(data.as_bytes())?);
        // The last line may bear a last piece, which is taken note of first.
        if deltas.is_empty() && self.done.is_some() {
            return Ok(Step::Done);
        }
        Ok(Step::Deltas(deltas))
    }

    fn end(&mut self, _: bool) -> Result<ChatEnd, Cut> {
        let reason = self.done.take().ok_or(Cut::Silent)?;
        let finish = finish(reason.as_deref(), self.calls.count() > 0);
        Ok(ChatEnd::new(std::mem::take(&mut self.model), finish).with_usage(self.usage))
    }
}

/// The text, unless it is empty.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ziggurat_core::Message;
    use ziggurat_core::chat::FinishReason;

    type Fed = (Vec<ChatDelta>, Result<ChatEnd, Cut>);

    fn fed(lines: &[&str]) -> Result<Fed, Fault> {
        let mut assembler = Assembler::new(&ChatRequest::new("asked", [Message::user("hi")]));
        let mut all = Vec::new();
        for line in lines {
            match assembler.feed(None, line)? {
                Step::Deltas(deltas) => all.extend(deltas),
                Step::Done => return Ok((all, assembler.end(true))),
            }
        }
        Ok((all, assembler.end(false)))
    }

    fn thought(text: &str) -> ChatDelta {
        ChatDelta::Reasoning { index: 0, piece: Reasoning::new(text) }
    }

    fn call(index: usize, id: &str, arguments: &str) -> ChatDelta {
        ChatDelta::ToolCall {
            index,
            id: Some(id.to_owned()),
            name: Some("f".to_owned()),
            arguments: arguments.to_owned(),
            signature: None,
        }
    }

    #[test]
    fn thoughts_text_calls_and_end_are_put_together() {
        let (deltas, end) = fed(&[
            r#"{"model":"m","message":{"role":"assistant","content":"","thinking":"Hm"},"done":false}"#,
            r#"{"message":{"content":"Hi","thinking":""},"done":false}"#,
            r#"{"message":{"tool_calls":[{"id":"x","function":{"index":0,"name":"f","arguments":{"b":1}}}]}}"#,
            r#"{"message":{"tool_calls":[{"function":{"index":0,"name":"f","arguments":{}}}]}}"#,
            r#"{"message":{"content":""},"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":1}"#,
        ])
        .unwrap();
        let expected = [
            thought("Hm"),
            ChatDelta::Text("Hi".into()),
            call(0, "x", r#"{"b":1}"#),
            call(1, "call_0", "{}"),
        ];
        assert_eq!(deltas, expected);
        let end = end.unwrap();
        assert_eq!((end.finish, end.model.as_str()), (FinishReason::ToolCalls, "m"));
        assert_eq!((end.usage.input_tokens, end.usage.output_tokens), (Some(3), Some(1)));
        assert_eq!((end.usage.cached_input_tokens, end.usage.reasoning_tokens), (None, None));
    }

    #[test]
    fn a_last_line_may_bear_the_last_piece_and_nothing_after_it_counts() {
        let last = r#"{"message":{"content":"!"},"done":true,"done_reason":"length"}"#;
        for after in [None, Some("{"), Some(r#"{"error":"late"}"#), Some(last)] {
            let lines: Vec<_> = [last].into_iter().chain(after).collect();
            let (deltas, end) = fed(&lines).unwrap();
            assert_eq!(deltas, [ChatDelta::Text("!".into())], "{after:?}");
            assert_eq!(end.unwrap().finish, FinishReason::Length);
        }
    }

    #[test]
    fn counts_that_are_left_out_are_unknown() {
        let (_, end) = fed(&[r#"{"done":true,"done_reason":"stop","eval_count":2}"#]).unwrap();
        let end = end.unwrap();
        assert_eq!((end.usage.input_tokens, end.usage.output_tokens), (None, Some(2)));
        assert_eq!(end.model, "asked");
    }

    #[test]
    fn without_the_word_that_it_is_done_there_is_no_end() {
        let piece = r#"{"message":{"content":"Hi"},"done":false}"#;
        for lines in
            [&[][..], &[piece], &[piece, r#"{"message":{"content":""},"done":false}"#], &["{}"]]
        {
            let (_, end) = fed(lines).unwrap();
            assert_eq!(end, Err(Cut::Silent), "{lines:?}");
        }
    }

    #[test]
    fn done_without_a_reason_is_an_end_with_none() {
        let (_, end) = fed(&[r#"{"message":{"content":""},"done":true}"#]).unwrap();
        assert_eq!(end.unwrap().finish, FinishReason::Other("none".into()));
    }

    #[test]
    fn an_error_ends_the_answer() {
        let piece = r#"{"message":{"content":"Hi"},"done":false}"#;
        let Err(Fault::Error(error)) = fed(&[piece, r#"{"error":"it broke"}"#]) else { panic!() };
        assert_eq!(error.message, "it broke");
        assert!(matches!(fed(&[piece, "{\"message\":"]), Err(Fault::Malformed(_))));
    }
}
