//! What a caller may choose about the form of the pyramid.

use thiserror::Error;

/// The most nodes a hierarchy may have, 2²⁶.
///
/// Lists of inputs are kept as 32-bit ranges of one vector. In the worst case a result is passed
/// up, and listed again, at every step; with at most 26 steps below the executive, this bound
/// keeps all ranges within 32 bits whatever fails.
pub const MAX_NODES: u32 = 1 << 26;

/// When there is an executive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExecutiveMode {
    /// Above two or more synthesizers.
    #[default]
    Auto,
    /// Always, over whatever is topmost without it.
    Always,
    /// Never: the topmost step is the result, as sections.
    Never,
}

/// Which results a merge takes together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// Neighbours of the plan.
    #[default]
    PlanOrder,
    /// Those that are there first.
    AsCompleted,
}

/// The form of a pyramid; the number of workers comes separately, with the plan.
///
/// ```
/// use ziggurat::hierarchy::{ExecutiveMode, Shape};
///
/// let shape = Shape { executive: ExecutiveMode::Never, ..Shape::default() };
/// assert_eq!(shape.fan_in, 5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// About how many results one merge takes (5): at least this, less than twice this, for
    /// synthesizers. At least 2.
    pub fan_in: u32,
    /// Whether there are synthesizers (yes).
    pub synthesizers: bool,
    /// When there is an executive.
    pub executive: ExecutiveMode,
    /// How many results may wait to be merged before merges go ahead of workers (80: eight times
    /// the default concurrency).
    pub merge_backlog: u32,
    /// Which results a merge takes together (neighbours of the plan).
    pub grouping: Grouping,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            fan_in: 5,
            synthesizers: true,
            executive: ExecutiveMode::Auto,
            merge_backlog: 80,
            grouping: Grouping::PlanOrder,
        }
    }
}

/// No hierarchy has this shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ShapeError {
    /// There is nothing to do.
    #[error("a hierarchy needs at least one worker")]
    NoWorkers,
    /// A fan-in of one would add steps that never become narrower.
    #[error("a fan-in of {fan_in} cannot narrow a step; it must be at least 2")]
    FanIn {
        /// The fan-in asked for.
        fan_in: u32,
    },
    /// More than [`MAX_NODES`].
    #[error("{nodes} nodes are more than the {MAX_NODES} a hierarchy may have")]
    TooManyNodes {
        /// How many it would take, merges included.
        nodes: u64,
    },
}
