//! Why an answer ended, in the spellings of several servers. Some of them say in this place that they
//! broke the answer off, with a success as the status: that is an error, never a short success. A
//! spelling that is not known is passed on as it is, for whoever reads the answer to be careful with.

use ziggurat_core::chat::FinishReason;

use crate::api::Cut;

/// Why the model stopped. A whole answer without a reason is `Other("none")`.
pub(super) fn finish(reason: Option<&str>, refused: bool) -> Result<FinishReason, Cut> {
    let Some(reason) = reason.filter(|reason| !reason.is_empty()) else {
        return Ok(match refused {
            true => FinishReason::Refusal,
            false => FinishReason::Other("none".to_owned()),
        });
    };
    Ok(match reason.to_ascii_lowercase().as_str() {
        "stop" | "eos" | "eos_token" | "end_turn" | "stop_sequence" | "stop_token" => match refused
        {
            true => FinishReason::Refusal,
            false => FinishReason::Stop,
        },
        "length"
        | "max_tokens"
        | "max_output_tokens"
        | "model_length"
        | "model_context_window_exceeded" => FinishReason::Length,
        "tool_calls" | "function_call" => FinishReason::ToolCalls,
        "content_filter" => FinishReason::ContentFilter,
        "refusal" => FinishReason::Refusal,
        // DeepSeek's, vLLM's and Zhipu's words, and everybody's.
        "insufficient_system_resource" | "abort" | "network_error" | "error" => {
            return Err(Cut::BrokenOff(reason.to_owned()));
        }
        _ => FinishReason::Other(reason.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_spelling_is_understood() {
        let rows = [
            (FinishReason::Stop, "stop eos eos_token end_turn stop_sequence stop_token STOP"),
            (FinishReason::Length, "length max_tokens max_output_tokens model_length MAX_TOKENS"),
            (FinishReason::ToolCalls, "tool_calls function_call"),
            (FinishReason::ContentFilter, "content_filter"),
            (FinishReason::Refusal, "refusal"),
        ];
        for (expected, spellings) in rows {
            for reason in spellings.split(' ') {
                assert_eq!(finish(Some(reason), false), Ok(expected.clone()), "{reason}");
            }
        }
        assert_eq!(finish(Some("stop"), true), Ok(FinishReason::Refusal));
    }

    #[test]
    fn a_server_that_gave_up_is_a_cut() {
        for reason in ["insufficient_system_resource", "error", "abort", "network_error"] {
            assert_eq!(finish(Some(reason), false), Err(Cut::BrokenOff(reason.to_owned())));
        }
    }

    #[test]
    fn what_is_unknown_is_passed_on_as_it_is_spelt() {
        assert_eq!(finish(Some("Bored"), false), Ok(FinishReason::Other("Bored".into())));
        for none in [None, Some("")] {
            assert_eq!(finish(none, false), Ok(FinishReason::Other("none".into())));
            assert_eq!(finish(none, true), Ok(FinishReason::Refusal));
        }
    }
}
