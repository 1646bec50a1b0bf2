//! How a model is told how much to think. There are two ways to say it, a budget of tokens and a level,
//! and a model refuses the one that is not its own; which it is, and within what bounds, is known by its
//! name alone.

use std::cmp::Reverse;

use ziggurat_core::chat::ReasoningEffort;

use super::names::bare;
use super::wire::{Level, ThinkingConfig};

/// What a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// It does not think.
    Never,
    /// A number of tokens between two bounds; `off` is the nearest to not thinking at all.
    Budget { off: u32, least: u32, most: u32 },
    /// One of these.
    Levels(&'static [Level]),
}

const ALL: Manner = Manner::Levels(&[Level::Minimal, Level::Low, Level::Medium, Level::High]);
const FROM_LOW: Manner = Manner::Levels(&[Level::Low, Level::Medium, Level::High]);
const ENDS: Manner = Manner::Levels(&[Level::Low, Level::High]);
const GEMMA: Manner = Manner::Levels(&[Level::Minimal, Level::High]);

/// The vendor's own equivalents of levels in tokens, from its OpenAI-compatible endpoint.
const LOW: u32 = 1024;
const MEDIUM: u32 = 8192;
const HIGH: u32 = 24_576;

/// What is sent for this effort; nothing to a model that does not think.
pub(super) fn config(model: &str, effort: ReasoningEffort) -> Option<ThinkingConfig> {
    let quiet = matches!(effort, ReasoningEffort::None | ReasoningEffort::Budget(0));
    let config =
        ThinkingConfig { thinking_budget: None, thinking_level: None, include_thoughts: !quiet };
    // Of a name that is not known the newest manner is taken to be its own.
    match manner(model).unwrap_or(FROM_LOW) {
        Manner::Never => None,
        Manner::Budget { off, least, most } => {
            let tokens = if quiet { off } else { tokens(effort).clamp(least, most) };
            Some(ThinkingConfig { thinking_budget: Some(tokens), ..config })
        }
        Manner::Levels(levels) => {
            let thinking_level = nearest(level(effort), levels);
            Some(ThinkingConfig { thinking_level, ..config })
        }
    }
}

/// Whether a model thinks, if its name tells.
pub(super) fn thinks(model: &str) -> Option<bool> {
    Some(manner(model)? != Manner::Never)
}

fn manner(model: &str) -> Option<Manner> {
    let name = bare(model);
    match name {
        "gemini-flash-latest" | "gemini-pro-latest" => return Some(FROM_LOW),
        "gemini-flash-lite-latest" => return Some(ALL),
        _ => {}
    }
    if let Some(version) = name.strip_prefix("gemma-") {
        return Some(if version.starts_with('4') { GEMMA } else { Manner::Never });
    }
    let (version, kind) = name.strip_prefix("gemini-")?.split_once('-')?;
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    let (major, minor): (u32, u32) = (major.parse().ok()?, minor.parse().ok()?);
    Some(match (major, minor) {
        (..2, _) | (2, ..5) => Manner::Never,
        (2, _) => budget(kind),
        (3, _) => levels(minor, kind),
        _ => FROM_LOW,
    })
}

/// Of Gemini 2.5, which knows budgets alone.
fn budget(kind: &str) -> Manner {
    if kind.contains("image") || kind.contains("tts") {
        Manner::Never
    } else if kind.starts_with("pro") {
        Manner::Budget { off: 128, least: 128, most: 32_768 }
    } else if kind.starts_with("flash-lite") {
        Manner::Budget { off: 0, least: 512, most: HIGH }
    } else {
        Manner::Budget { off: 0, least: 1, most: HIGH }
    }
}

/// Of Gemini 3: its first Pro knows two levels, and the least one is the small models' own.
fn levels(minor: u32, kind: &str) -> Manner {
    if kind.starts_with("flash-lite") || kind.starts_with("flash") && minor < 7 {
        ALL
    } else if kind.starts_with("pro") && minor == 0 {
        ENDS
    } else {
        FROM_LOW
    }
}

fn tokens(effort: ReasoningEffort) -> u32 {
    match effort {
        ReasoningEffort::Budget(tokens) => tokens,
        ReasoningEffort::None | ReasoningEffort::Minimal | ReasoningEffort::Low => LOW,
        ReasoningEffort::Medium => MEDIUM,
        ReasoningEffort::High => HIGH,
        // The most that the model takes.
        _ => u32::MAX,
    }
}

