//! The suite of layers: the whole suite of providers around a layer, and what a wrapper owes the provider
//! within.

pub(super) mod context;
pub(super) mod failures;
pub(super) mod forwarding;
mod inner;
pub(super) mod reports;
pub(super) mod sharing;
mod subject;
pub(super) mod twice;

pub(super) use inner::Inner;
pub use subject::LayerSubject;
