//! The shapes on the wire: exact in what we send, tolerant in what we read.

pub(super) mod answer;
pub(super) mod request;
