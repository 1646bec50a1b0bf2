//! One event as it is kept: 24 bytes, written out when it is read.

use jiff::Timestamp;
use ziggurat_core::EventKind;

use crate::hierarchy::NodeId;

/// When, and what.
#[derive(Debug, Clone)]
pub(super) struct Line {
    micros: i64,
    pub(super) what: What,
}

/// What happened. The nodes' rows have the rest.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// The plan was made.
    Planned,
    /// A node began.
    Started(NodeId),
    /// A node waits for room.
    Queued(NodeId),
    /// A node ended as its row says. A row never changes after it.
    Ended(NodeId),
    /// What happens seldom, as it is read.
    Whole(Box<EventKind>),
}

impl Line {
    /// A line; its time is kept to the microsecond.
    pub(super) fn new(time: Timestamp, what: What) -> Self {
        Self { micros: time.as_microsecond(), what }
    }

    pub(super) fn time(&self) -> Timestamp {
        // What came from a timestamp is in its range.
        Timestamp::from_microsecond(self.micros).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_small() {
        assert!(size_of::<Line>() <= 24, "{}", size_of::<Line>());
    }
}
