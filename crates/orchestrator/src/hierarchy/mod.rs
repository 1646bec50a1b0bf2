//! The pyramid as a pure state machine: ends go in, work comes out.
//!
//! This module knows no clock, no provider and no text - only sizes. A driver asks
//! [`Hierarchy::next_ready`] what to start, runs it by whatever means it has, and says how it
//! ended with [`Hierarchy::record`]. Because nothing else ever changes the state, the state is a
//! fold over the ends: a journal of ends resumes a run, another process can drive the same
//! hierarchy, and a test can simulate a million nodes without a runtime.
//!
//! # The shape
//!
//! A step of `width` nodes gets the next step above it by its [`Shape::fan_in`], `f`:
//!
//! | width | above it |
//! |---|---|
//! | less than `f` workers | nothing: the workers' results are the sections of the result |
//! | `f ..= 2f-1` workers | one synthesizer |
//! | at least `2f` nodes | `width / f` synthesizers, rounded down, then the same question again |
//! | `2 ..= 2f-1` synthesizers | the executive |
//!
//! Rounding down is what keeps a merge from having a single input; it costs groups of up to
//! `2f-1`. With the default `f = 5` the numbers are:
//!
//! | workers | synthesizers | executive |
//! |---|---|---|
//! | 1-4 | 0 | no |
//! | 5-9 | 1 | no |
//! | 10-14 | 2 | yes |
//! | 15-19 | 3 | yes |
//! | 25 | 5 | yes |
//! | 50 | 10, then 2 | yes |
//! | 100 | 20, then 4 | yes |
//!
//! Groups are contiguous in plan order and their sizes differ by at most one, the larger first.
//! [`ExecutiveMode`] and [`Shape::synthesizers`] switch the upper parts off, or an executive on
//! over any width, a single node included. Ids count the workers first, in plan order, then the
//! synthesizers step by step, and the executive last, so a child's id is below its parent's.
//!
//! # Order of work
//!
//! There are no barriers: a merge is [`Ready`](NodeState::Ready) as soon as its own children have
//! ended, whatever the rest of its step is doing. Among ready nodes the one with the longest
//! remaining path to the summit goes first (Hu's order, optimal for trees of equal tasks), so
//! workers go before merges. Followed alone, that order would hold every worker's result in
//! memory before the first merge; hence once more than [`Shape::merge_backlog`] results wait, ready
//! merges go first.
//!
//! # Failure
//!
//! What was paid for is never lost, and no call is made that has nothing to do:
//!
//! * A worker that did not complete has no result.
//! * A merge that did not complete stands aside: its inputs take its place, in order, at its
//!   parent, or in the [summit](Hierarchy::summit) if it has none.
//! * A merge none of whose inputs survived is [`Skipped`](End::Skipped) without a call.
//! * A merge of several children with one surviving input is [`PassedUp`](End::PassedUp) without a
//!   call: there is nothing to merge it with. (An executive demanded over a single node is called;
//!   that call is what was asked for.)
//!
//! # Example
//!
//! ```
//! use ziggurat::hierarchy::{End, Hierarchy, NodeId, NodeKind, Shape};
//!
//! let mut hierarchy = Hierarchy::new(12, Shape::default())?;
//! while let Some(node) = hierarchy.next_ready() {
//!     // Here a driver would run the agent; the first synthesizer fails.
//!     let end = match node {
//!         NodeId(12) => End::Failed,
//!         _ => End::Completed { tokens: 400 },
//!     };
//!     hierarchy.record(node, end)?;
//! }
//! assert!(hierarchy.finished());
//!
//! // The executive got the six workers below the failed synthesizer in its place.
//! let executive = NodeId(14);
//! assert_eq!(hierarchy.kind(executive), NodeKind::Executive);
//! let ids: Vec<u32> = hierarchy.inputs(executive).iter().map(|id| id.0).collect();
//! assert_eq!(ids, [0, 1, 2, 3, 4, 5, 13]);
//! assert_eq!(hierarchy.summit(), [executive]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod effects;
mod inputs;
mod layout;
mod machine;
mod node;
mod query;
mod ready;
mod shape;
mod state;

pub use effects::{Effects, IllegalTransition};
pub(crate) use layout::Layout;
pub use machine::Hierarchy;
pub use node::{NodeId, NodeKind};
pub use shape::{ExecutiveMode, Grouping, MAX_NODES, Shape, ShapeError};
pub use state::{End, NodeState};
