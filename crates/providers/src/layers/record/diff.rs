//! How two requests differ, in few enough lines to stand in an error.

use std::time::Duration;

use serde_json::{Map, Value};
use similar::TextDiff;
use ziggurat_core::ChatRequest;

/// Lines before and after a difference.
const CONTEXT: usize = 2;
/// The most lines that are shown.
const LINES: usize = 40;
/// The most characters of a line that are shown.
const WIDTH: usize = 160;
/// How long a diff may look for the shortest form.
const PATIENCE: Duration = Duration::from_millis(200);

/// The request as pretty JSON, its fields by name. Texts are parted at their own lines and at the ends of
/// sentences: a changed word then is a changed line, and not a changed document.
pub(super) fn readable(request: &ChatRequest) -> String {
    let value = serde_json::to_value(request).unwrap_or(Value::Null);
    let pretty = serde_json::to_string_pretty(&sorted(value)).unwrap_or_default();
    pretty.replace("\\n", "\\n\n").replace(". ", ". \n")
}

/// Maps may be kept in any order (it depends on a feature of `serde_json`).
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(fields.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        plain => plain,
    }
}

/// A unified diff of two readable requests: `-` was recorded, `+` is asked. Empty if they read alike.
pub(super) fn unified(recorded: &str, asked: &str) -> String {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(recorded, asked);
    let text = diff.unified_diff().context_radius(CONTEXT).missing_newline_hint(false).to_string();
    let mut lines: Vec<_> = text.lines().take(LINES).map(short).collect();
    let more = text.lines().count() - lines.len();
    if more > 0 {
        lines.push(format!("… and {more} lines more"));
    }
    lines.join("\n")
}

fn short(line: &str) -> String {
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ziggurat_core::Message;

    fn ask(text: &str) -> String {
        readable(&ChatRequest::new("m", [Message::user(text)]))
    }

    #[test]
    fn a_changed_word_of_a_long_text_is_what_is_shown() {
        let long = |word: &str| {
            let before = "The pool was empty. ".repeat(500);
            format!("{before}It was {word}. Nobody knew.\n{before}")
        };
        let diff = unified(&ask(&long("May")), &ask(&long("June")));
        assert!(diff.contains("-It was May. "), "{diff}");
        assert!(diff.contains("+It was June. "), "{diff}");
        assert!(diff.lines().count() <= 8, "{diff}");
    }

    #[test]
    fn a_diff_is_bounded_in_both_directions() {
        let other: String = (0..5_000).map(|n| format!("{n} {}\n", "x".repeat(2_000))).collect();
        let diff = unified(&ask("short"), &ask(&other));
        assert_eq!(diff.lines().count(), LINES + 1, "{diff}");
        assert!(diff.len() <= (LINES + 1) * (WIDTH + 4), "{}", diff.len());
        assert!(diff.ends_with("lines more"), "{diff}");
    }

    #[test]
    fn the_order_of_fields_is_no_difference() {
        let request = |fields: [&str; 2]| {
            let request = ChatRequest::new("m", []);
            readable(&fields.into_iter().fold(request, |r, name| r.with_extra(name, 1)))
        };
        assert_eq!(request(["a", "b"]), request(["b", "a"]));
        assert_eq!(unified(&ask("Why?"), &ask("Why?")), "");
    }
}
