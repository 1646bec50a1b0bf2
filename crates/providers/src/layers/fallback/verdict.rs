//! Which failures pass a call on: the table at the head of the layer, as code.

use ziggurat_core::ErrorKind;

/// What follows from a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The next model is asked.
    Next,
    /// The call has failed.
    Stop,
}

/// What follows from a failure of this kind, of the primary or of an alternative.
pub(super) fn verdict(kind: ErrorKind, of_primary: bool) -> Verdict {
    use ErrorKind::{
        Auth, Budget, Connect, ContextLength, Interrupted, InvalidRequest, ModelNotFound,
        Permission, Protocol, Quota, RateLimit, Server, Timeout, Unsupported,
    };
    match kind {
        RateLimit | Server | Connect | Interrupted | Timeout => Verdict::Next,
        Protocol | Unsupported => Verdict::Next,
        Auth | Permission | Quota | ModelNotFound => Verdict::Next,
        // Who is next then depends on the sizes.
        ContextLength => Verdict::Next,
        InvalidRequest | Budget if !of_primary => Verdict::Next,
        _ => Verdict::Stop,
    }
}
