//! The pyramid as a pure state machine: ends go in, work comes out.
//!
//! This module knows no clock, no provider and no text - only sizes. A driver asks
//! [`Hierarchy::next_ready`] what to start, runs it by whatever means it has, and says how it
//! ended with [`Hierarchy::record`]. Because nothing else ever changes the state, the state is a
//! fold over the ends: a journal of ends resumes a run, another process can drive the same
//! hierarchy, and a test can simulate a million nodes without a runtime. Two more things may be told
//! it and belong in the journal: stops, and splits.
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
//! Groups are contiguous and their sizes differ by at most one, the larger first. [`ExecutiveMode`]
//! and [`Shape::synthesizers`] switch the upper parts off, or an executive on over any width, a
//! single node included. Ids count the workers first, in plan order, then the synthesizers step by
//! step, and the executive last, so a child's id is below its parent's. These ids never change;
//! nodes that are added later have ids above all of them.
//!
//! # Grouping
//!
//! [`Grouping`] says which workers come to lie in one group. In plan order, the default, it is
//! neighbours in the plan: every run groups them alike, and a straggler delays its own group and what
//! is above that. As completed, the worker that is the `k`-th to end, with a result or without, takes
//! position `k`: the first groups are complete as soon as may be, and a straggler delays the last
//! group only. Who is in which group is then decided by the order of ends, and is provisional until
//! they have ended; a replay of the ends in order gives the same groups. Steps above the first are
//! in order in either case, and where nothing merges the workers they stay in plan order.
//!
//! # Splitting
//!
//! A merge may turn out to have more to read than its model takes. [`Hierarchy::split`] puts added
//! merges under it, each over a group of its inputs, and it waits for these; inputs in no group stay
//! with it. Added nodes obey every rule that holds of merges - one that fails passes its inputs up to
//! the node it is under - and may be split too, as may the node once it is ready again.
//!
//! # Order of work
//!
//! There are no barriers: a merge is [`Ready`](NodeState::Ready) as soon as its own children have
//! ended, whatever the rest of its step is doing. Among ready nodes the one with the longest
//! remaining path to the summit goes first (Hu's order, optimal for trees of equal tasks), so
//! workers go before merges. An added node is as far away as a node one step below the one it is
//! under: it goes before that one, and among nodes as far away the lowest id goes first. Followed
//! alone, that order would hold every worker's result in
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
//!   that call is what was asked for. So is an added node over a single input.)
//! * A stop ends what is below a merge before it, added nodes before the node they are under.
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
mod places;
mod query;
mod ready;
mod shape;
mod split;
mod splits;
mod state;

pub use effects::{Effects, IllegalTransition};
pub(crate) use layout::Layout;
pub use machine::Hierarchy;
pub use node::{NodeId, NodeKind};
pub use shape::{ExecutiveMode, Grouping, MAX_NODES, Shape, ShapeError};
pub use split::SplitError;
pub use state::{End, NodeState};
