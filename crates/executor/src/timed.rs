//! Jobs that may wait only so long.
//!
//! They are kept apart from the heap because they leave from two sides, by rank and by deadline, and
//! a job in the middle of a heap cannot be taken out without a pass over all. Only jobs with a queue
//! timeout pay for the second order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::queue::{Queued, Rank};

pub(crate) struct Timed<'a, K, T, E> {
    jobs: BTreeMap<Rank, Limited<'a, K, T, E>>,
    deadlines: BTreeSet<(Instant, Rank)>,
}

struct Limited<'a, K, T, E> {
    queued: Queued<'a, K, T, E>,
    after: Duration,
    deadline: Instant,
}

impl<'a, K, T, E> Timed<'a, K, T, E> {
    pub(crate) fn new() -> Self {
        Self { jobs: BTreeMap::new(), deadlines: BTreeSet::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.jobs.len()
    }

    /// The rank of the one to start next.
    pub(crate) fn first(&self) -> Option<Rank> {
        self.jobs.last_key_value().map(|(rank, _)| *rank)
    }

    /// When the first of them has waited too long.
    pub(crate) fn earliest(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    pub(crate) fn push(&mut self, queued: Queued<'a, K, T, E>, after: Duration, deadline: Instant) {
        let rank = queued.rank();
        self.deadlines.insert((deadline, rank));
        self.jobs.insert(rank, Limited { queued, after, deadline });
    }

    pub(crate) fn pop(&mut self) -> Option<Queued<'a, K, T, E>> {
        let (rank, limited) = self.jobs.pop_last()?;
        self.deadlines.remove(&(limited.deadline, rank));
        Some(limited.queued)
    }

    /// Takes out one whose deadline is not after `now`, with what its timeout was.
    pub(crate) fn pop_late(&mut self, now: Instant) -> Option<(Queued<'a, K, T, E>, Duration)> {
        let (deadline, rank) = *self.deadlines.first()?;
        if deadline > now {
            return None;
        }
        self.deadlines.pop_first();
        self.jobs.remove(&rank).map(|limited| (limited.queued, limited.after))
    }

    /// Takes out the jobs whose key matches, in one pass.
    pub(crate) fn remove_where(
        &mut self,
        mut matches: impl FnMut(&K) -> bool,
    ) -> impl Iterator<Item = Queued<'a, K, T, E>> {
        let all = std::mem::take(&mut self.jobs);
        let (removed, kept): (BTreeMap<_, _>, _) =
            all.into_iter().partition(|(_, limited)| matches(&limited.queued.key));
        self.jobs = kept;
        for (rank, limited) in &removed {
            self.deadlines.remove(&(limited.deadline, *rank));
        }
        removed.into_values().map(|limited| limited.queued)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Timed;
    use crate::Job;
    use crate::queue::Queued;

    #[test]
    fn what_has_left_leaves_no_deadline_behind() {
        let mut timed = Timed::new();
        let after = Duration::from_secs(1);
        for ticket in 0..4 {
            let job = Job::new(|| async { Ok::<_, String>(()) });
            timed.push(Queued { key: ticket, job, ticket }, after, Instant::now() + after);
        }
        assert_eq!(timed.pop().map(|queued| queued.key), Some(0));
        assert_eq!(timed.remove_where(|key| *key == 2).count(), 1);
        let late = Instant::now() + 2 * after;
        assert_eq!(timed.pop_late(late).map(|(queued, _)| queued.key), Some(1));
        assert_eq!(
            timed.pop_late(late).map(|(queued, after)| (queued.key, after)),
            Some((3, after))
        );
        assert_eq!((timed.len(), timed.earliest()), (0, None));
    }
}
