//! What a job passes before it starts: the set's own limit, and the shared one if there is one.

use std::task::{Context, Poll, ready};

use crate::shared::Seat;
use crate::{Concurrency, Permit, SharedLimit};

pub(crate) struct Gate {
    limit: Concurrency,
    /// This set's, where its limit is not the only one.
    seat: Option<Seat>,
    /// Fetched for a job that has not been pushed.
    spare: Option<Permit>,
    /// The turn was taken for a spare permit, not for a queued job.
    wanted: bool,
}

impl Gate {
    pub(crate) fn new(limit: Concurrency, shared: Option<&SharedLimit>) -> Self {
        Self { limit, seat: shared.map(Seat::new), spare: None, wanted: false }
    }

    /// The set's own limit.
    pub(crate) fn limit(&self) -> Concurrency {
        self.limit
    }

    /// What the next queued job must hold; `None` if the own limit is the only one.
    pub(crate) fn poll_permit(&mut self, cx: &mut Context<'_>) -> Poll<Option<Permit>> {
        match (self.spare.take(), &mut self.seat) {
            (None, Some(seat)) => seat.poll_permit(cx).map(Some),
            (spare, _) => Poll::Ready(spare),
        }
    }

    /// Ready when a job that is not queued yet would pass at once.
    pub(crate) fn poll_spare(&mut self, cx: &mut Context<'_>, queued: usize) -> Poll<()> {
        if self.has_spare(queued) {
            return Poll::Ready(());
        }
        // With jobs in the queue the turn is theirs.
        if queued > 0 {
            return Poll::Pending;
        }
        self.wanted = true;
        self.spare = ready!(self.poll_permit(cx));
        self.wanted = false;
        Poll::Ready(())
    }

    /// Whether the shared limit, if there is one, has a permit for one more than those queued.
    pub(crate) fn has_spare(&self, queued: usize) -> bool {
        self.seat.is_none() || (self.spare.is_some() && queued == 0)
    }

    /// Nothing is queued: a turn that was taken for the queue is given up.
    pub(crate) fn nothing_queued(&mut self) {
        if let (false, Some(seat)) = (self.wanted, &mut self.seat) {
            seat.leave();
        }
    }

    /// Gives up what was fetched for a job that will not come.
    pub(crate) fn release_spare(&mut self, queued: usize) {
        self.wanted = false;
        if queued == 0 {
            self.spare = None;
            self.nothing_queued();
        }
    }
}
