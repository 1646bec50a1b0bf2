//! What each generation of Claude takes, since the API refuses what it does not take, and its list of
//! models says nothing here. The name tells, at the vendor and behind gateways
//! (`anthropic/claude-opus-4.8`, `us.anthropic.claude-opus-4-7`) alike.

use ziggurat_core::chat::ReasoningEffort;

/// What a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Model {
    /// Whether thinking can be bounded by a budget of tokens.
    pub(super) budgets: bool,
    /// Whether it can decide itself how much to think.
    pub(super) adaptive: bool,
    /// How its thinking is turned off.
    pub(super) off: Off,
    /// The levels of effort that it knows.
    pub(super) efforts: Efforts,
    /// Whether it takes a temperature or a `top_p`.
    pub(super) takes_sampling: bool,
    /// Whether its answers can be bound to a schema.
    pub(super) obeys_schema: bool,
}

/// How thinking is turned off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Off {
    /// By its name.
    Disabled,
    /// Only notes between calls of tools are left.
    BetweenTools,
    /// Not at all.
    Never,
}

/// Levels of effort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Efforts {
    /// None: the parameter is refused.
    Unknown,
    /// `low` to `high`.
    ToHigh,
    /// These and `max`.
    WithMax,
    /// These and `xhigh`.
    All,
}

impl Efforts {
    /// The nearest level that the model knows and that costs no more than the one asked for.
    pub(super) fn nearest(self, effort: ReasoningEffort) -> Option<&'static str> {
        use ReasoningEffort::{High, Low, Max, Medium, Minimal, None as Off, XHigh};
        if self == Self::Unknown {
            return None;
        }
        Some(match effort {
            Off | Minimal | Low => "low",
            Medium => "medium",
            High => "high",
            XHigh if self == Self::All => "xhigh",
            Max if self != Self::ToHigh => "max",
            XHigh | Max => "high",
            _ => return None,
        })
    }
}

impl Model {
    /// A model that is none of Claude's: nothing is known against it.
    const STRANGER: Self = Self {
        budgets: true,
        adaptive: true,
        off: Off::Disabled,
        efforts: Efforts::All,
        takes_sampling: true,
        obeys_schema: true,
    };

    /// Since Opus 4.7: no budgets, no sampling.
    const CURRENT: Self = Self { budgets: false, takes_sampling: false, ..Self::STRANGER };

    /// The 4.6 generation: both ways of thinking.
    const BETWEEN: Self = Self { efforts: Efforts::WithMax, ..Self::STRANGER };

    /// Before: thinking by budget alone.
    const EARLY: Self = Self { adaptive: false, efforts: Efforts::Unknown, ..Self::STRANGER };

    /// The model of this name; one of an unknown Claude is taken for a current one.
    pub(super) fn of(name: &str) -> Self {
        Self::named(name).unwrap_or(Self::STRANGER)
    }

    /// The model of this name, if it is one of Claude's.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (family, version) = parse(name)?;
        let current = |off| Self { off, ..Self::CURRENT };
        Some(match (family, version) {
            ("opus" | "sonnet", (4, 6)) => Self::BETWEEN,
            ("opus", (4, 5)) => Self { efforts: Efforts::ToHigh, ..Self::EARLY },
            (_, (1..=3, _) | (4, 0..=5)) => Self { obeys_schema: version >= (4, 5), ..Self::EARLY },
            ("opus", (5.., 5..)) | ("fable" | "mythos", _) => current(Off::Never),
            ("sonnet", (5.., 5..)) => current(Off::BetweenTools),
            _ => Self::CURRENT,
        })
    }
}

