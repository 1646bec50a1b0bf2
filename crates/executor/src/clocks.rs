//! What the clocks are set to where a job does not say, and the one clock of a whole run.
//!
//! Defaults live here once and not in every job, so that a queue of a million jobs under one
//! default is no larger than one without.

use std::time::Duration;

use tokio::time::Instant;

/// The settings; `None` is a clock that never runs out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clocks {
    pub(crate) queue: Option<Duration>,
    pub(crate) attempt: Option<Duration>,
    pub(crate) job: Option<Duration>,
    pub(crate) run: Option<Duration>,
}

/// The clock of a run.
#[derive(Debug)]
pub(crate) enum RunClock {
    /// It never runs out.
    None,
    /// Starts at the first poll.
    Set(Duration),
    Running {
        after: Duration,
        end: Instant,
    },
    Over(Duration),
}

impl RunClock {
    pub(crate) fn new(after: Option<Duration>) -> Self {
        after.map_or(Self::None, Self::Set)
    }

    /// Starts it, unless it has started.
    pub(crate) fn start(&mut self) {
        if let Self::Set(after) = *self {
            *self = match Instant::now().checked_add(after) {
                Some(end) => Self::Running { after, end },
                None => Self::None,
            };
        }
    }

    /// When it will run out.
    pub(crate) fn end(&self) -> Option<Instant> {
        match self {
            Self::Running { end, .. } => Some(*end),
            _ => None,
        }
    }

    /// What it had been set to, if it has run out by `now`; then it has for ever.
    pub(crate) fn run_out(&mut self, now: Instant) -> Option<Duration> {
        match *self {
            Self::Running { after, end } if end <= now => {
                *self = Self::Over(after);
                Some(after)
            }
            Self::Over(after) => Some(after),
            _ => None,
        }
    }
}
