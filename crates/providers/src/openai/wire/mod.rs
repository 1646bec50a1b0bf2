//! The shapes on the wire: exact in what we send, tolerant in what we read.

mod answer;
mod request;

pub(super) use answer::{Answer, Call, Choice, Content, Function, Usage};
pub(super) use request::{
    Request, RequestCall, RequestFunction, RequestMessage, ResponseFormat, SchemaFormat,
    StreamOptions, Tool, ToolFunction,
};
