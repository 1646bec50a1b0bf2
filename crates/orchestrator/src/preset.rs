//! Ready-made settings. The three presets are the seed's; the profiles' numbers are the executor's.

use std::str::FromStr;

use crate::hierarchy::ExecutiveMode;

/// A kind of task with a proven shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// 15 workers, synthesizers and an executive; research, analysis, news.
    Research,
    /// 10 workers, synthesizers, no executive; coding, testing, documentation.
    Software,
    /// 8 workers, a synthesizer, no executive; analysis, financial, technical.
    Analysis,
}

/// The text names no preset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no preset: there are research, software and analysis")]
pub struct UnknownPreset(String);

impl Preset {
    /// How many workers.
    pub fn workers(self) -> u32 {
        match self {
            Self::Research => 15,
            Self::Software => 10,
            Self::Analysis => 8,
        }
    }

    /// Whether an executive concludes.
    pub fn executive(self) -> ExecutiveMode {
        match self {
            Self::Research => ExecutiveMode::Auto,
            Self::Software | Self::Analysis => ExecutiveMode::Never,
        }
    }

    /// The specializations given to workers in turn.
    pub fn specializations(self) -> [&'static str; 3] {
        match self {
            Self::Research => ["research", "analysis", "news"],
            Self::Software => ["coding", "testing", "documentation"],
            Self::Analysis => ["analysis", "financial", "technical"],
        }
    }
}

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "research" => Ok(Self::Research),
            "software" => Ok(Self::Software),
            "analysis" => Ok(Self::Analysis),
            other => Err(UnknownPreset(other.to_owned())),
        }
    }
}
