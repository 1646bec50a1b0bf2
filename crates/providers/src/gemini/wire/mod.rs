//! The shapes on the wire: exact in what we send, tolerant in what we read.

mod answer;
mod request;

pub(super) use answer::{Answer, FunctionCall as AnswerCall, Part as AnswerPart, Usage};
pub(super) use request::{
    Blob, Content, Counted, FileData, FunctionCall, FunctionCallingConfig, FunctionDeclaration,
    FunctionResponse, GenerationConfig, Level, Mode, Part, Payload, Request, ThinkingConfig,
    ToolConfig, Tools,
};
