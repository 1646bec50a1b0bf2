//! The shapes on the wire: exact in what we send, tolerant in what we read.

mod answer;
pub(super) mod request;

pub(super) use answer::{Answer, Call, Choice, Content, Function, Message, Usage};
