//! How long to wait before a retry. Twice as long each time, so that a server has room to recover, and by
//! chance a little less, so that those who failed together do not come back together.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fastrand::Rng;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);
/// How many doublings it takes from the one to the other.
const DOUBLINGS: u32 = 4;
/// How much of a wait is left to chance.
const JITTER: f64 = 0.25;

/// The longest wait that a server may ask for.
pub(super) const LONGEST_HINT: Duration = Duration::from_secs(120);

/// The waits of a layer; clones draw from the same chance.
#[derive(Debug, Clone)]
pub(super) struct Delays {
    random: Arc<Mutex<Rng>>,
    is_skipped: bool,
}

impl Delays {
    pub(super) fn new(random: Rng) -> Self {
        Self { random: Arc::new(Mutex::new(random)), is_skipped: false }
    }

    pub(super) fn seeded(self, seed: u64) -> Self {
        Self { random: Arc::new(Mutex::new(Rng::with_seed(seed))), ..self }
    }

    pub(super) fn skipped(self) -> Self {
        Self { is_skipped: true, ..self }
    }

    /// The wait before this retry, counted from 0; the server's hint, if it asks for too much.
    pub(super) fn before(&self, retry: u32, hint: Option<Duration>) -> Result<Duration, Duration> {
        match hint {
            Some(hint) if hint > LONGEST_HINT => Err(hint),
            Some(hint) => Ok(hint),
            None => Ok(usual(retry).mul_f64(1.0 - JITTER * self.chance())),
        }
    }

    pub(super) async fn wait(&self, delay: Duration) {
        if !self.is_skipped && !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    /// From 0 to 1.
    fn chance(&self) -> f64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }
}

fn usual(retry: u32) -> Duration {
    (FIRST * (1 << retry.min(DOUBLINGS))).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    fn delays(seed: u64) -> Delays {
        Delays::new(Rng::with_seed(seed))
    }

    #[test]
    fn ten_thousand_seeds_stay_between_three_quarters_and_all_of_each_wait() {
        let (mut least, mut most) = (1.0_f64, 0.0_f64);
        for seed in 0..10_000 {
            let delays = delays(seed);
            for (retry, whole) in [(0, 0.5), (1, 1.0), (2, 2.0)] {
                let share = delays.before(retry, None).unwrap().as_secs_f64() / whole;
                assert!((0.75..=1.0).contains(&share), "seed {seed}, retry {retry}: {share}");
                (least, most) = (least.min(share), most.max(share));
            }
        }
        assert!(least < 0.751 && most > 0.999, "all of the range is used: {least} to {most}");
    }

    proptest! {
        #[test]
        fn a_wait_doubles_up_to_eight_seconds(retry: u32, seed: u64) {
            let whole = (0.5 * 2_f64.powi(retry.min(100) as i32)).min(8.0);
            let wait = delays(seed).before(retry, None).unwrap().as_secs_f64();
            prop_assert!(wait >= 0.75 * whole - 1e-9 && wait <= whole, "{wait} of {whole}");
        }

        #[test]
        fn a_seed_is_a_sequence(seed: u64) {
            let sequence = |delays: Delays| [0, 1, 2].map(|retry| delays.before(retry, None));
            prop_assert_eq!(sequence(delays(seed)), sequence(delays(0).seeded(seed)));
        }

        #[test]
        fn a_hint_is_kept_to_the_nanosecond_or_refused(hint: Duration, retry: u32) {
            let expected = if hint > Duration::from_secs(120) { Err(hint) } else { Ok(hint) };
            prop_assert_eq!(delays(7).before(retry, Some(hint)), expected);
        }
    }
}
