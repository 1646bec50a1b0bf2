//! The scripted provider's promises, one test each.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod behaviour;
mod choice;
mod faults;
mod record;
mod turns;

use ziggurat_core::{ChatRequest, Message};

fn ask(text: &str) -> ChatRequest {
    ChatRequest::new("m", [Message::user(text)])
}
