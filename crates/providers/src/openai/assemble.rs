//! The pieces of a streamed answer, one event's data at a time. Pure, so that every split and every
//! oddity can be tested without a connection.

use ziggurat_core::chat::ChatEnd;
use ziggurat_core::{ChatDelta, Usage};

use super::calls::Calls;
use super::finish::finish;
use super::thoughts::Thoughts;
use super::usage::usage;
use super::wire;
use crate::api::{Assemble, Cut, ErrorBody, Fault, Step, within_bounds};

/// What is known of an answer so far.
#[derive(Debug)]
pub struct Assembler {
    model: String,
    id: Option<String>,
    usage: Usage,
    finish: Option<String>,
    refused: bool,
    thoughts: Thoughts,
    calls: Calls,
}

impl Assembler {
    /// The beginning of an answer of this model, unless the server names another.
    pub(super) fn new(model: &str) -> Self {
        Self {
            model: model.to_owned(),
            id: None,
            usage: Usage::UNKNOWN,
            finish: None,
            refused: false,
            thoughts: Thoughts::default(),
            calls: Calls::default(),
        }
    }

    /// The pieces that an event brings, or a whole answer.
    pub(super) fn take(&mut self, piece: wire::Answer<'_>) -> Result<Vec<ChatDelta>, Fault> {
        // Every piece repeats both.
        if let Some(model) = piece.model.filter(|model| !model.is_empty() && *model != self.model) {
            self.model = model.into_owned();
        }
        let is_known = |id: &str| id.is_empty() || self.id.as_deref() == Some(id);
        if let Some(id) = piece.id.filter(|id| !is_known(id)) {
            self.id = Some(id.into_owned());
        }
        if let Some(wire) = piece.usage.or(piece.x_groq.unwrap_or_default().usage) {
            self.usage = usage(*wire);
        }
        let choices = piece.choices.unwrap_or_default();
        let Some(choice) = choices.into_iter().find(|choice| choice.index.unwrap_or(0) == 0) else {
            return Ok(Vec::new());
        };
        if let Some(error) = choice.error.filter(|error| !error.is_null()) {
            return Err(Fault::from(ErrorBody::read(&error)));
        }
        // Some servers send an empty reason with every piece.
        let reason = choice.finish_reason.filter(|reason| !reason.is_empty());
        self.finish = reason.or(self.finish.take());
        let mut message = choice.message.unwrap_or_default();
        within_bounds(
            self.thoughts.len() + message.reasoning_details.as_ref().map_or(0, Vec::len),
        )?;
        within_bounds(self.calls.len() + message.tool_calls.as_ref().map_or(0, Vec::len))?;
        let mut deltas = self.thoughts.deltas(&mut message);
        let text = message.content.map(wire::Content::into_text).unwrap_or_default();
        let refusal = message.refusal.unwrap_or_default();
        self.refused |= !refusal.is_empty();
        let calls = message.tool_calls.unwrap_or_default();
        // Most pieces are one text: no room for more than there is.
        let texts = [text, refusal];
        let some = texts.iter().filter(|text| !text.is_empty()).count();
        deltas.reserve_exact(some + calls.len());
        let texts = texts.into_iter().filter(|text| !text.is_empty());
        deltas.extend(texts.map(ChatDelta::Text));
        deltas.extend(calls.into_iter().map(|call| self.calls.delta(call)));
        Ok(deltas)
    }
}

impl Assemble for Assembler {
    fn feed(&mut self, event: Option<&str>, data: &str) -> Result<Step, Fault> {
        let data = data.trim();
        if data.is_empty() {
            return Ok(Step::Deltas(Vec::new()));
        }
        if data == "[DONE]" {
            return Ok(Step::Done);
        }
        self.take(read(event, data)?).map(Step::Deltas)
    }

    fn end(&mut self, done: bool) -> Result<ChatEnd, Cut> {
        if self.finish.is_none() && !done {
            return Err(Cut::Silent);
        }
        let finish = finish(self.finish.as_deref(), self.refused)?;
        let mut end = ChatEnd::new(std::mem::take(&mut self.model), finish).with_usage(self.usage);
        end.id = self.id.take();
        Ok(end)
    }
}

