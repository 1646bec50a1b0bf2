//! Who gets the next permit: the bookkeeping of a shared limit, without locks or futures.
//!
//! Whoever finds no permit takes a turn, and turns are served in their order. One who wants more
//! takes a new turn behind the others, so those who wait are served in a circle however much each
//! of them wants. A permit that comes back goes to the first turn at once and is never free while
//! somebody waits: nobody can slip in, and no wake-up can be lost between the two.

use std::collections::{BTreeMap, BTreeSet};
use std::task::Waker;

pub(crate) struct Line {
    /// Permits that nobody has. There are none while somebody waits.
    free: usize,
    /// Counts turns.
    turns: u64,
    waiting: BTreeMap<u64, Waker>,
    /// Turns that were served and have not come for their permit.
    served: BTreeSet<u64>,
}

/// A waker to be dropped, or woken, once no lock is held any more: a waker may be the last owner of
/// a task, and that task of a permit.
pub(crate) type Later = Option<Waker>;

impl Line {
    pub(crate) fn new(permits: usize) -> Self {
        Self { free: permits, turns: 0, waiting: BTreeMap::new(), served: BTreeSet::new() }
    }

    pub(crate) fn free(&self) -> usize {
        self.free
    }

    /// Whether there is a permit now. If not, `turn` is set and `waker` is who is told.
    pub(crate) fn ask(&mut self, turn: &mut Option<u64>, waker: Waker) -> (bool, Later) {
        if let Some(held) = *turn {
            if self.served.remove(&held) {
                *turn = None;
                return (true, Some(waker));
            }
            return (false, self.waiting.insert(held, waker));
        }
        if self.free > 0 {
            self.free -= 1;
            return (true, Some(waker));
        }
        let next = self.turns;
        self.turns += 1;
        *turn = Some(next);
        (false, self.waiting.insert(next, waker))
    }

    /// A permit comes back. Returns who is to be woken.
    pub(crate) fn release(&mut self) -> Later {
        match self.waiting.pop_first() {
            Some((turn, waker)) => {
                self.served.insert(turn);
                Some(waker)
            }
            None => {
                self.free += 1;
                None
            }
        }
    }

    /// Gives up a turn. Returns what is to be dropped, and who is to be woken since the permit that
    /// this turn had been served goes on.
    pub(crate) fn leave(&mut self, turn: u64) -> (Later, Later) {
        if self.served.remove(&turn) {
            return (None, self.release());
        }
        (self.waiting.remove(&turn), None)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::Line;

    fn ask(line: &mut Line, turn: &mut Option<u64>) -> bool {
        line.ask(turn, Waker::noop().clone()).0
    }

    #[test]
    fn those_who_wait_are_served_in_a_circle() {
        let mut line = Line::new(1);
        let mut turns = [None; 3];
        assert!(ask(&mut line, &mut None));
        let mut served = Vec::new();
        for _ in 0..7 {
            for turn in &mut turns {
                assert!(!ask(&mut line, turn));
            }
            assert!(line.release().is_some());
            served.extend((0..3).find(|at| ask(&mut line, &mut turns[*at])));
        }
        assert_eq!(served, [0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn a_permit_is_never_free_while_somebody_waits() {
        let mut line = Line::new(1);
        let (mut first, mut second) = (None, None);
        assert!(ask(&mut line, &mut None));
        assert!(!ask(&mut line, &mut first) && !ask(&mut line, &mut second));
        line.release();
        assert!(!ask(&mut line, &mut None), "it is the first one's, come or not");
        let (_, woken) = first.map(|turn| line.leave(turn)).unwrap_or_default();
        assert!(woken.is_some(), "it goes on to the second");
        assert!(ask(&mut line, &mut second));
    }

    #[test]
    fn a_turn_that_is_given_up_is_not_served() {
        let mut line = Line::new(1);
        let mut turn = None;
        assert!(ask(&mut line, &mut None) && !ask(&mut line, &mut turn));
        let (dropped, woken) = turn.map(|turn| line.leave(turn)).unwrap_or_default();
        assert!(dropped.is_some() && woken.is_none());
        assert!(line.release().is_none());
        assert_eq!(line.free(), 1);
    }
}
