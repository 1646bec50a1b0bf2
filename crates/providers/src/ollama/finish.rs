//! Why an answer ended. Ollama knows two reasons of a model's own; the others (`load`, `unload`) say that
//! no model was asked, and are passed on as they are spelt.

use ziggurat_core::chat::FinishReason;

/// The reason of an answer that is done. Ollama calls it a stop as well if the model wants tools called;
/// no reason at all, which is how Ollama spells a runner that was closed, is `Other("none")`.
pub(super) fn finish(reason: Option<&str>, has_calls: bool) -> FinishReason {
    match reason {
        Some("stop") if has_calls => FinishReason::ToolCalls,
        Some("stop") => FinishReason::Stop,
        Some("length") => FinishReason::Length,
        None | Some("") => FinishReason::Other("none".to_owned()),
        Some(other) => FinishReason::Other(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_told_and_none_is_guessed() {
        let other = |reason: &str| FinishReason::Other(reason.to_owned());
        for (reason, has_calls, expected) in [
            (Some("stop"), false, FinishReason::Stop),
            (Some("stop"), true, FinishReason::ToolCalls),
            (Some("length"), false, FinishReason::Length),
            // The last call may be cut short.
            (Some("length"), true, FinishReason::Length),
            (Some("load"), false, other("load")),
            (Some("unload"), false, other("unload")),
            (Some("Bored"), true, other("Bored")),
            (Some(""), false, other("none")),
            (None, true, other("none")),
        ] {
            assert_eq!(finish(reason, has_calls), expected, "{reason:?}");
        }
    }
}