/// The piece in an event. One that may be an error, or cannot be read at once, is looked at in peace.
fn read<'a>(event: Option<&str>, data: &'a str) -> Result<wire::Answer<'a>, Fault> {
    match serde_json::from_str::<wire::Answer<'_>>(data) {
        Ok(piece) if event != Some("error") && !piece.may_be_error() => return Ok(piece),
        _ => {}
    }
    match ErrorBody::of_event(event, data)? {
        Some(error) => Err(Fault::from(error)),
        None => Ok(serde_json::from_str(data)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ziggurat_core::ErrorKind;
    use ziggurat_core::chat::{FinishReason, Reasoning};

    fn fed(events: &[&str]) -> Result<(Vec<ChatDelta>, Result<ChatEnd, Cut>), Fault> {
        let mut assembler = Assembler::new("asked");
        let mut all = Vec::new();
        for data in events {
            match assembler.feed(None, data)? {
                Step::Deltas(deltas) => all.extend(deltas),
                Step::Done => return Ok((all, assembler.end(true))),
            }
        }
        Ok((all, assembler.end(false)))
    }

    #[test]
    fn text_and_end_are_put_together() {
        let (deltas, end) = fed(&[
            r#"{"id":"c","model":"m","choices":[{"delta":{"role":"assistant","content":""}}]}"#,
            r#"{"choices":[{"delta":{"content":"Hi"}}]}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#,
            "[DONE]",
        ])
        .unwrap();
        assert_eq!(deltas, [ChatDelta::Text("Hi".into())]);
        let end = end.unwrap();
        assert_eq!(
            (end.finish, end.model.as_str(), end.id.as_deref()),
            (FinishReason::Stop, "m", Some("c"))
        );
        assert_eq!((end.usage.input_tokens, end.usage.cached_input_tokens), (Some(3), None));
    }

    #[test]
    fn without_reason_and_without_done_there_is_no_end() {
        let (_, end) = fed(&[r#"{"choices":[{"delta":{"content":"Hi"}}]}"#]).unwrap();
        assert_eq!(end, Err(Cut::Silent));
        let (_, end) =
            fed(&[r#"{"choices":[{"delta":{"content":"Hi"},"finish_reason":""}]}"#]).unwrap();
        assert_eq!(end, Err(Cut::Silent));
        let (_, end) = fed(&[r#"{"choices":[{"delta":{},"finish_reason":"length"}]}"#]).unwrap();
        assert_eq!(end.unwrap().finish, FinishReason::Length);
    }

    #[test]
    fn a_refusal_is_text_with_its_own_reason() {
        let (deltas, end) = fed(&[
            r#"{"choices":[{"delta":{"refusal":""}}]}"#,
            r#"{"choices":[{"delta":{"refusal":"No."}}]}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
        ])
        .unwrap();
        assert_eq!(deltas, [ChatDelta::Text("No.".into())]);
        assert_eq!(end.unwrap().finish, FinishReason::Refusal);
    }

    #[test]
    fn thoughts_are_a_block_of_their_own_and_other_choices_are_left_out() {
        let (deltas, end) = fed(&[
            r#"{"choices":[],"prompt_filter_results":[{"prompt_index":0}]}"#,
            r#"{"choices":[{"delta":{"content":"","reasoning":"h"}}]}"#,
            r#"{"choices":[{"index":1,"delta":{"content":"another"},"finish_reason":"length"}]}"#,
            r#"{"choices":[{"delta":{"reasoning":"m"},"logprobs":null}],"usage":null}"#,
            r#"{"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}],
                "x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":2}}}"#,
        ])
        .unwrap();
        let thought = |text: &str| ChatDelta::Reasoning { index: 0, piece: Reasoning::new(text) };
        assert_eq!(deltas, [thought("h"), thought("m"), ChatDelta::Text("Hi".into())]);
        let end = end.unwrap();
        assert_eq!((end.finish, end.usage.output_tokens), (FinishReason::Stop, Some(2)));
    }

    #[test]
    fn errors_are_found_wherever_servers_put_them() {
        for data in [
            r#"{"error":{"code":429,"message":"slow"}}"#,
            r#"{"choices":[{"delta":{},"error":{"code":429,"message":"slow"}}]}"#,
        ] {
            let Err(Fault::Error(error)) = fed(&[data]) else { panic!("{data}") };
            assert_eq!(error.classify(None), ErrorKind::RateLimit);
            assert_eq!(error.message, "slow");
        }
        let fault = Assembler::new("m").feed(Some("error"), "it broke").unwrap_err();
        let Fault::Error(error) = fault else { panic!("{fault:?}") };
        assert_eq!((error.classify(None), error.message.as_str()), (ErrorKind::Server, "it broke"));
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        assert!(matches!(fed(&["{\"choices\":"]), Err(Fault::Malformed(_))));
        assert!(matches!(fed(&[r#"{"choices":"none"}"#]), Err(Fault::Malformed(_))));
    }
}
