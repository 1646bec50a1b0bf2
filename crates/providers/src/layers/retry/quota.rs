//! The retries that all calls of a layer have together. Without it a dead server gets three times the
//! calls of a living one, and gets them when it can bear them least.

use std::sync::{Mutex, MutexGuard, PoisonError};

use ziggurat_core::ErrorKind;

/// How much there is: as in the AWS clients' standard mode.
const FULL: u32 = 500;

/// What a retry takes.
const RETRY: u32 = 14;

/// What a call that succeeds at once gives.
const SUCCESS: u32 = 1;

/// A bucket of retries.
#[derive(Debug)]
pub(super) struct Quota(Mutex<u32>);

impl Default for Quota {
    fn default() -> Self {
        Self(Mutex::new(FULL))
    }
}

impl Quota {
    /// Takes a retry after a failure of this kind: how much that took, or `None` if there is not enough.
    pub(super) fn take(&self, kind: ErrorKind) -> Option<u32> {
        let price = if kind == ErrorKind::RateLimit { 0 } else { RETRY };
        let mut left = self.left();
        *left = left.checked_sub(price)?;
        Some(price)
    }

    /// A call has succeeded: with its last retry having taken this, or at once.
    pub(super) fn succeeded(&self, taken: Option<u32>) {
        let mut left = self.left();
        *left = (*left + taken.unwrap_or(SUCCESS)).min(FULL);
    }

    fn left(&self) -> MutexGuard<'_, u32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bucket_gives_none_and_successes_fill_it_up_to_its_brim() {
        let quota = Quota::default();
        let took = std::iter::from_fn(|| quota.take(ErrorKind::Server)).count();
        assert_eq!(took, 35);
        assert_eq!(quota.take(ErrorKind::RateLimit), Some(0), "it says later, and so it lives");
        for _ in 0..4 {
            quota.succeeded(None);
        }
        assert_eq!(quota.take(ErrorKind::Connect), Some(RETRY), "10 were left, and 4 came");
        for _ in 0..2 * FULL {
            quota.succeeded(Some(RETRY));
        }
        assert_eq!(*quota.left(), FULL);
    }
}
