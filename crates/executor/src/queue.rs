//! Jobs that wait, in the order they will start.
//!
//! A heap rather than a list per priority: priorities are open-ended, and push and pop stay
//! logarithmic at any number of waiting jobs. The ticket makes the order total, so equals leave in
//! the order they came. Jobs that may wait only so long are kept beside it, in [`Timed`].

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::time::Duration;

use tokio::time::Instant;

use crate::Job;
use crate::timed::Timed;

/// A job with its key and its place in line.
pub(crate) struct Queued<'a, K, T, E> {
    pub(crate) key: K,
    pub(crate) job: Job<'a, T, E>,
    /// Counts pushes; unique within a set.
    pub(crate) ticket: u64,
}

/// The greatest leaves first: high priority, then low ticket.
pub(crate) type Rank = (i32, Reverse<u64>);

/// The line.
pub(crate) struct Queue<'a, K, T, E> {
    patient: BinaryHeap<Queued<'a, K, T, E>>,
    timed: Timed<'a, K, T, E>,
}

impl<'a, K, T, E> Queue<'a, K, T, E> {
    pub(crate) fn new() -> Self {
        Self { patient: BinaryHeap::new(), timed: Timed::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.patient.len() + self.timed.len()
    }

    /// `timeout` is the longest it may wait, from now.
    pub(crate) fn push(&mut self, queued: Queued<'a, K, T, E>, timeout: Option<Duration>) {
        // A deadline beyond what an instant can say is none.
        let limit = timeout.and_then(|after| Some((after, Instant::now().checked_add(after)?)));
        match limit {
            None => self.patient.push(queued),
            Some((after, deadline)) => self.timed.push(queued, after, deadline),
        }
    }

    /// The job to start next.
    pub(crate) fn pop(&mut self) -> Option<Queued<'a, K, T, E>> {
        if self.timed.first() > self.patient.peek().map(Queued::rank) {
            self.timed.pop()
        } else {
            self.patient.pop()
        }
    }

    /// When the first job has waited too long.
    pub(crate) fn earliest(&self) -> Option<Instant> {
        self.timed.earliest()
    }

    /// Takes out one that has waited too long, with what its timeout was.
    pub(crate) fn pop_late(&mut self, now: Instant) -> Option<(Queued<'a, K, T, E>, Duration)> {
        self.timed.pop_late(now)
    }

    /// Takes out the jobs whose key matches, in one pass.
    pub(crate) fn remove_where(
        &mut self,
        mut matches: impl FnMut(&K) -> bool,
    ) -> Vec<Queued<'a, K, T, E>> {
        let all = std::mem::take(&mut self.patient).into_vec();
        let (mut removed, kept): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|queued| matches(&queued.key));
        self.patient = kept.into();
        removed.extend(self.timed.remove_where(matches));
        removed
    }
}

impl<K, T, E> Queued<'_, K, T, E> {
    pub(crate) fn rank(&self) -> Rank {
        (self.job.priority, Reverse(self.ticket))
    }
}

impl<K, T, E> Ord for Queued<'_, K, T, E> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl<K, T, E> PartialOrd for Queued<'_, K, T, E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K, T, E> PartialEq for Queued<'_, K, T, E> {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl<K, T, E> Eq for Queued<'_, K, T, E> {}

#[cfg(test)]
mod tests {
    use super::Queued;

    #[test]
    fn a_queued_job_is_small() {
        assert!(size_of::<Queued<'_, usize, String, String>>() <= 48);
    }
}
