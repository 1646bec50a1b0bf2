//! The quota of a layer's retries. A bound on the attempts of one call does not protect a server that is
//! down from three times its load; what all calls share does.

use std::mem;
use std::sync::atomic::{AtomicU32, Ordering};

const FULL: u32 = 500;
const COST: u32 = 14;
/// What a call brings that succeeds at once.
const GIFT: u32 = 1;

/// What is left.
#[derive(Debug)]
pub(super) struct Quota(AtomicU32);

impl Default for Quota {
    fn default() -> Self {
        Self(AtomicU32::new(FULL))
    }
}

impl Quota {
    /// Takes what a retry costs, if there is as much.
    pub(super) fn draw(&self) -> Option<Loan<'_>> {
        let less = |left: u32| left.checked_sub(COST);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).ok()?;
        Some(Loan { quota: self, amount: COST })
    }

    /// An attempt succeeded: a first one, or a retry that took so much.
    pub(super) fn succeeded(&self, drawn: Option<u32>) {
        self.give(drawn.unwrap_or(GIFT));
    }

    fn give(&self, amount: u32) {
        let more = |left: u32| Some(left.saturating_add(amount).min(FULL));
        // It never refuses.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }
}

/// What was taken for a retry that has not begun; dropped before, it goes back.
#[derive(Debug)]
pub(super) struct Loan<'a> {
    quota: &'a Quota,
    amount: u32,
}

impl Loan<'_> {
    /// The retry begins. How much it took.
    pub(super) fn spend(mut self) -> u32 {
        mem::take(&mut self.amount)
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        self.quota.give(self.amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn left(quota: &Quota) -> u32 {
        quota.0.load(Ordering::Relaxed)
    }

    #[test]
    fn a_full_quota_is_good_for_thirty_five_retries() {
        let quota = Quota::default();
        let spent = (0..1_000).filter_map(|_| quota.draw().map(Loan::spend));
        assert_eq!(spent.collect::<Vec<_>>(), [14; 35]);
        for _ in 0..4 {
            quota.succeeded(None);
        }
        assert!(left(&quota) == 14 && quota.draw().is_some(), "four first successes and the rest");
    }

    proptest! {
        #[test]
        fn only_a_retry_that_fails_costs_anything(calls in proptest::collection::vec(0..5_u8, 0..300)) {
            let quota = Quota::default();
            let mut expected = 500;
            for call in calls {
                match call {
                    0 => {
                        quota.succeeded(None);
                        expected = (expected + 1).min(500);
                    }
                    // Given up while it waits.
                    1 => drop(quota.draw()),
                    2 => drop(quota.draw().map(|loan| quota.succeeded(Some(loan.spend())))),
                    // A retry that drew nothing.
                    3 => quota.succeeded(Some(0)),
                    _ => expected -= quota.draw().map_or(0, Loan::spend),
                }
                prop_assert_eq!(left(&quota), expected);
            }
        }
    }
}
