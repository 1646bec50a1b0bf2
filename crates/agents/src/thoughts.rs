//! What a thinking model thought before it answered, where its server leaves that in the text. Thoughts are
//! no part of an answer: they would be merged, cited and shown as if they were.

const BEGIN: &str = "<think>";
const END: &str = "</think>";

/// The text after the thoughts it begins with; empty if they have no end, since then no answer follows.
///
/// Some models are sent the beginning with their prompt, so that only the end is in the text. A tag
/// in the middle of prose is prose.
pub(crate) fn without(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some(thoughts) = rest.strip_prefix(BEGIN) {
        let Some((_, answer)) = thoughts.split_once(END) else { return "" };
        rest = answer.trim_start();
    }
    match rest.split_once(END) {
        Some((thoughts, answer)) if !thoughts.contains(BEGIN) && is_alone(thoughts, answer) => {
            answer
        }
        _ => rest,
    }
}

/// The same for a piece that another one precedes: without thoughts it is left as it is, white space at its
/// beginning included.
pub(crate) fn without_at_joint(text: &str) -> &str {
    let answer = without(text);
    if answer.len() == text.trim_start().len() { text } else { answer }
}

/// Whether a tag between these two has a line of its own.
fn is_alone(before: &str, after: &str) -> bool {
    let line_before = before.rsplit('\n').next().unwrap_or_default();
    let line_after = after.split('\n').next().unwrap_or_default();
    line_before.trim().is_empty() && line_after.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn thoughts_before_an_answer_are_left_out() {
        for text in [
            "<think>Hm.</think>The pool.",
            "\n<think>\nHm.\n\nWell.\n</think>\n\nThe pool.",
            "<think></think><think>Again.</think> The pool.",
            "Hm, the pool?\n</think>\n\nThe pool.",
        ] {
            assert_eq!(without(text).trim(), "The pool.", "{text}");
        }
    }

    #[test]
    fn thoughts_alone_or_without_end_are_no_answer() {
        for text in ["<think>", "<think>\nHm, the po", "<think>Hm.</think>", "Hm.\n</think>\n"] {
            assert_eq!(without(text).trim(), "", "{text}");
        }
    }

    #[test]
    fn a_tag_within_prose_is_prose() {
        for text in [
            "It wraps them in <think>…</think>, and so on.",
            "It ends with `</think>`.",
            "Thus:\n<think>\nHm.\n</think>\nand so on.",
            "<thinking>aloud</thinking>",
        ] {
            assert_eq!(without(text), text);
        }
    }
}
