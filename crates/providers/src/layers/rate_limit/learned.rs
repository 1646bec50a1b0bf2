//! A limit that nobody said, learnt from refusals. Whether requests or tokens were too many, a refusal does
//! not say either. So both are remembered as they stood, and a call goes if *one* of them has room: the
//! one that does not matter is then lowered by the refusals it causes, until it allows nothing that the
//! other does not.

use tokio::time::Instant;

use super::log::{Amount, WINDOW};

/// By how much a limit grows after a minute without refusals, and the least, in requests.
const SHARE: f64 = 0.01;
const LEAST: f64 = 0.25;

/// How often a limit grows by that little before its growth doubles: more often if the refusals of another
/// minute confirmed it, since what was learnt once may have been a bad moment.
const HASTY: u32 = 3;
const CONFIRMED: u32 = 2;
const PATIENCE: u32 = 9;

/// A limit grows to at most its double at once.
const DOUBLINGS: u32 = 16;

#[derive(Debug)]
pub(super) struct Learned {
    now: Level,
    /// What it was before it last grew: nobody was refused there.
    proven: Level,
    /// When the tokens were measured.
    measured: Instant,
    /// When it last grew or was lowered.
    changed: Instant,
    /// When it was last lowered.
    taught: Instant,
    /// How often it grew since.
    grown: u32,
    /// How often it grows by little before it grows by ever more.
    patience: u32,
    is_blind: bool,
}

/// So much of both limits, with parts of a whole, so that it can grow by little.
#[derive(Debug, Clone, Copy)]
struct Level {
    requests: f64,
    tokens: f64,
}

/// Of which limits nobody said anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unknown {
    pub(super) requests: bool,
    pub(super) tokens: bool,
}

impl Unknown {
    pub(super) fn any(self) -> bool {
        self.requests || self.tokens
    }
}

impl Learned {
    /// This much was accepted when a call was refused.
    pub(super) fn new(now: Instant, accepted: Amount) -> Self {
        let level = Level::of(accepted);
        Self {
            now: level,
            proven: level,
            measured: now,
            changed: now,
            taught: now,
            grown: 0,
            patience: HASTY,
            is_blind: accepted.requests == 0,
        }
    }

    /// Whether nothing had been accepted: others had used the minute up, and it says nothing of a limit.
    pub(super) fn is_blind(&self) -> bool {
        self.is_blind
    }

    /// The same, again: what it had grown by last was too much.
    pub(super) fn lower(&mut self, now: Instant, accepted: Amount) {
        self.is_blind |= accepted.requests == 0;
        let accepted = Level::of(accepted);
        self.patience = match accepted.requests * 2.0 < self.now.requests {
            true => HASTY,
            false if now < self.taught + WINDOW / 2 => self.patience,
            false => (self.patience + CONFIRMED).min(PATIENCE),
        };
        self.proven.requests = self.proven.requests.min(accepted.requests);
        if accepted.tokens < self.proven.tokens {
            self.proven.tokens = accepted.tokens;
            self.measured = now;
        }
        self.now = self.proven;
        (self.changed, self.taught, self.grown) = (now, now, 0);
    }

    /// Whether a call of so many tokens may go while this much is used.
    pub(super) fn allows(&self, used: Amount, tokens: u64, unknown: Unknown) -> bool {
        let one_more = used.requests as f64 + 1.0 <= self.now.requests;
        let so_many = (used.tokens.saturating_add(tokens)) as f64 <= self.now.tokens;
        let Unknown { requests, tokens } = unknown;
        used.requests == 0 || (requests && one_more) || (tokens && so_many)
    }

    /// What a call had taken is less than it was when that was measured.
    pub(super) fn settled(&mut self, taken: Instant, less: u64) {
        let was_counted = taken <= self.measured && self.measured < taken + WINDOW;
        if was_counted {
            for level in [&mut self.now, &mut self.proven] {
                level.tokens = (level.tokens - less as f64).max(1.0);
            }
        }
    }

    /// Grows, if it is time. To be asked when somebody waits for it: a limit that nobody reaches is not
    /// known to be too low.
    pub(super) fn grow(&mut self, now: Instant) -> bool {
        if now < self.grows() {
            return false;
        }
        let share = SHARE.max(LEAST / self.now.requests)
            * f64::from(1 << self.grown.saturating_sub(self.patience).min(DOUBLINGS));
        self.proven = self.now;
        self.now.requests *= 1.0 + share.min(1.0);
        self.now.tokens *= 1.0 + share.min(1.0);
        self.grown += 1;
        self.changed = now;
        true
    }

    /// When it may grow next.
    pub(super) fn grows(&self) -> Instant {
        self.changed + WINDOW
    }
}

impl Level {
    /// At least one call.
    fn of(Amount { requests, tokens }: Amount) -> Self {
        Self { requests: (requests as f64).max(1.0), tokens: tokens as f64 }
    }
}
