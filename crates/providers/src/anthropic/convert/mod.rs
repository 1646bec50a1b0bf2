//! Between our vocabulary and the wire's, both ways.

mod answer;
mod messages;
mod request;
mod thinking;

pub(super) use answer::{listing, response, thoughts, usage};
pub(super) use request::{counted, request};
pub use thinking::DEFAULT_MAX_TOKENS;

/// The id of a call that came without one, so that its result can name it.
pub(super) fn call_id(index: usize) -> String {
    format!("call_{index}")
}
