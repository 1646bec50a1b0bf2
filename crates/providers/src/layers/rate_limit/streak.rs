//! Refusals without an answer between them. Enough of them show that a limit is reached. A server at its
//! limit refuses everything; one that refuses every other call is busy, and what it accepted in the last
//! minute is no limit.

/// So many refusals in a row teach a limit, if they are also more than the calls under way, which have been
/// accepted by then.
const IN_A_ROW: u64 = 16;

/// For each call that was let through since they began it takes so many more. Answers are slow: without it, a
/// busy server that accepts ten calls and refuses sixteen before the first answer would look like one at its
/// limit.
const MORE: u64 = 4;

#[derive(Debug, Default)]
pub(super) struct Streak {
    refused: u64,
    /// How many calls had ever been sent when it began.
    begun: u64,
    /// How many of those refused were sent since.
    refused_since: u64,
}

impl Streak {
    /// A call was not refused: the next refusal begins anew.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// Of all calls `sent` so far, this one was refused, while so many are under way. Says whether a limit is
    /// certainly reached.
    pub(super) fn refused(&mut self, call: u64, sent: u64, under_way: usize) -> bool {
        if self.refused == 0 {
            self.begun = sent;
        }
        self.refused += 1;
        self.refused_since += u64::from(call > self.begun);
        let let_through = (sent - self.begun).saturating_sub(self.refused_since);
        self.refused >= IN_A_ROW + MORE * let_through && self.refused > under_way as u64
    }
}
