//! A request that the recording has no answer to. It is told as loudly as can be: a replay that made
//! something up would be no evidence of anything.

use std::fmt;

use ziggurat_core::chat::RequestHash;

/// A request that the recording has no answer to.
///
/// Whoever made it got an error of the kind
/// [`InvalidRequest`](ziggurat_core::ErrorKind::InvalidRequest) with these words (`Display`), which no layer
/// tries again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Miss {
    /// The model that was asked: `provider/model`.
    pub model: String,
    /// The hash of the request.
    pub hash: RequestHash,
    /// Why there is no answer.
    pub cause: MissCause,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissCause {
    /// All its answers have been given.
    UsedUp {
        /// How many there were.
        recorded: usize,
    },
    /// Nobody asked that when it was recorded.
    Unknown {
        /// The recorded call that is most like it, if there is any.
        nearest: Option<u64>,
        /// How the requests differ, in lines of JSON: `-` was recorded, `+` is asked. At most 41 lines of
        /// 160 characters.
        diff: String,
    },
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = self.hash.to_string();
        let asked = format!("request {} to {}", &hash[..12], self.model);
        match &self.cause {
            MissCause::UsedUp { recorded } => write!(
                f,
                "the recording has no more answers to {asked}; it had {recorded}: record it anew, or ask as \
                 often as it was asked"
            ),
            MissCause::Unknown { nearest: None, .. } => {
                write!(
                    f,
                    "the recording has no answer to {asked}, nor to any other: record it anew"
                )
            }
            MissCause::Unknown { nearest: Some(seq), diff } => write!(
                f,
                "the recording has no answer to {asked}: record it anew, or ask as it was asked. Its \
                 nearest is call {seq} (- recorded, + asked):\n{diff}"
            ),
        }
    }
}
