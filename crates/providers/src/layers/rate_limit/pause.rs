//! The pause of all callers. One refusal may be one caller's bad luck; the second shows that the others
//! would be refused as well.

use std::time::Duration;

use tokio::time::Instant;

/// How long a refusal without a hint counts.
const UNHINTED: Duration = Duration::from_secs(1);

/// A hint beyond this is no pause but an end: of a day's limit, say. Nobody should wait for it.
pub(super) const LONGEST: Duration = Duration::from_secs(120);

#[derive(Debug, Default)]
pub(super) struct Pause {
    /// When the hints of all refusals so far are over.
    hinted: Option<Instant>,
    until: Option<Instant>,
}

impl Pause {
    /// The server refused a call.
    pub(super) fn refused(&mut self, now: Instant, hint: Option<Duration>) {
        let wait = hint.filter(|hint| !hint.is_zero()).unwrap_or(UNHINTED);
        let is_second = self.hinted.is_some_and(|hinted| hinted > now);
        self.hinted = self.hinted.max(Some(now + wait));
        if is_second {
            self.until = self.hinted;
        }
    }

    /// When it is over, if there is one.
    pub(super) fn until(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }
}
