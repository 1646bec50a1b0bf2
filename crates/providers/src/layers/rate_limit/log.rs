//! What was taken in the last minute, exactly: a bucket would allow twice its limit within one, which a
//! server that counts whole minutes refuses.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How long what was taken counts: a minute, and what two requests may come closer on their way.
pub(super) const WINDOW: Duration = Duration::from_millis(60_200);

/// Takings this close together are kept as one that counts until the last of them is old, so that a log
/// has at most 3,010 entries.
const GRAIN: Duration = Duration::from_millis(20);

/// So much of both limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Amount {
    pub(super) requests: u64,
    pub(super) tokens: u64,
}

/// Takings by their time. What is too old is forgotten when the log is asked.
#[derive(Debug, Default)]
pub(super) struct Log {
    slots: VecDeque<Slot>,
    /// The number of the first slot; numbers only grow.
    first: u64,
    used: Amount,
    /// All that was ever taken.
    taken: Amount,
}

#[derive(Debug)]
struct Slot {
    begun: Instant,
    last: Instant,
    amount: Amount,
}

impl Log {
    /// Takes this much, and says in which slot it is.
    pub(super) fn take(&mut self, now: Instant, amount: Amount) -> u64 {
        self.used = self.used.plus(amount);
        self.taken = self.taken.plus(amount);
        match self.slots.back_mut() {
            Some(slot) if now.saturating_duration_since(slot.begun) < GRAIN => {
                slot.last = slot.last.max(now);
                slot.amount = slot.amount.plus(amount);
            }
            _ => self.slots.push_back(Slot { begun: now, last: now, amount }),
        }
        self.first + self.slots.len() as u64 - 1
    }

    /// What was taken as `from` turns out to be `to`. It still counts from when it was taken.
    pub(super) fn correct(&mut self, slot: u64, from: Amount, to: Amount) {
        let index = slot.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        if let Some(slot) = index.and_then(|index| self.slots.get_mut(index)) {
            slot.amount = slot.amount.plus(to).minus(from);
            self.used = self.used.plus(to).minus(from);
        }
    }

    /// What was taken within the window.
    pub(super) fn used(&mut self, now: Instant) -> Amount {
        while let Some(slot) = self.slots.front()
            && now.saturating_duration_since(slot.last) >= WINDOW
        {
            self.used = self.used.minus(slot.amount);
            self.slots.pop_front();
            self.first += 1;
        }
        self.used
    }

    /// All that was ever taken, corrected or not.
    pub(super) fn taken(&self) -> Amount {
        self.taken
    }

    /// When so much will be too old that what is left is this little, if nothing is taken or corrected.
    pub(super) fn until(&self, enough: impl Fn(Amount) -> bool) -> Option<Instant> {
        let mut left = self.used;
        let slot = self.slots.iter().find(|slot| {
            left = left.minus(slot.amount);
            enough(left)
        });
        slot.map(|slot| slot.last + WINDOW)
    }
}

impl Amount {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            tokens: self.tokens.saturating_add(other.tokens),
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(other.requests),
            tokens: self.tokens.saturating_sub(other.tokens),
        }
    }
}
