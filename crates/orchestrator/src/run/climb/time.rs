//! What the clock of a run does to it: workers are cut in time to merge, and all is concluded before it is
//! over. Nothing that is there by then is lost, a whole text or the beginning of one.

use std::time::Duration;

use futures::FutureExt as _;
use tokio::time::Instant;
use ziggurat_executor::Turn;

use super::Climb;
use crate::hierarchy::{End, NodeId, NodeKind};
use crate::run::reasons;

impl Climb<'_> {
    /// Ends the workers that are not done, so that there is time to merge what the others wrote. If there is
    /// nothing to merge yet, they go on.
    pub(super) fn cut(&mut self) {
        if self.tree.workers_ok + self.tree.workers_lost == self.tree.hierarchy.workers() {
            return;
        }
        self.take_drafts(|kind| kind == NodeKind::Worker);
        if self.tree.workers_ok == 0 {
            self.overtime = true;
            return;
        }
        self.stop_workers(&reasons::soft_deadline(self.stage.started.elapsed()));
        self.check_quorum();
    }

    /// With the first result that came too late to cut in time, half of what is left is for the other
    /// workers and half for merging.
    pub(super) fn end_overtime(&mut self) {
        if let Some(deadline) = self.deadline.as_ref().filter(|_| self.overtime) {
            let now = Instant::now();
            self.cut_again = Some(now + deadline.end.saturating_duration_since(now) / 2);
            self.overtime = false;
        }
    }

    /// Ends what is not done, so that the run ends in time with what there is.
    pub(super) fn conclude(&mut self) {
        self.take_drafts(|_| true);
        let effects = self.tree.hierarchy.halt();
        self.stop(effects.ended, &reasons::out_of_time());
    }

    /// Ends the nodes of such kinds that have a text already, though not its end: it is marked, and not lost.
    pub(super) fn take_drafts(&mut self, of: impl Fn(NodeKind) -> bool) {
        let wanted = |node: &NodeId| of(self.tree.hierarchy.kind(*node));
        let mut drafted: Vec<_> = self.drafts.keys().copied().filter(wanted).collect();
        drafted.sort_unstable();
        for node in drafted {
            self.jobs.cancel(&node);
            self.hear_all();
            let elapsed = self.began(node);
            if let Some(draft) = self.drafts.remove(&node) {
                self.complete(node, draft, elapsed);
            }
        }
    }

    /// Takes the ends of jobs that are there already: a result that is there counts, whatever the clock says.
    pub(super) fn take_what_is_there(&mut self) {
        while let Some(Some(turn)) = self.jobs.turn(false).now_or_never() {
            if let Turn::Ended(finished) = turn {
                self.end(finished);
            }
        }
    }

    /// Whether this is a worker and the time of the run is over, so that its calls meet their deadline.
    pub(super) fn is_cut(&self, node: NodeId) -> bool {
        let is_worker = self.tree.hierarchy.kind(node) == NodeKind::Worker;
        let end = self.deadline.as_ref().map(|deadline| deadline.end);
        is_worker && end.is_some_and(|end| Instant::now() >= end)
    }

    /// Ends a worker that the end of the run's time has cut.
    pub(super) fn cancel(&mut self, node: NodeId, elapsed: Duration) {
        self.tree.scribe.cancel(node, reasons::out_of_time(), elapsed);
        self.record(node, End::Cancelled);
    }
}
