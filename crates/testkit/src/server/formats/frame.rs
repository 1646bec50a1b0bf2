//! Events of which only one text changes. A stream of many pieces would else spend most of its time on
//! writing the same fields again.

use std::cell::OnceCell;

use serde_json::Value;

/// What stands in the place of the text. No model's name has it.
const MARK: &str = "\u{1}text\u{1}";

/// What stands before and after the text, once it was asked for.
#[derive(Debug, Default)]
pub(super) struct Frame(OnceCell<(String, String)>);

impl Frame {
    /// The event with this text, of which `event` makes the rest.
    pub(super) fn around(&self, text: &str, event: impl FnOnce(&str) -> String) -> String {
        let (before, after) = self.0.get_or_init(|| {
            let (event, mark) = (event(MARK), json(MARK));
            let (before, after) = event.split_once(&mark).unwrap_or((&event, ""));
            (before.to_owned(), after.to_owned())
        });
        [before, json(text).as_str(), after].concat()
    }
}

fn json(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_frame_says_what_the_event_would() {
        let frame = Frame::default();
        for text in ["", "plain", "\"quoted\"\n\u{1}\\", "Größe"] {
            let event = |text: &str| format!("data: {}\n\n", json!({"a": 1, "text": text, "z": 2}));
            assert_eq!(frame.around(text, event), event(text));
        }
    }
}
