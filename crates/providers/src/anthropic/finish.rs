//! Why an answer ended. A reason that is not known is passed on as it is spelt, and so is `pause_turn`:
//! the server wants to be asked to go on, which is no end of an answer.

use ziggurat_core::chat::FinishReason;

/// Why the model stopped. A complete answer without a reason is `Other("none")`.
pub(super) fn finish(reason: Option<&str>) -> FinishReason {
    match reason.unwrap_or_default() {
        "" => FinishReason::Other("none".to_owned()),
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "tool_use" => FinishReason::ToolCalls,
        "refusal" => FinishReason::Refusal,
        other => FinishReason::Other(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_meaning_or_keeps_its_name() {
        let other = |name: &str| FinishReason::Other(name.to_owned());
        let rows = [
            (Some("end_turn"), FinishReason::Stop),
            (Some("stop_sequence"), FinishReason::Stop),
            (Some("max_tokens"), FinishReason::Length),
            (Some("model_context_window_exceeded"), FinishReason::Length),
            (Some("tool_use"), FinishReason::ToolCalls),
            (Some("refusal"), FinishReason::Refusal),
            (Some("pause_turn"), other("pause_turn")),
            (Some("Bored"), other("Bored")),
            (Some(""), other("none")),
            (None, other("none")),
        ];
        for (reason, expected) in rows {
            assert_eq!(finish(reason), expected, "{reason:?}");
        }
    }
}
