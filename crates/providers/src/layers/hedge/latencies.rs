//! How long calls take, as far as it matters for when one is slow.

use std::collections::VecDeque;
use std::time::Duration;

/// How many are kept. Enough that a few slow ones in a row do not become the rule; few enough that a change
/// of a server's speed is noticed within some hundred calls.
pub(super) const WINDOW: usize = 256;

/// The latest latencies, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Latencies(VecDeque<Duration>);

impl Latencies {
    /// One more.
    pub(super) fn add(&mut self, latency: Duration) {
        if self.0.len() == WINDOW {
            self.0.pop_front();
        }
        self.0.push_back(latency);
    }

    /// The smallest of them that this many percent do not exceed; `None` before there are `enough`.
    pub(super) fn percentile(&self, percent: u8, enough: usize) -> Option<Duration> {
        if self.0.len() < enough.max(1) {
            return None;
        }
        let mut sorted: Vec<_> = self.0.iter().copied().collect();
        let rank = (sorted.len() * usize::from(percent)).div_ceil(100);
        let at = rank.clamp(1, sorted.len()) - 1;
        Some(*sorted.select_nth_unstable(at).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_smallest_that_so_many_do_not_exceed() {
        let mut latencies = Latencies::default();
        (1..=20).rev().for_each(|seconds| latencies.add(Duration::from_secs(seconds)));
        let at = |percent| latencies.percentile(percent, 20).map(|latency| latency.as_secs());
        assert_eq!([1, 5, 50, 95, 96, 100].map(at), [1, 1, 10, 19, 20, 20].map(Some));
        assert_eq!(latencies.percentile(95, 21), None);
        assert_eq!(Latencies::default().percentile(95, 0), None);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut latencies = Latencies::default();
        (0..WINDOW).for_each(|_| latencies.add(Duration::from_secs(9)));
        (0..WINDOW - 1).for_each(|_| latencies.add(Duration::from_secs(1)));
        assert_eq!(latencies.percentile(100, 1), Some(Duration::from_secs(9)));
        latencies.add(Duration::from_secs(1));
        assert_eq!(latencies.percentile(100, 1), Some(Duration::from_secs(1)));
    }
}
