//! Why an answer ended. The API has no reason of its own for an answer that calls tools, and a dozen for
//! one that a filter stopped; of the others each is passed on as it is spelt.

use ziggurat_core::chat::FinishReason;

/// What the server's filters say. A language that is not served is flagged by a filter as well.
const FILTERS: [&str; 10] = [
    "SAFETY",
    "RECITATION",
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MODEL_ARMOR",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
];

/// Why the model stopped; `called` if it wants tools called. A whole answer without a reason is
/// `Other("none")`.
pub(super) fn finish(reason: Option<&str>, called: bool) -> FinishReason {
    match reason {
        // The second is what others say who speak this API.
        Some("STOP" | "FUNCTION_CALL") if called => FinishReason::ToolCalls,
        Some("STOP") => FinishReason::Stop,
        Some("MAX_TOKENS") => FinishReason::Length,
        Some(reason) if FILTERS.contains(&reason) => FinishReason::ContentFilter,
        other => FinishReason::Other(other.unwrap_or("none").to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_reason_is_understood() {
        assert_eq!(finish(Some("STOP"), false), FinishReason::Stop);
        assert_eq!(finish(Some("STOP"), true), FinishReason::ToolCalls);
        assert_eq!(finish(Some("FUNCTION_CALL"), true), FinishReason::ToolCalls);
        for called in [false, true] {
            assert_eq!(finish(Some("MAX_TOKENS"), called), FinishReason::Length);
            for reason in FILTERS {
                assert_eq!(finish(Some(reason), called), FinishReason::ContentFilter, "{reason}");
            }
        }
    }

    #[test]
    fn other_reasons_survive_as_they_are_spelt() {
        let others = "OTHER MALFORMED_FUNCTION_CALL UNEXPECTED_TOOL_CALL TOO_MANY_TOOL_CALLS \
            MISSING_THOUGHT_SIGNATURE MALFORMED_RESPONSE NO_IMAGE IMAGE_OTHER CONTINUATION stop";
        for reason in others.split_whitespace() {
            assert_eq!(finish(Some(reason), true), FinishReason::Other(reason.to_owned()));
        }
        assert_eq!(finish(None, false), FinishReason::Other("none".to_owned()));
    }
}
