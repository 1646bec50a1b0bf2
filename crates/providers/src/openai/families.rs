//! What is known of OpenAI's own models by their names, since its list says nothing about them. Of a
//! name that is not known here nothing is claimed; a false claim would be a refused request.

use ziggurat_core::ModelInfo;
use ziggurat_core::chat::ReasoningEffort::{
    self, High, Low, Max, Medium, Minimal, None as NotAtAll, XHigh,
};

use crate::Quirks;

/// Adds what the server's quirks say, and at OpenAI what the name does where the catalogue does not.
pub(crate) fn tell(info: &mut ModelInfo, quirks: &Quirks, official: bool) {
    if official && obeys_schema(&info.id) {
        info.json_schema.get_or_insert(true);
    }
    if official && refuses_temperature(&info.id) {
        info.temperature.get_or_insert(false);
    }
    if quirks.temperature == Some(false) {
        info.temperature = Some(false);
    }
}

/// Whether it is known to think before it answers. Those made for talking or searching do not, or not
/// so that it could be asked for.
pub(crate) fn thinks(model: &str) -> bool {
    let other = ["chat", "search"];
    is_o_series(model) || is_gpt_5(model) && !other.iter().any(|word| model.contains(word))
}

/// The levels of effort that it is known to have.
pub(super) fn efforts(model: &str) -> Option<&'static [ReasoningEffort]> {
    let of = |names: &[&str]| names.iter().any(|name| is_snapshot(model, name));
    if of(&["o1", "o3", "o3-mini", "o4-mini"]) {
        Some(&[Low, Medium, High])
    } else if of(&["gpt-5", "gpt-5-mini", "gpt-5-nano"]) {
        Some(&[Minimal, Low, Medium, High])
    } else if of(&["gpt-5-pro"]) {
        Some(&[High])
    } else if of(&["gpt-5.1"]) {
        Some(&[NotAtAll, Low, Medium, High])
    } else if of(&["gpt-5.2", "gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano", "gpt-5.5"]) {
        Some(&[NotAtAll, Low, Medium, High, XHigh])
    } else if of(&["gpt-5.6", "gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna"]) {
        Some(&[NotAtAll, Low, Medium, High, XHigh, Max])
    } else {
        None
    }
}

/// Whether it is known to refuse a temperature: those that think first do.
fn refuses_temperature(model: &str) -> bool {
    is_o_series(model) || is_gpt_5(model)
}

/// Whether it is known to obey a JSON schema. All since `gpt-4o` do, but for its first snapshot, the
/// first ones that think, and those made for sound or for searching.
fn obeys_schema(model: &str) -> bool {
    let since = ["gpt-4o", "gpt-4.1", "gpt-5"].iter().any(|name| model.starts_with(name));
    let first = ["gpt-4o-2024-05-13", "o1-mini", "o1-preview"];
    let other = ["audio", "realtime", "search", "transcribe", "tts"];
    (since || is_o_series(model))
        && !first.iter().any(|name| model.starts_with(name))
        && !other.iter().any(|word| model.contains(word))
}

fn is_o_series(model: &str) -> bool {
    let family = |name: &str| model == name || model.starts_with(&format!("{name}-"));
    ["o1", "o3", "o4"].into_iter().any(family)
}

fn is_gpt_5(model: &str) -> bool {
    model.starts_with("gpt-5")
}

/// Whether it is this model, or this model at a date.
fn is_snapshot(model: &str, name: &str) -> bool {
    let Some(date) = model.strip_prefix(name) else { return false };
    date.is_empty()
        || date.strip_prefix('-').is_some_and(|date| {
            date.len() == "2025-08-07".len() && date.chars().all(|c| c == '-' || c.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_that_think_refuse_a_temperature() {
        for model in ["o1", "o3-mini", "o4-mini", "gpt-5", "gpt-5.4-mini"] {
            assert!(refuses_temperature(model) && thinks(model), "{model}");
        }
        for model in ["gpt-4o", "o10", "omni"] {
            assert!(!refuses_temperature(model) && !thinks(model), "{model}");
        }
        assert!(refuses_temperature("gpt-5-chat-latest") && !thinks("gpt-5-chat-latest"));
    }

    #[test]
    fn levels_of_effort_are_known_of_models_and_their_snapshots_alone() {
        assert_eq!(efforts("gpt-5-2025-08-07"), efforts("gpt-5"));
        assert_eq!(efforts("gpt-5.1").unwrap()[0], NotAtAll);
        for unknown in ["gpt-5-codex", "gpt-5.1-codex-max", "gpt-4o", "gpt-6-sol", "gpt-5-2025"] {
            assert_eq!(efforts(unknown), None, "{unknown}");
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
