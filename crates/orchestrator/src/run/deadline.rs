//! When a run must stop working and start merging, and how long each merge may take.
//!
//! A deadline is no promise if it is only noticed when it has passed. So the time of a run is divided from
//! its end: what the merges need is kept back, at most a third of it, and at the moment that leaves (the
//! soft deadline) workers that are not done are cut. A merge that begins late gets a share of what is left,
//! so that those above it get theirs.

use std::time::Duration;

use tokio::time::Instant;

/// The most that is kept back for merges, as a part of the whole.
const MOST_FOR_MERGES: u32 = 3;

/// What is kept back in any case, to conclude in: a hundredth of the whole, at most this.
const MOST_FOR_THE_END: Duration = Duration::from_secs(1);

/// The division of a run's time.
#[derive(Debug, Clone)]
pub(crate) struct Deadline {
    /// Workers that are not done by now are cut.
    pub(crate) soft: Instant,
    /// Merges are done by now.
    pub(crate) end: Instant,
    /// How long a merge of each step may take, from the lowest up.
    steps: Vec<Duration>,
}

impl Deadline {
    /// Divides this time, from `started`, for merges that may take so long on each step, from the lowest
    /// up. `None` if the clock cannot express it.
    pub(crate) fn new(started: Instant, whole: Duration, steps: Vec<Duration>) -> Option<Self> {
        let hard = started.checked_add(whole)?;
        let last = (whole / 100).min(MOST_FOR_THE_END);
        let needed = steps.iter().fold(Duration::ZERO, |sum, &step| sum.saturating_add(step));
        let kept = needed.min(whole / MOST_FOR_MERGES).max(last);
        Some(Self { soft: hard - kept, end: hard - last, steps })
    }

    /// How long a merge on this step, counted from 1, may take if it starts now. `below` says that it is one
    /// that another merge of the same step waits for.
    pub(crate) fn of_merge(&self, step: u32, below: bool, now: Instant) -> Duration {
        let place = (step as usize).saturating_sub(1).min(self.steps.len().saturating_sub(1));
        let Some((own, above)) = self.steps.get(place..).and_then(<[_]>::split_first) else {
            return self.end - now;
        };
        let levels = above.iter().chain(below.then_some(own)).chain([own]);
        let all: f64 = levels.map(Duration::as_secs_f64).sum();
        let left = self.end.saturating_duration_since(now);
        if all <= left.as_secs_f64() { *own } else { left.mul_f64(own.as_secs_f64() / all) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn divided(whole: u32, steps: &[u32]) -> (Instant, Deadline) {
        let now = Instant::now();
        let steps = steps.iter().map(|&step| SECOND * step).collect();
        (now, Deadline::new(now, SECOND * whole, steps).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn one_timeout_is_kept_back_for_each_step_up_to_a_third() {
        let (now, kept) = divided(600, &[40, 50]);
        assert_eq!(kept.soft - now, SECOND * (600 - 90));
        let (now, kept) = divided(600, &[240, 300]);
        assert_eq!(kept.soft - now, SECOND * (600 - 200));
        let (now, kept) = divided(600, &[]);
        assert_eq!(kept.soft - now, SECOND * 599);
    }

    #[tokio::test(start_paused = true)]
    async fn a_merge_takes_its_share_of_what_is_left_and_no_more_than_its_own_timeout() {
        let (now, deadline) = divided(600, &[240, 300]);
        assert_eq!(deadline.of_merge(1, false, now), SECOND * 240);
        let late = now + SECOND * 419;
        assert_eq!(deadline.of_merge(1, false, late), SECOND * 80);
        assert_eq!(deadline.of_merge(2, false, late), SECOND * 180);
        assert_eq!(deadline.of_merge(2, true, late), SECOND * 90);
        assert_eq!(deadline.of_merge(2, false, now + SECOND * 700), Duration::ZERO);
    }
}
