//! The shapes on the wire: exact in what we send, tolerant in what we read.

mod answer;
mod request;

pub(super) use answer::{Answer, Call, Message};
pub(super) use request::{
    Options, Request, RequestCall, RequestFunction, RequestMessage, Think, Tool, ToolFunction,
};
