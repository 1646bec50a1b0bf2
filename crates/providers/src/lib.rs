//! Model providers for Ziggurat: OpenAI-compatible servers and the embedded extractive model
#![warn(missing_docs)]
#![forbid(unsafe_code)]
