//! What follows from the end of a node, and what ends nodes: a failure that all would share, a halt.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use ziggurat_core::{AgentError, AgentOutput, ErrorKind, Reason, Signal};
use ziggurat_executor::Finished;

use super::{Began, Climb};
use crate::config::Retain;
use crate::hierarchy::{End, NodeId, NodeKind};
use crate::run::{outcome, reasons};

impl Climb<'_> {
    pub(super) fn end(&mut self, finished: Finished<NodeId, AgentOutput, AgentError>) {
        let Finished { key: node, outcome, .. } = finished;
        self.hear_all();
        // A merge that was split in between has begun before this attempt.
        let elapsed = self.started.get(&node).map_or(finished.elapsed, |began| began.at.elapsed());
        if self.tree.hierarchy.state(node).is_terminal() {
            return; // It was stopped meanwhile, and its end is told.
        }
        let began = self.started.remove(&node);
        let draft = self.drafts.remove(&node);
        let reason = match outcome.map_err(|error| reasons::of_job(&error)).and_then(not_empty) {
            Ok(output) => return self.complete(node, output, elapsed),
            Err(reason) => reason,
        };
        let late = reason.kind == ErrorKind::Timeout;
        match draft.filter(|_| late) {
            Some(draft) => self.complete(node, draft, elapsed),
            None if late && self.is_cut(node) => self.cancel(node, elapsed),
            None if late && began.is_some_and(|began| began.short) => {
                self.fail(node, reasons::no_time_left(elapsed), elapsed);
            }
            None => self.fail(node, reason, elapsed),
        }
    }

    pub(super) fn complete(&mut self, node: NodeId, output: AgentOutput, elapsed: Duration) {
        let tokens = u32::try_from(output.text.len().div_ceil(4)).unwrap_or(u32::MAX);
        self.cautious = false;
        self.tree.scribe.complete(node, output, elapsed);
        self.record(node, End::Completed { tokens });
        self.end_overtime();
    }

    fn fail(&mut self, node: NodeId, reason: Reason, elapsed: Duration) {
        let kind = reason.kind;
        if kind == ErrorKind::ContextLength
            && let Some(groups) = self.smaller(node)
        {
            self.started.insert(node, Began { at: Instant::now() - elapsed, short: false });
            return self.split(node, &groups, reason);
        }
        self.cautious &= kind.is_fatal_for_model();
        self.tree.scribe.fail(node, reason.clone(), elapsed);
        self.record(node, End::Failed);
        let is_worker = self.tree.hierarchy.kind(node) == NodeKind::Worker;
        if kind == ErrorKind::Quota {
            self.halt(reason);
        } else if is_worker && kind.is_fatal_for_model() {
            self.stop_workers(&reason);
            self.check_quorum();
        } else if is_worker {
            self.check_quorum();
        }
    }

    /// Ends a run that cannot have enough workers any more.
    pub(super) fn check_quorum(&mut self) {
        if self.quorum_is_lost() {
            self.halt(outcome::quorum_lost(&self.tree, self.stage.config.quorum));
        }
    }

    /// How to divide a merge that was refused as too large, if that may help.
    fn smaller(&mut self, node: NodeId) -> Option<Vec<Range<u32>>> {
        let synthesizer = Arc::clone(self.synthesizer(node)?);
        let merge = self.tree.merge(node);
        self.fitting.after(&self.tree.hierarchy, node, &merge, &*synthesizer)
    }

    fn quorum_is_lost(&self) -> bool {
        let possible = self.tree.hierarchy.workers() - self.tree.workers_lost;
        possible < self.stage.config.quorum
    }

    pub(super) fn record(&mut self, node: NodeId, end: End) {
        match self.tree.hierarchy.record(node, end) {
            Ok(effects) => {
                self.tree.count(node, end);
                self.tell(effects.ended, &reasons::no_input());
                if self.stage.config.retain == Retain::Unmerged {
                    self.tree.scribe.release(&effects.released);
                }
            }
            Err(illegal) => self.halt(reasons::internal(illegal)),
        }
    }

    /// Ends everything; what was merged so far is kept.
    pub(super) fn halt(&mut self, reason: Reason) {
        let effects = self.tree.hierarchy.halt();
        self.stop(effects.ended, &reason);
        self.halted.get_or_insert(reason);
    }

    /// Ends the workers; merges go on.
    pub(super) fn stop_workers(&mut self, reason: &Reason) {
        let effects = self.tree.hierarchy.stop_workers();
        self.stop(effects.ended, reason);
    }

    pub(super) fn stop(&mut self, ended: Vec<(NodeId, End)>, reason: &Reason) {
        let hierarchy = &self.tree.hierarchy;
        self.jobs.cancel_where(|&node| hierarchy.state(node).is_terminal());
        self.hear_all();
        self.tell(ended, reason);
    }

    /// Tells of nodes that ended because of something else: `cause`, or that nothing was left to merge.
    fn tell(&mut self, ended: Vec<(NodeId, End)>, cause: &Reason) {
        for (node, end) in ended {
            self.tree.count(node, end);
            let merge = self.tree.hierarchy.kind(node) != NodeKind::Worker;
            let starved = merge && self.tree.hierarchy.inputs(node).is_empty();
            let elapsed = self.began(node);
            let scribe = &self.tree.scribe;
            match end {
                End::Cancelled => scribe.cancel(node, cause.clone(), elapsed),
                End::Skipped if scribe.has_begun(node) => {
                    scribe.cancel(node, cause.clone(), elapsed);
                }
                End::PassedUp => scribe.skip(node, reasons::passed_up()),
                _ if starved => scribe.skip(node, reasons::no_input()),
                _ => scribe.skip(node, reasons::not_started(cause)),
            }
        }
    }

    /// How long ago a node began; no time if it has not. It is forgotten.
    pub(super) fn began(&mut self, node: NodeId) -> Duration {
        self.started.remove(&node).map_or(Duration::ZERO, |began| began.at.elapsed())
    }

    /// Takes a signal. The first text shows that the key is good.
    pub(super) fn hear(&mut self, node: NodeId, signal: Signal) {
        self.cautious &= !matches!(signal, Signal::Text(_));
        match signal {
            Signal::Draft(draft) => drop(self.drafts.insert(node, draft)),
            signal => self.tree.scribe.hear(node, signal),
        }
    }

    pub(super) fn hear_all(&mut self) {
        while let Some((node, signal)) = self.signals.try_recv() {
            self.hear(node, signal);
        }
    }
}

/// Empty text is a failure, whoever wrote it.
fn not_empty(output: AgentOutput) -> Result<AgentOutput, Reason> {
    if output.text.trim().is_empty() {
        return Err(AgentError::EmptyOutput { attempts: 1 }.reason());
    }
    Ok(output)
}
