//! The shape of one model call: a request, and a response whole or as a stream of deltas.

mod delta;
mod message;
mod request;
mod response;
mod tool;

pub use delta::{ChatDelta, ChatEnd, ChatStream, collect, stream_of};
pub use message::{ContentPart, Message, Role};
pub use request::{ChatRequest, JsonSchema};
pub use response::{ChatResponse, FinishReason};
pub use tool::{ToolCall, ToolResult, ToolSpec};
