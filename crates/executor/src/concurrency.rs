//! The limit as a type of its own.
//!
//! A limit of zero would wait for ever. It is ruled out once, where the number enters the program,
//! so that nothing further in has to check it or can forget to.

use std::fmt;
use std::num::NonZeroUsize;

/// How many jobs may run at once: at least one.
///
/// ```
/// use ziggurat_executor::Concurrency;
///
/// # fn main() -> Result<(), ziggurat_executor::ZeroConcurrency> {
/// assert_eq!(Concurrency::new(12)?.get(), 12);
/// assert_eq!(Concurrency::default(), Concurrency::DEFAULT);
/// assert!(Concurrency::new(0).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Concurrency(NonZeroUsize);

/// The limit was zero, under which no job could ever start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the concurrency limit is 0; it must be at least 1")]
pub struct ZeroConcurrency;

impl Concurrency {
    /// 4 at once: the profile for strict rate limits.
    pub const CONSERVATIVE: Self = Self::constant(4);
    /// 8 at once: the profile for ordinary accounts.
    pub const MODERATE: Self = Self::constant(8);
    /// 16 at once: the profile for generous limits and local servers.
    pub const AGGRESSIVE: Self = Self::constant(16);
    /// 10 at once: what [`Default`] gives, and the default of the system whose patterns Ziggurat
    /// follows.
    pub const DEFAULT: Self = Self::constant(10);

    /// A limit of `limit` jobs.
    ///
    /// # Errors
    /// [`ZeroConcurrency`] if `limit` is 0.
    pub const fn new(limit: usize) -> Result<Self, ZeroConcurrency> {
        match NonZeroUsize::new(limit) {
            Some(limit) => Ok(Self(limit)),
            None => Err(ZeroConcurrency),
        }
    }

    /// The limit as a number, at least 1.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0.get()
    }

    /// For the constants above, none of which is 0.
    const fn constant(limit: usize) -> Self {
        match NonZeroUsize::new(limit) {
            Some(limit) => Self(limit),
            None => Self(NonZeroUsize::MIN),
        }
    }
}

impl Default for Concurrency {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl From<NonZeroUsize> for Concurrency {
    fn from(limit: NonZeroUsize) -> Self {
        Self(limit)
    }
}

impl TryFrom<usize> for Concurrency {
    type Error = ZeroConcurrency;

    fn try_from(limit: usize) -> Result<Self, ZeroConcurrency> {
        Self::new(limit)
    }
}

impl fmt::Display for Concurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