fn level(effort: ReasoningEffort) -> Level {
    match effort {
        ReasoningEffort::None | ReasoningEffort::Minimal | ReasoningEffort::Budget(0) => {
            Level::Minimal
        }
        ReasoningEffort::Low | ReasoningEffort::Budget(..=LOW) => Level::Low,
        ReasoningEffort::Medium | ReasoningEffort::Budget(..=MEDIUM) => Level::Medium,
        _ => Level::High,
    }
}

/// The nearest of these; between two the higher, as the vendor's compatible endpoint has it.
fn nearest(wanted: Level, levels: &[Level]) -> Option<Level> {
    let distance = |level: &Level| (*level as u8).abs_diff(wanted as u8);
    levels.iter().copied().min_by_key(|level| (distance(level), Reverse(*level)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReasoningEffort::*;

    fn sent(model: &str, effort: ReasoningEffort) -> String {
        let Some(config) = config(model, effort) else { return "-".to_owned() };
        match (config.thinking_budget, config.thinking_level) {
            (Some(tokens), Option::None) => tokens.to_string(),
            (Option::None, Some(level)) => format!("{level:?}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_family_is_told_in_its_own_way() {
        let efforts = [None, Minimal, Low, Medium, High, XHigh, Max];
        let rows = [
            ("gemini-1.5-pro", "- - - - - - -"),
            ("gemini-2.0-flash", "- - - - - - -"),
            ("gemini-2.5-flash-image", "- - - - - - -"),
            ("gemma-3-27b-it", "- - - - - - -"),
            ("gemini-2.5-pro", "128 1024 1024 8192 24576 32768 32768"),
            ("models/gemini-2.5-flash", "0 1024 1024 8192 24576 24576 24576"),
            ("gemini-2.5-flash-preview-09-2025", "0 1024 1024 8192 24576 24576 24576"),
            ("gemini-2.5-flash-lite", "0 1024 1024 8192 24576 24576 24576"),
            ("gemini-3-pro-preview", "Low Low Low High High High High"),
            ("gemini-3.1-pro-preview", "Low Low Low Medium High High High"),
            ("gemini-pro-latest", "Low Low Low Medium High High High"),
            ("gemini-3-flash-preview", "Minimal Minimal Low Medium High High High"),
            ("gemini-3.6-flash", "Minimal Minimal Low Medium High High High"),
            ("gemini-3.7-flash", "Low Low Low Medium High High High"),
            ("gemini-3.8-flash", "Low Low Low Medium High High High"),
            ("gemini-flash-latest", "Low Low Low Medium High High High"),
            ("gemini-3.5-flash-lite", "Minimal Minimal Low Medium High High High"),
            ("gemini-flash-lite-latest", "Minimal Minimal Low Medium High High High"),
            ("gemini-4-argon", "Low Low Low Medium High High High"),
            ("gemma-4-31b-it", "Minimal Minimal Minimal High High High High"),
            ("house-model", "Low Low Low Medium High High High"),
        ];
        for (model, expected) in rows {
            let told: Vec<_> = efforts.iter().map(|effort| sent(model, *effort)).collect();
            assert_eq!(told.join(" "), expected, "{model}");
        }
    }

    #[test]
    fn budgets_stay_within_what_a_model_takes_and_become_levels_elsewhere() {
        let budgets = [0, 1, 1024, 1025, 8192, 9000, u32::MAX];
        let rows = [
            ("gemini-2.5-pro", "128 128 1024 1025 8192 9000 32768"),
            ("gemini-2.5-flash", "0 1 1024 1025 8192 9000 24576"),
            ("gemini-2.5-flash-lite", "0 512 1024 1025 8192 9000 24576"),
            ("gemini-3-flash-preview", "Minimal Low Low Medium Medium High High"),
            ("gemini-4-argon", "Low Low Low Medium Medium High High"),
        ];
        for (model, expected) in rows {
            let told: Vec<_> = budgets.iter().map(|tokens| sent(model, Budget(*tokens))).collect();
            assert_eq!(told.join(" "), expected, "{model}");
        }
    }

    #[test]
    fn thoughts_are_wanted_unless_there_shall_be_none() {
        let wanted = |effort| config("gemini-2.5-flash", effort).unwrap().include_thoughts;
        assert!(wanted(Low) && wanted(Budget(5)));
        assert!(!wanted(None) && !wanted(Budget(0)));
    }

    #[test]
    fn nothing_is_claimed_of_a_name_that_is_not_known() {
        assert_eq!(thinks("gemini-2.5-pro"), Some(true));
        assert_eq!(thinks("gemini-2.0-flash"), Some(false));
        for model in ["house-model", "gemini-", "gemini-pro", "gemini-x.y-pro"] {
            assert_eq!(thinks(model), Option::None, "{model}");
        }
    }
}
