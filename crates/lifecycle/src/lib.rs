//! The state of agents and runs in Ziggurat, as a fold over events
#![warn(missing_docs)]
#![forbid(unsafe_code)]
