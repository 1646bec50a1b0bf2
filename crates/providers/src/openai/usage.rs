//! Token counts, as servers spell them and in our one sense: output includes reasoning.

use ziggurat_core::Usage;

use super::wire;

/// The counts that were reported; the others stay unknown.
pub(super) fn usage(wire: wire::Usage) -> Usage {
    let input = wire.prompt_tokens_details.unwrap_or_default();
    let reasoning = wire.completion_tokens_details.and_then(|details| details.reasoning_tokens);
    let mut usage = Usage::UNKNOWN;
    usage.input_tokens = wire.prompt_tokens;
    usage.output_tokens = output(wire, reasoning);
    usage.cached_input_tokens = input.cached_tokens.or(wire.prompt_cache_hit_tokens);
    usage.cache_write_tokens = input.cache_write_tokens;
    usage.reasoning_tokens = reasoning;
    usage
}

/// xAI counts reasoning beside the completion and not within it. Its own total proves that it does.
fn output(wire: wire::Usage, reasoning: Option<u64>) -> Option<u64> {
    let completion = wire.completion_tokens?;
    let beside = || {
        let output = completion.checked_add(reasoning?)?;
        let total = wire.prompt_tokens?.checked_add(output)?;
        (wire.total_tokens? == total).then_some(output)
    };
    Some(beside().unwrap_or(completion))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(wire: Value) -> Usage {
        usage(serde_json::from_value(wire).unwrap())
    }

    #[test]
    fn every_count_is_found_and_what_is_not_reported_is_unknown() {
        let full = read(json!({"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14,
            "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3},
            "completion_tokens_details": {"reasoning_tokens": 2}}));
        let mut expected = Usage::new(9, 5);
        expected.cached_input_tokens = Some(4);
        expected.cache_write_tokens = Some(3);
        expected.reasoning_tokens = Some(2);
        expected.cache_write_1h_tokens = None;
        assert_eq!(full, expected);
        assert_eq!(read(json!({"prompt_cache_hit_tokens": 7})).cached_input_tokens, Some(7));
        assert_eq!(read(json!({"total_tokens": null})), Usage::UNKNOWN);
    }

    #[test]
    fn reasoning_that_was_counted_beside_the_completion_is_part_of_the_output() {
        let counts = |total: u64| {
            json!({"prompt_tokens": 12, "completion_tokens": 1, "total_tokens": total,
                "completion_tokens_details": {"reasoning_tokens": 386}})
        };
        assert_eq!(read(counts(399)).output_tokens, Some(387));
        // A server that counts oddly is no proof.
        assert_eq!(read(counts(13)).output_tokens, Some(1));
    }
}
