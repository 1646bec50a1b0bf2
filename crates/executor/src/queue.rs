//! Jobs that wait, in the order they will start.
//!
//! A heap rather than a list per priority: priorities are open-ended, and push and pop stay
//! logarithmic at any number of waiting jobs. The ticket makes the order total, so equals leave in
//! the order they came.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::Job;

/// A job with its key and its place in line.
pub(crate) struct Queued<'a, K, T, E> {
    pub(crate) key: K,
    pub(crate) job: Job<'a, T, E>,
    /// Counts pushes; unique within a set.
    pub(crate) ticket: u64,
}

/// The line.
pub(crate) struct Queue<'a, K, T, E>(BinaryHeap<Queued<'a, K, T, E>>);

impl<'a, K, T, E> Queue<'a, K, T, E> {
    pub(crate) fn new() -> Self {
        Self(BinaryHeap::new())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn push(&mut self, queued: Queued<'a, K, T, E>) {
        self.0.push(queued);
    }

    /// The job to start next.
    pub(crate) fn pop(&mut self) -> Option<Queued<'a, K, T, E>> {
        self.0.pop()
    }

    /// Takes out the jobs whose key matches, in one pass.
    pub(crate) fn remove_where(
        &mut self,
        mut matches: impl FnMut(&K) -> bool,
    ) -> Vec<Queued<'a, K, T, E>> {
        let all = std::mem::take(&mut self.0).into_vec();
        let (removed, kept): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|queued| matches(&queued.key));
        self.0 = kept.into();
        removed
    }
}

impl<K, T, E> Queued<'_, K, T, E> {
    /// The greatest leaves first: high priority, then low ticket.
    fn rank(&self) -> (i32, std::cmp::Reverse<u64>) {
        (self.job.priority, std::cmp::Reverse(self.ticket))
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
        assert!(size_of::<Queued<'_, u32, String, String>>() <= 72);
    }
}
