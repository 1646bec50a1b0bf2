//! The ziggurat command: run a pyramid of agents on a task and your documents
#![warn(missing_docs)]
#![forbid(unsafe_code)]
