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

/// How many calls in a row are refused if the key is, as far as anybody knows, and how many where other calls
/// were let through: of those that a server refuses one in fifty by chance, two come in a row soon, but hardly
/// ever three.
const IN_A_ROW: u32 = 2;
const IN_A_ROW_OF_MANY: u32 = 3;

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

    /// The server refused a call, of all that were ever sent the one of this number; so many others are under
    /// way.
    pub(super) fn refused(
        &mut self,
        now: Instant,
        call: u64,
        hint: Option<Duration>,
        under_way: usize,
    ) {
        if self.hinted.is_none_or(|hinted| hinted <= now) {
            self.row = Row::default();
        }
        let wait = hint.filter(|hint| !hint.is_zero()).unwrap_or(UNHINTED);
        self.hinted = self.hinted.max(Some(now + wait));
        let is_many = self.has_answered || under_way > 0;
        let enough = if is_many { IN_A_ROW_OF_MANY } else { IN_A_ROW };
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
