//! Token counts in our words. The API counts thoughts and the results of its own tools apart from what
//! they belong to, and leaves a count out that is zero.

use ziggurat_core::Usage;

use super::wire;

/// The counts that were reported; the others stay unknown.
pub(super) fn usage(wire: wire::Usage) -> Usage {
    let results = wire.tool_use_prompt_token_count.unwrap_or(0);
    let input = wire.prompt_token_count.map(|prompt| prompt.saturating_add(results));
    let written = match (wire.candidates_token_count, wire.thoughts_token_count) {
        // What remains of the total was written.
        (None, None) => {
            wire.total_token_count.zip(input).and_then(|(all, read)| all.checked_sub(read))
        }
        (said, thought) => Some(said.unwrap_or(0).saturating_add(thought.unwrap_or(0))),
    };
    let mut usage = Usage::UNKNOWN;
    usage.input_tokens = input;
    usage.output_tokens = written;
    usage.cached_input_tokens = wire.cached_content_token_count;
    usage.reasoning_tokens = wire.thoughts_token_count;
    usage
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(counts: Value) -> (Option<u64>, Option<u64>) {
        let usage = usage(serde_json::from_value(counts).unwrap());
        (usage.input_tokens, usage.output_tokens)
    }

    #[test]
    fn thoughts_were_written_and_results_of_tools_were_read() {
        let counts = json!({"promptTokenCount": 10, "cachedContentTokenCount": 4,
            "toolUsePromptTokenCount": 5, "candidatesTokenCount": 3, "thoughtsTokenCount": 20,
            "totalTokenCount": 38});
        let usage = usage(serde_json::from_value(counts).unwrap());
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(15), Some(23)));
        assert_eq!((usage.cached_input_tokens, usage.reasoning_tokens), (Some(4), Some(20)));
        assert_eq!(usage.cache_write_tokens, None);
    }

    #[test]
    fn an_answer_of_thoughts_alone_or_of_nothing_has_a_known_cost() {
        assert_eq!(
            read(json!({"promptTokenCount": 7, "thoughtsTokenCount": 9})),
            (Some(7), Some(9))
        );
        assert_eq!(read(json!({"promptTokenCount": 7, "totalTokenCount": 7})), (Some(7), Some(0)));
    }

    #[test]
    fn what_was_not_reported_is_unknown() {
        assert_eq!(read(json!({"trafficType": "ON_DEMAND"})), (None, None));
        assert_eq!(read(json!({"promptTokenCount": 7})), (Some(7), None));
        assert_eq!(read(json!({"promptTokenCount": 7, "totalTokenCount": 6})), (Some(7), None));
    }
}
