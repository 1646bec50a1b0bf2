//! What we read: a whole answer or a line of a stream, which have the same shape. Unknown fields are
//! ignored, known ones may be missing, null or of another type; a count that is no number is unknown.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::api::{ErrorBody, Fault, lenient};

#[derive(Debug, Deserialize)]
pub(in crate::ollama) struct Answer {
    #[serde(default, deserialize_with = "lenient")]
    pub model: Option<String>,
    pub message: Option<Message>,
    #[serde(default, deserialize_with = "lenient")]
    pub done: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub done_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub prompt_eval_count: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub eval_count: Option<u64>,
    error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::ollama) struct Message {
    #[serde(default, deserialize_with = "lenient")]
    pub content: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub thinking: Option<String>,
    pub tool_calls: Option<Vec<Call>>,
}

#[derive(Debug, Deserialize)]
pub(in crate::ollama) struct Call {
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<String>,
    pub function: Option<Function>,
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::ollama) struct Function {
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    arguments: Option<Box<RawValue>>,
}

impl Answer {
    /// Reads an answer or a line of one.
    ///
    /// # Errors
    /// The error that the server sent in its place, or what is wrong with it.
    pub(in crate::ollama) fn read(data: &[u8]) -> Result<Self, Fault> {
        let answer: Self = serde_json::from_slice(data)?;
        if answer.error.is_some()
            && let Some(error) = ErrorBody::inside(&serde_json::from_slice(data)?)
        {
            return Err(Fault::from(error));
        }
        Ok(answer)
    }
}

impl Function {
    /// The arguments as the model wrote them. Some servers send the object as a text; none at all is the
    /// empty object, as it is for Ollama itself.
    pub(in crate::ollama) fn arguments_text(&self) -> String {
        let Some(raw) = self.arguments.as_ref().map(|raw| raw.get()) else {
            return "{}".to_owned();
        };
        match serde_json::from_str::<String>(raw) {
            Ok(text) => text,
            Err(_) => raw.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_needed_and_oddities_are_unknown() {
        let odd = br#"{"model":7,"done":"yes","prompt_eval_count":-1,"eval_count":2.5,"extra":{},
            "message":{"content":["a"],"thinking":null,"tool_calls":null},"error":null}"#;
        let odd = Answer::read(odd).unwrap();
        assert_eq!(
            (odd.model, odd.done, odd.prompt_eval_count, odd.eval_count),
            (None, None, None, None)
        );
        let message = odd.message.unwrap();
        assert_eq!((message.content, message.thinking), (None, None));
        assert!(Answer::read(b"{}").unwrap().message.is_none());
    }

    #[test]
    fn arguments_are_kept_letter_by_letter() {
        let text =
            |function: &str| serde_json::from_str::<Function>(function).unwrap().arguments_text();
        let exact = r#"{"z":1.0, "a":12345678901234567890123,"e":1e3,"s":"\u00e9"}"#;
        assert_eq!(text(&format!(r#"{{"arguments":{exact}}}"#)), exact);
        assert_eq!(text(r#"{"arguments":"{\"a\":1}"}"#), r#"{"a":1}"#);
        for none in [r#"{"arguments":null}"#, "{}"] {
            assert_eq!(text(none), "{}");
        }
    }

    #[test]
    fn what_is_no_answer_is_malformed() {
        for data in
            ["", "7", "{", "<html>", r#"{"message":"hi"}"#, r#"{"message":{"tool_calls":{}}}"#]
        {
            assert!(matches!(Answer::read(data.as_bytes()), Err(Fault::Malformed(_))), "{data}");
        }
    }

    #[test]
    fn an_error_is_found_in_any_line() {
        let Err(Fault::Error(error)) = Answer::read(br#"{"error":"it broke"}"#) else { panic!() };
        assert_eq!(error.message, "it broke");
    }
}
