//! What a scripted provider tells a test afterwards: who called, what was left over, what was given up.

use crate::{Call, ScriptedProvider, lock};

impl ScriptedProvider {
    /// The calls so far, in the order they began; the last ones, if it [keeps](Self::keeping) no more.
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.ledger).calls.iter().cloned().collect()
    }

    /// How many calls are under way; a stream is until it is read to its end or dropped.
    pub fn in_flight(&self) -> usize {
        lock(&self.ledger).in_flight
    }

    /// How many calls were under way at once, at most.
    pub fn max_in_flight(&self) -> usize {
        lock(&self.ledger).max_in_flight
    }

    /// How many calls and streams were dropped before their end.
    pub fn cancelled(&self) -> usize {
        lock(&self.ledger).cancelled
    }

    /// The turns that no call has played, in words; fallbacks and lasting rules are not among them.
    pub fn unused(&self) -> Vec<String> {
        lock(&self.script).leftovers().0
    }

    /// The calls that found no turn, in words.
    pub fn unmatched(&self) -> Vec<String> {
        lock(&self.script).leftovers().1.to_vec()
    }

    /// Asserts that every turn was played and every call found one.
    ///
    /// # Panics
    /// If a turn is left over or a call found none; the message names them.
    #[track_caller]
    pub fn assert_done(&self) {
        let (unused, unmatched) = (self.unused(), self.unmatched());
        assert!(
            unused.is_empty() && unmatched.is_empty(),
            "turns that no call played: {unused:#?}\ncalls without a turn: {unmatched:#?}"
        );
    }
}
