//! The pause of all callers. A server that refuses one call and takes the next is busy, and whoever was
//! refused waits alone; one that refuses call after call refuses the key, and the others would be refused as
//! well.

use std::time::Duration;

use tokio::time::Instant;

use super::row::Row;

/// How long a refusal without a hint counts.
const UNHINTED: Duration = Duration::from_secs(1);

/// A hint beyond this is no pause but an end: of a day's limit, say. Nobody should wait for it.
pub(super) const LONGEST: Duration = Duration::from_secs(120);

/// How many calls in a row are refused by a key that is refused. A server that has answered and refuses one
/// call in fifty by chance has two in a row soon, but hardly ever three.
const IN_A_ROW: u32 = 2;
const IN_A_ROW_OF_AN_ANSWERING: u32 = 3;

#[derive(Debug, Default)]
pub(super) struct Pause {
    /// When the hints of all refusals so far are over.
    hinted: Option<Instant>,
    until: Option<Instant>,
    row: Row,
    /// Whether a call was answered since the last pause began.
    has_answered: bool,
}

impl Pause {
    /// The server answered a call.
    pub(super) fn answered(&mut self) {
        self.has_answered = true;
    }

    /// The server refused a call, of all that were ever sent the one of this number.
    pub(super) fn refused(&mut self, now: Instant, call: u64, hint: Option<Duration>) {
        if self.hinted.is_none_or(|hinted| hinted <= now) {
            self.row = Row::default();
        }
        let wait = hint.filter(|hint| !hint.is_zero()).unwrap_or(UNHINTED);
        self.hinted = self.hinted.max(Some(now + wait));
        let enough = if self.has_answered { IN_A_ROW_OF_AN_ANSWERING } else { IN_A_ROW };
        if self.row.refused(call) >= enough {
            self.until = self.hinted;
            self.has_answered = false;
        }
    }

    /// When it is over, if there is one.
    pub(super) fn until(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }
}
