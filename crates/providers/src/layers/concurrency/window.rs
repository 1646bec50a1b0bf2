//! How many at once: one more after a whole round of good answers, half as many when the server bears no
//! more (additive increase, multiplicative decrease, as networks do it).

#[derive(Debug)]
pub(super) struct Window {
    max: usize,
    limit: usize,
    under_way: usize,
    /// Good answers since the limit last changed.
    good: usize,
    /// How often the limit was lowered.
    rounds: u64,
}

impl Window {
    pub(super) fn new(max: usize) -> Self {
        Self { max, limit: max, under_way: 0, good: 0, rounds: 0 }
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

    /// A call of this round was too much. What began before the limit was lowered says nothing of it.
    pub(super) fn overloaded(&mut self, round: u64) {
        if round == self.rounds {
            self.limit = (self.limit / 2).max(1);
            self.good = 0;
            self.rounds += 1;
        }
    }
}
