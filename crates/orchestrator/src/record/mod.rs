//! What a run writes down: how each of its nodes fares, and every event in order.
//!
//! A run of a hundred thousand workers has a quarter of a million events, and each names a node, its
//! tokens and its cost. Kept as they are read they would be most of the memory of a run. So a node is a row
//! of fixed size, an event a line that refers to it, and both are written out when somebody reads them.

mod book;
mod line;
mod outline;
mod reader;
mod row;
mod scribe;

pub(crate) use book::{Book, Record, millis};
pub use reader::EventReader;
pub(crate) use scribe::Scribe;

use crate::hierarchy::NodeId;

/// The decomposer among the nodes: it stands beside the hierarchy, which begins with the plan.
pub(crate) const DECOMPOSER: NodeId = NodeId(u32::MAX);
