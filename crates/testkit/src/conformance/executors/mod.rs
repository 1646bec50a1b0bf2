//! The suite of executors: whatever runs many jobs under a limit, adapted by one small trait, so that neither
//! the suite nor an executor of one's own depends on Ziggurat's.

pub(super) mod batches;
mod census;
pub(super) mod endings;
pub(super) mod limits;
pub(super) mod ordering;
pub(super) mod siblings;
mod subject;

pub use subject::{BatchExecutor, BatchJob, JobEnd};
