//! The shapes on the wire: exact in what we send, tolerant in what we read.

mod answer;
mod request;

pub(super) use answer::{
    Block, BlockDelta, BlockStart, BlockStop, EventKind, Message, MessageDelta, MessageStart,
    Models, Usage,
};
pub(super) use request::{
    Format, Input, OutputConfig, Prompt, Request, Said, Source, Thinking, Tool, ToolChoice, Turn,
};
