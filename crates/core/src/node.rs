//! How one agent of a run is named and placed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A tier of the pyramid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Makes the plan.
    Decomposer,
    /// Works on one subtask.
    Worker,
    /// Merges results of the step below.
    Synthesizer,
    /// Concludes at the summit.
    Executive,
}

impl Tier {
    /// The letter that ids of the tier begin with.
    pub fn letter(self) -> char {
        match self {
            Self::Decomposer => 'D',
            Self::Worker => 'W',
            Self::Synthesizer => 'S',
            Self::Executive => 'E',
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decomposer => "decomposer",
            Self::Worker => "worker",
            Self::Synthesizer => "synthesizer",
            Self::Executive => "executive",
        })
    }
}

/// A node of the pyramid as events show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeInfo {
    /// The tier's letter and a number from 1: `D1`, `W3`, `S2`, `E1`. What source marks name.
    pub id: String,
    /// The tier.
    pub tier: Tier,
    /// The step of the pyramid: 0 for workers (and the decomposer), rising to the summit.
    pub step: u32,
    /// The position within the step, from 0, in plan order.
    pub index: u32,
    /// The ids of the nodes it merges; empty for workers and the decomposer.
    pub inputs: Vec<String>,
}
