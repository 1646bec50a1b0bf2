//! The shape of one model call: a request, and a response whole or as a stream of deltas.

mod delta;
mod hash;
mod image;
mod message;
mod reasoning;
mod request;
mod response;
mod size;
mod tool;

pub use delta::{ChatDelta, ChatEnd, ChatStream, PartialResponse, collect, stream_of};
pub use hash::{RequestHash, RequestHashError};
pub use image::{Image, ImageSource};
pub use message::{ContentPart, Message, Role};
pub use reasoning::{Reasoning, ReasoningEffort};
pub use request::{ChatRequest, JsonSchema};
pub use response::{AnswerSource, ChatResponse, FinishReason};
pub use tool::{ToolCall, ToolChoice, ToolResult, ToolSpec};
