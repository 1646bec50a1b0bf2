//! What is made of a failed attempt, and how a failure that is final says why.

use std::time::Duration;

use ziggurat_core::ProviderError;

/// What comes after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Another one, after this pause.
    Again(Duration),
    Final(Final),
}

/// Why there is no other attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Final {
    /// Another one would fail alike.
    Hopeless,
    /// It was the last.
    Exhausted,
    /// The server asks for more time than it is granted.
    TooLong(Duration),
    /// The deadline comes first.
    Deadline,
    /// Too many calls fail.
    Quota,
}

impl Final {
    /// The error of the last attempt, which no other layer retries.
    pub(super) fn end(self, error: ProviderError, attempts: u32) -> ProviderError {
        let made = match attempts {
            1 => String::new(),
            attempts => format!("; {attempts} attempts were made"),
        };
        let why = match self {
            Self::Hopeless | Self::Exhausted => String::new(),
            Self::TooLong(hint) => {
                format!("; the server asks to wait {} s, which is too long", hint.as_secs())
            }
            Self::Deadline => "; the deadline comes before another attempt".to_owned(),
            Self::Quota => "; no other attempt, since most calls fail".to_owned(),
        };
        let message = format!("{}{made}{why}", error.message());
        error.with_message(message).with_should_retry(false)
    }
}
