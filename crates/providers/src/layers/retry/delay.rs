//! How long to wait before the next attempt.

use std::time::Duration;

use fastrand::Rng;

/// The first pause, before chance makes it shorter.
const FIRST: Duration = Duration::from_millis(500);

/// The longest pause that no server asked for.
const LONGEST: Duration = Duration::from_secs(8);

/// The longest pause that a server is granted. OpenAI's clients wait as long and no longer.
const LONGEST_HINT: Duration = Duration::from_secs(120);

/// The rule for pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Delays {
    /// A server's hint, else growing pauses with jitter.
    #[default]
    Usual,
    None,
}

impl Delays {
    pub(super) const NONE: Self = Self::None;

    /// The pause after so many retries; `None` if the server asks for more than is waited.
    pub(super) fn after(
        self,
        hint: Option<Duration>,
        retries: u32,
        rng: &mut Rng,
    ) -> Option<Duration> {
        match (self, hint) {
            (Self::None, _) => Some(Duration::ZERO),
            (Self::Usual, Some(hint)) => (hint <= LONGEST_HINT).then_some(hint),
            (Self::Usual, None) => Some(backoff(retries).mul_f64(1.0 - 0.25 * rng.f64())),
        }
    }
}

/// min(0.5·2ⁿ, 8) s.
fn backoff(retries: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(retries)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_eight_seconds_and_chance_takes_a_quarter_at_most() {
        let (mut shortest, mut longest) = (1.0_f64, 0.0_f64);
        for seed in 0..10_000 {
            let mut rng = Rng::with_seed(seed);
            for retries in 0..3 {
                let full = (0.5 * 2_f64.powi(retries)).min(8.0);
                let pause = Delays::Usual.after(None, retries as u32, &mut rng).unwrap();
                let share = pause.as_secs_f64() / full;
                assert!((0.75..=1.0).contains(&share), "seed {seed}, retry {retries}: {pause:?}");
                (shortest, longest) = (shortest.min(share), longest.max(share));
            }
        }
        assert!(shortest < 0.751 && longest > 0.999, "{shortest} to {longest}");
        for retries in [4, 5, 40, u32::MAX] {
            assert_eq!(backoff(retries), LONGEST);
        }
    }

    #[test]
    fn a_hint_is_taken_as_it_is_up_to_two_minutes() {
        let mut rng = Rng::with_seed(1);
        let mut after = |hint| Delays::Usual.after(Some(hint), 0, &mut rng);
        for granted in [Duration::ZERO, Duration::from_millis(250), LONGEST_HINT] {
            assert_eq!(after(granted), Some(granted));
        }
        for refused in [LONGEST_HINT + Duration::from_millis(1), Duration::MAX] {
            assert_eq!(after(refused), None);
        }
    }
}
