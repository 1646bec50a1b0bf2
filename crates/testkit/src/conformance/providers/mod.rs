//! The suite of providers: a file for each part of the contract, a function for each line.

pub(super) mod answers;
pub(super) mod cancelling;
pub(super) mod failures;
pub(super) mod models;
pub(super) mod requests;
pub(super) mod sharing;
pub(super) mod stage;
pub(super) mod streams;
mod subject;

pub use stage::Stage;
pub use subject::Subject;
