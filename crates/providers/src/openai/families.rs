//! What is known of OpenAI's own models by their names, since its list says nothing about them. Of a
//! name that is not known here nothing is claimed; a false claim would be a refused request.

/// Whether it is known to refuse a temperature: those that think first do.
pub(super) fn refuses_temperature(model: &str) -> bool {
    thinks(model) || model.starts_with("gpt-5")
}

/// Whether it is known to obey a JSON schema. All since `gpt-4o` do, but for its first snapshot, the
/// first ones that think, and those made for sound or for searching.
pub(super) fn obeys_schema(model: &str) -> bool {
    let since = ["gpt-4o", "gpt-4.1", "gpt-5"].iter().any(|name| model.starts_with(name));
    let first = ["gpt-4o-2024-05-13", "o1-mini", "o1-preview"];
    let other = ["audio", "realtime", "search", "transcribe", "tts"];
    (since || thinks(model))
        && !first.iter().any(|name| model.starts_with(name))
        && !other.iter().any(|word| model.contains(word))
}

fn thinks(model: &str) -> bool {
    let family = |name: &str| model == name || model.starts_with(&format!("{name}-"));
    ["o1", "o3", "o4"].into_iter().any(family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_that_think_refuse_a_temperature() {
        for model in ["o1", "o3-mini", "o4-mini", "gpt-5", "gpt-5.4-mini"] {
            assert!(refuses_temperature(model), "{model}");
        }
        for model in ["gpt-4o", "o10", "omni"] {
            assert!(!refuses_temperature(model), "{model}");
        }
    }

    #[test]
    fn schemas_are_obeyed_since_gpt_4o() {
        for model in ["gpt-4o", "gpt-4o-mini", "gpt-4.1-nano", "gpt-5.4-mini", "o1", "o3-mini"] {
            assert!(obeys_schema(model), "{model}");
        }
        for model in [
            "gpt-4",
            "gpt-4-turbo",
            "gpt-3.5-turbo",
            "gpt-4o-2024-05-13",
            "gpt-4o-audio-preview",
            "o1-mini",
            "o1-preview-2024-09-12",
            "o10",
        ] {
            assert!(!obeys_schema(model), "{model}");
        }
    }
}
