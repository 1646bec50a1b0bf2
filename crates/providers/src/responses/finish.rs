//! How a response ended. It has a status and no reason of the model's own, so that a refusal and calls
//! of tools show in what it holds.

use ziggurat_core::Usage;
use ziggurat_core::chat::FinishReason;

use super::wire::answer::{self, Response};
use crate::api::{Cut, ErrorBody, Fault};

/// What an answer holds that decides how it ended.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Held {
    pub(super) calls: bool,
    pub(super) refusal: bool,
}

/// Why the model stopped; an error if it did not come to an end.
pub(super) fn finish(response: &Response, held: Held) -> Result<FinishReason, Fault> {
    if !response.error.is_null() {
        return Err(failed(response));
    }
    match response.status.as_deref() {
        None | Some("completed") => Ok(match held {
            Held { calls: true, .. } => FinishReason::ToolCalls,
            Held { refusal: true, .. } => FinishReason::Refusal,
            _ => FinishReason::Stop,
        }),
        Some("incomplete") => Ok(incomplete(response)),
        Some("failed") => Err(failed(response)),
        // It was cancelled, or is still being worked on.
        Some(status) => Err(Cut::BrokenOff(status.to_owned()).into()),
    }
}

fn incomplete(response: &Response) -> FinishReason {
    let reason = response.incomplete_details.as_ref().and_then(|d| d.reason.as_deref());
    match reason.unwrap_or("incomplete") {
        "max_output_tokens" | "max_tokens" => FinishReason::Length,
        "content_filter" => FinishReason::ContentFilter,
        other => FinishReason::Other(other.to_owned()),
    }
}

fn failed(response: &Response) -> Fault {
    Fault::from(ErrorBody::read(&response.error))
}

/// The counts that were reported; the others stay unknown.
pub(super) fn usage(wire: answer::Usage) -> Usage {
    let input = wire.input_tokens_details.unwrap_or_default();
    let mut usage = Usage::UNKNOWN;
    usage.input_tokens = wire.input_tokens;
    usage.output_tokens = wire.output_tokens;
    usage.cached_input_tokens = input.cached_tokens;
    usage.cache_write_tokens = input.cache_write_tokens;
    usage.reasoning_tokens = wire.output_tokens_details.and_then(|d| d.reasoning_tokens);
    usage
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use ziggurat_core::ErrorKind;

    fn finished(response: Value, calls: bool, refusal: bool) -> Result<FinishReason, Fault> {
        finish(&serde_json::from_value(response).unwrap(), Held { calls, refusal })
    }

    #[test]
    fn what_it_holds_tells_how_a_completed_response_ended() {
        let rows = [
            (false, false, FinishReason::Stop),
            (true, false, FinishReason::ToolCalls),
            (false, true, FinishReason::Refusal),
            (true, true, FinishReason::ToolCalls),
        ];
        for (calls, refusal, expected) in rows {
            for response in [json!({"status": "completed"}), json!({"status": null})] {
                assert_eq!(finished(response, calls, refusal).unwrap(), expected);
            }
        }
    }

    #[test]
    fn an_incomplete_response_gives_a_reason() {
        let rows = [
            ("max_output_tokens", FinishReason::Length),
            ("content_filter", FinishReason::ContentFilter),
            ("bored", FinishReason::Other("bored".into())),
        ];
        for (reason, expected) in rows {
            let response =
                json!({"status": "incomplete", "incomplete_details": {"reason": reason}});
            assert_eq!(finished(response, true, false).unwrap(), expected);
        }
        let silent = finished(json!({"status": "incomplete"}), false, false).unwrap();
        assert_eq!(silent, FinishReason::Other("incomplete".into()));
    }

    #[test]
    fn what_failed_or_never_ended_is_no_answer() {
        let failed =
            json!({"status": "failed", "error": {"code": "rate_limit_exceeded", "message": "m"}});
        let Err(Fault::Error(error)) = finished(failed, false, false) else { panic!() };
        assert_eq!((error.classify(None), error.message.as_str()), (ErrorKind::RateLimit, "m"));
        let Err(Fault::Error(error)) = finished(json!({"status": "failed"}), false, false) else {
            panic!()
        };
        assert_eq!(error.classify(None), ErrorKind::Server);
        for status in ["cancelled", "in_progress", "queued"] {
            let cut = finished(json!({"status": status}), false, false);
            assert!(matches!(cut, Err(Fault::Cut(Cut::BrokenOff(said))) if said == status));
        }
    }
}
