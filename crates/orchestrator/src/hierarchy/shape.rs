//! What a caller may choose about the form of the pyramid.

use thiserror::Error;

/// The most nodes a hierarchy may have, 2²⁶, those that were added included.
///
/// Lists of inputs are kept as 32-bit ranges of one vector. In the worst case a result is passed
/// up, and listed again, at every step; with at most 26 steps below the executive, this bound
/// keeps all ranges within 32 bits whatever fails. (They take less than half of that. The rest is
/// for the lists that splits write.)
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

/// Which workers come to lie in one group.
///
/// ```
/// use ziggurat::hierarchy::{End, Grouping, Hierarchy, NodeId, Shape};
///
/// let shape = Shape { grouping: Grouping::AsCompleted, ..Shape::default() };
/// let mut run = Hierarchy::new(10, shape)?;
///
/// // The first worker is a straggler. The five that end first are merged all the same.
/// for worker in [7, 2, 9, 1, 4] {
///     run.record(NodeId(worker), End::Completed { tokens: 300 })?;
/// }
/// assert_eq!(run.inputs(NodeId(10)), [7, 2, 9, 1, 4].map(NodeId));
/// assert_eq!(run.parent(NodeId(2)), Some(NodeId(10)));
/// assert_eq!(run.parent(NodeId(0)), Some(NodeId(11)), "it delays the last group only");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// Neighbours in the plan: the same groups in every run.
    #[default]
    PlanOrder,
    /// Workers that end one after the other, with a result or without: the first groups are
    /// complete as soon as may be. The steps above stay in order.
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
    /// Which workers come to lie in one group (neighbours in the plan).
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
