//! The suite of decomposers: what a plan owes the task, the number of workers, and the model that made it.

pub(super) mod counts;
pub(super) mod ending;
pub(super) mod material;
pub(super) mod model;
pub(super) mod plans;
mod subject;
mod tasks;

pub use subject::DecomposerSubject;
