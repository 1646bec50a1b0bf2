//! How many at once: one more after a whole round of good answers, half as many when the server bears no
//! more (additive increase, multiplicative decrease, as networks do it).

use std::time::Duration;

use tokio::time::Instant;

/// For how long a lowered limit stands at least, and at most, whatever the server asks for.
const LEAST: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(120);

#[derive(Debug)]
pub(super) struct Window {
    max: usize,
    limit: usize,
    under_way: usize,
    /// Good answers since the limit last changed.
    good: usize,
    /// How often the limit was lowered.
    rounds: u64,
    /// Until when it is not lowered again.
    quiet: Option<Instant>,
}

impl Window {
    pub(super) fn new(max: usize) -> Self {
        Self { max, limit: max, under_way: 0, good: 0, rounds: 0, quiet: None }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// One more call, if there is room for it; it belongs to the round that comes back.
    pub(super) fn enter(&mut self) -> Option<u64> {
        let has_room = self.under_way < self.limit;
        has_room.then(|| {
            self.under_way += 1;
            self.rounds
        })
    }

    pub(super) fn leave(&mut self) {
        self.under_way -= 1;
    }

    pub(super) fn succeeded(&mut self) {
        self.good += 1;
        if self.good >= self.limit && self.limit < self.max {
            self.limit += 1;
            self.good = 0;
        }
    }

    /// A call of this round was too much, and the server asked to wait so long. What began before the
    /// limit was lowered says nothing of it, nor does what comes before the wait is over.
    pub(super) fn overloaded(&mut self, round: u64, now: Instant, hint: Option<Duration>) {
        if round == self.rounds && self.quiet.is_none_or(|until| until <= now) {
            self.limit = (self.limit / 2).max(1);
            self.good = 0;
            self.rounds += 1;
            self.quiet = Some(now + hint.unwrap_or_default().clamp(LEAST, MOST));
        }
    }
}
