//! Pauses that grow and do not coincide.
//!
//! Jitter must differ between callers: derived from the attempt's number alone it would wake
//! everyone together, which is what it is there to prevent. The factor is a hash of seed, job and
//! attempt, so it is random across jobs, repeatable in tests, and needs neither state nor a
//! dependency.

use std::time::Duration;

/// Exponential backoff with a factor of 2 and jitter of ± 50 %.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    pub(crate) base: Duration,
    pub(crate) cap: Duration,
    pub(crate) seed: u64,
}

impl Backoff {
    /// The pause after attempt `attempt` (from 1) of the job known by `salt`.
    pub(crate) fn pause(&self, attempt: u32, salt: u64) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        let hash = mix(mix(self.seed ^ mix(salt)) ^ u64::from(attempt));
        let thousandths = 500 + u32::try_from(hash % 1001).unwrap_or(0);
        // The cap is taken before and after the factor: before, so that large pauses spread as
        // well.
        let grown = self.base.saturating_mul(doubled).min(self.cap);
        (grown / 1000).saturating_mul(thousandths).min(self.cap)
    }
}

/// The finalizer of SplitMix64: every bit of the input moves every bit of the output.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Duration;

    use super::Backoff;

    const BACKOFF: Backoff =
        Backoff { base: Duration::from_secs(1), cap: Duration::from_secs(60), seed: 7 };

    #[test]
    fn pauses_double_within_their_jitter_up_to_the_cap() {
        for salt in 0..1000 {
            for attempt in 1..=5 {
                let ideal = Duration::from_secs(1 << (attempt - 1));
                let pause = BACKOFF.pause(attempt, salt);
                assert!(pause >= ideal / 2 && pause <= ideal * 3 / 2, "{attempt}: {pause:?}");
            }
            for attempt in [7, 40, u32::MAX] {
                assert!(BACKOFF.pause(attempt, salt) <= BACKOFF.cap);
                assert!(BACKOFF.pause(attempt, salt) >= BACKOFF.cap / 2);
            }
        }
    }

    #[test]
    fn jobs_spread_and_seeds_repeat() {
        let first: Vec<_> = (0..100).map(|salt| BACKOFF.pause(1, salt)).collect();
        let again: Vec<_> = (0..100).map(|salt| BACKOFF.pause(1, salt)).collect();
        assert_eq!(first, again);
        assert!(first.iter().collect::<HashSet<_>>().len() > 80, "{first:?}");
        let other = Backoff { seed: 8, ..BACKOFF };
        assert_ne!(BACKOFF.pause(1, 0), other.pause(1, 0));
    }
}
