//! How many at once: one more after a whole round of good answers, half as many when the server bears no
//! more (additive increase, multiplicative decrease, as networks do it).

use std::time::Duration;

use tokio::time::Instant;

use super::share::Share;

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
    /// Whether it has grown since it was lowered.
    has_grown: bool,
    /// What became of the calls of this round.
    share: Share,
}

impl Window {
    pub(super) fn new(max: usize) -> Self {
        Self {
            max,
            limit: max,
            under_way: 0,
            good: 0,
            rounds: 0,
            quiet: None,
            has_grown: false,
            share: Share::default(),
        }
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

    /// A call of this round was answered.
    pub(super) fn succeeded(&mut self, round: u64) {
        if round == self.rounds {
            self.share.answered(self.limit);
        }
        self.good += 1;
        if self.good >= self.limit && self.limit < self.max {
            self.limit += 1;
            self.good = 0;
            self.has_grown = true;
        }
    }

    /// A call of this round, which has not left yet, was too much, and the server asked to wait so long. What
    /// began before the limit was lowered says nothing of it, nor does what comes before the wait is over.
    pub(super) fn overloaded(&mut self, round: u64, now: Instant, hint: Option<Duration>) {
        if round != self.rounds {
            return;
        }
        let is_too_much = self.share.refused(self.under_way);
        if is_too_much && self.quiet.is_none_or(|until| until <= now) {
            self.limit = self.lower().max(1);
            self.good = 0;
            self.rounds += 1;
            self.quiet = Some(now + hint.unwrap_or_default().clamp(LEAST, MOST));
            self.has_grown = false;
            self.share = Share::default();
        }
    }

    /// Half of it, of a limit that may be far too high. One that grew to where it is was borne a moment ago,
    /// so that a quarter less is enough.
    fn lower(&self) -> usize {
        if self.has_grown { self.limit * 3 / 4 } else { self.limit / 2 }
    }
}
