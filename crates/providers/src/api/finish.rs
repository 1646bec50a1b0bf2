//! An answer that stopped before its end, told apart from one that ended.

/// Why what has arrived is not a whole answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cut {
    /// The connection ended without a reason.
    #[error("the stream stopped before its end")]
    Silent,
    /// The server gave this reason, which is none to stop at.
    #[error("the server broke its answer off ({0})")]
    BrokenOff(String),
}
