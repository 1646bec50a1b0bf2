//! Names that stand for a listed model beyond doubt: dated snapshots at providers that date them, and
//! Gemini's resource names. Anything else, `-latest` or `-preview` for instance, may be another model at
//! another price.

/// The name of the model without its date or its prefix; `None` if there is nothing to leave out.
pub(super) fn alias<'a>(provider: &str, model: &'a str) -> Option<&'a str> {
    match provider {
        // An answer names the snapshot: https://developers.openai.com/api/docs/models
        "openai" | "azure" => undated(model, &[4, 2, 2]),
        // https://platform.claude.com/docs/en/about-claude/models/overview
        "anthropic" => undated(model, &[8]),
        // https://ai.google.dev/api/models: `name` is `models/{model}`
        "gemini" => model.strip_prefix("models/"),
        _ => None,
    }
}

/// Takes a date off the end, its parts having so many digits.
fn undated<'a>(model: &'a str, parts: &[usize]) -> Option<&'a str> {
    let mut rest = model;
    let mut digits = String::new();
    for length in parts.iter().rev() {
        let (before, part) = rest.rsplit_once('-')?;
        if part.len() != *length || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.insert_str(0, part);
        rest = before;
    }
    (is_date(&digits) && !rest.is_empty()).then_some(rest)
}

/// Whether `YYYYMMDD` is a day on which a model may have come out.
fn is_date(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
    matches!(number(0..4), Some(2020..=2099))
        && matches!(number(4..6), Some(1..=12))
        && matches!(number(6..8), Some(1..=31))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_left_out_in_each_provider_s_own_shape() {
        for (provider, model, name) in [
            ("openai", "gpt-5.4-mini-2026-03-17", "gpt-5.4-mini"),
            ("azure", "gpt-4o-2024-08-06", "gpt-4o"),
            ("anthropic", "claude-haiku-4-5-20251001", "claude-haiku-4-5"),
            ("gemini", "models/gemini-2.5-pro", "gemini-2.5-pro"),
        ] {
            assert_eq!(alias(provider, model), Some(name), "{model}");
        }
    }

    #[test]
    fn nothing_else_is_left_out() {
        for (provider, model) in [
            ("openai", "gpt-4o"),
            ("openai", "gpt-4o-latest"),
            ("openai", "gpt-4-0613"),
            ("openai", "gpt-4o-20240806"),
            ("openai", "gpt-4o-2024-13-06"),
            ("openai", "gpt-4o-2024-12-32"),
            ("openai", "gpt-4o-1999-12-01"),
            ("openai", "gpt-4o-2024-8-6"),
            ("openai", "gpt-4o-2024-08-06-preview"),
            ("openai", "ft:gpt-4o-2024-08-06:org::id"),
            ("openai", "-2024-08-06"),
            ("openai", "2024-08-06"),
            ("anthropic", "claude-haiku-4-5-2025-10-01"),
            ("anthropic", "claude-haiku-4-5-latest"),
            ("anthropic", "claude-haiku-4-5"),
            ("gemini", "gemini-2.5-flash-preview-09-2025"),
            ("gemini", "gemini-2.5-pro-latest"),
            ("gemini", "tunedModels/mine"),
            ("mistral", "mistral-small-2603"),
            ("dashscope", "qwen-plus-2025-07-28"),
            ("xai", "grok-4-0709"),
        ] {
            assert_eq!(alias(provider, model), None, "{model}");
        }
    }
}
