//! The shapes on the wire: exact in what we send, tolerant in what we read.

mod answer;
mod content;
mod marks;
pub(super) mod request;
mod text;

pub(super) use answer::{Answer, Call, Choice, Function, Message, Usage};
pub(super) use content::Content;