/// Family and version in a name: `claude-opus-4-7-20260416` is `opus`, (4, 7). The third generation
/// has its version first: `claude-3-7-sonnet-latest`. Without a version it is (0, 0).
fn parse(name: &str) -> Option<(&str, (u32, u32))> {
    let (_, name) = name.rsplit_once("claude-")?;
    let words = || name.split(['-', '.', '@', ':', '/']);
    let family = words().find(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))?;
    // A longer number is a date.
    let mut numbers = words().filter(|word| word.len() <= 2).filter_map(|word| word.parse().ok());
    Some((family, (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_all_their_spellings() {
        let rows = [
            ("claude-opus-4-7-20260416", ("opus", (4, 7))),
            ("claude-opus-4-20250514", ("opus", (4, 0))),
            ("claude-sonnet-5", ("sonnet", (5, 0))),
            ("claude-3-7-sonnet-latest", ("sonnet", (3, 7))),
            ("claude-3-haiku-20240307", ("haiku", (3, 0))),
            ("anthropic/claude-opus-4.8", ("opus", (4, 8))),
            ("us.anthropic.claude-haiku-4-5-20251001-v1:0", ("haiku", (4, 5))),
            ("claude-haiku-4-5@20251001", ("haiku", (4, 5))),
            ("claude-mythos-preview", ("mythos", (0, 0))),
        ];
        for (name, expected) in rows {
            assert_eq!(parse(name), Some(expected), "{name}");
        }
        for name in ["tiny", "gpt-5", "claude", "claude-", "claude-9"] {
            assert_eq!(parse(name), None, "{name}");
        }
    }

    #[test]
    fn each_generation_takes_what_the_vendor_s_tables_say() {
        use Efforts::{All, ToHigh, Unknown, WithMax};
        // Budgets, adaptive, how off, efforts, sampling.
        let rows = [
            ("claude-3-7-sonnet-latest", (true, false, Off::Disabled, Unknown, true)),
            ("claude-opus-4-1", (true, false, Off::Disabled, Unknown, true)),
            ("claude-sonnet-4-5", (true, false, Off::Disabled, Unknown, true)),
            ("claude-haiku-4-5", (true, false, Off::Disabled, Unknown, true)),
            ("claude-opus-4-5-20251101", (true, false, Off::Disabled, ToHigh, true)),
            ("claude-opus-4-6", (true, true, Off::Disabled, WithMax, true)),
            ("claude-sonnet-4-6", (true, true, Off::Disabled, WithMax, true)),
            ("claude-opus-4-7", (false, true, Off::Disabled, All, false)),
            ("claude-opus-4-8", (false, true, Off::Disabled, All, false)),
            ("claude-opus-5", (false, true, Off::Disabled, All, false)),
            ("claude-sonnet-5", (false, true, Off::Disabled, All, false)),
            ("claude-haiku-5-5", (false, true, Off::Disabled, All, false)),
            ("claude-sonnet-5-5", (false, true, Off::BetweenTools, All, false)),
            ("claude-opus-5-5", (false, true, Off::Never, All, false)),
            ("claude-fable-5-1", (false, true, Off::Never, All, false)),
            ("claude-mythos-5", (false, true, Off::Never, All, false)),
            ("claude-opus-6", (false, true, Off::Disabled, All, false)),
            ("tiny", (true, true, Off::Disabled, All, true)),
        ];
        for (name, expected) in rows {
            let Model { budgets, adaptive, off, efforts, takes_sampling, .. } = Model::of(name);
            assert_eq!((budgets, adaptive, off, efforts, takes_sampling), expected, "{name}");
        }
    }

    #[test]
    fn a_level_that_is_not_there_becomes_the_nearest_below() {
        use ReasoningEffort::{Low, Max, Minimal, XHigh};
        assert_eq!(Efforts::All.nearest(XHigh), Some("xhigh"));
        assert_eq!(Efforts::WithMax.nearest(XHigh), Some("high"));
        assert_eq!(Efforts::WithMax.nearest(Max), Some("max"));
        assert_eq!(Efforts::ToHigh.nearest(Max), Some("high"));
        assert_eq!(Efforts::ToHigh.nearest(Minimal), Some("low"));
        assert_eq!(Efforts::Unknown.nearest(Low), None);
    }
}
