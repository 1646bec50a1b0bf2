//! The second phase: up the pyramid. One task asks the hierarchy what is next, hands it to the
//! executor and records ends; there is no lock and no spawned task in it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use ziggurat_core::{AgentError, AgentOutput, Assignment, CallContext, ErrorKind, Reason, Signal};
use ziggurat_executor::{Finished, Job, JobSet};

use super::crew::Crew;
use super::reasons;
use super::signals::Signals;
use super::stage::Stage;
use super::tree::Tree;
use crate::hierarchy::{End, NodeId, NodeKind};

/// A run on its way up.
pub(crate) struct Climb<'a> {
    stage: &'a Stage,
    crew: Crew,
    tree: Tree,
    jobs: JobSet<'static, NodeId, AgentOutput, AgentError>,
    signals: Signals<NodeId>,
    halted: Option<Reason>,
    /// Whether the first call goes alone, for its key may be refused.
    cautious: bool,
    started: HashMap<NodeId, Instant>,
}

impl<'a> Climb<'a> {
    pub(crate) fn new(stage: &'a Stage, crew: Crew, tree: Tree) -> Self {
        let jobs = JobSet::new(stage.config.concurrency);
        let (signals, started) = (Signals::new(), HashMap::new());
        Self { cautious: crew.cautious, stage, crew, tree, jobs, signals, halted: None, started }
    }

    /// Runs until every node has ended. Says why the run was halted, if it was.
    pub(crate) async fn climb(mut self) -> (Tree, Option<Reason>) {
        let stage = self.stage;
        let mut halted = std::pin::pin!(stage.halted());
        loop {
            self.dispatch();
            if self.tree.hierarchy.finished() {
                return (self.tree, self.halted);
            }
            if self.jobs.is_empty() {
                // Nothing runs and nothing is ready, yet something is open: that cannot be.
                self.halt(reasons::internal("nothing is left to do, yet the run has not finished"));
                continue;
            }
            tokio::select! {
                biased;
                reason = &mut halted, if self.halted.is_none() => self.halt(reason),
                (node, signal) = self.signals.recv() => self.hear(node, signal),
                Some(finished) = self.jobs.next() => self.end(finished),
            }
        }
    }

    /// Starts what is ready while there is room. What waits stays an index in the hierarchy.
    fn dispatch(&mut self) {
        while self.jobs.has_room()
            && !(self.cautious && self.jobs.running() + self.jobs.queued() > 0)
        {
            let Some(node) = self.tree.hierarchy.next_ready() else { return };
            self.stage.start(self.tree.fix_inputs(node));
            self.started.insert(node, Instant::now());
            let info = self.tree.node(node).node.clone();
            let tier = info.tier;
            let cx = self.signals.context(node, info);
            let job = self.job(node, cx).timeout(self.stage.config.timeout(tier));
            self.jobs.push(node, job);
        }
    }

    fn job(&self, node: NodeId, cx: CallContext) -> Job<'static, AgentOutput, AgentError> {
        let task = &self.stage.task;
        let synthesizer = match self.tree.hierarchy.kind(node) {
            NodeKind::Worker => {
                let worker = Arc::clone(&self.crew.worker);
                let subtask = Arc::clone(self.tree.subtask(node));
                let assignment = Assignment::new(Arc::clone(task), subtask);
                return Job::new(move || async move { worker.work(&cx, &assignment).await });
            }
            NodeKind::Synthesizer => Arc::clone(&self.crew.synthesizer),
            NodeKind::Executive => Arc::clone(&self.crew.executive),
        };
        let merge = self.tree.merge(node, task);
        Job::new(move || async move { synthesizer.synthesize(&cx, &merge).await })
    }

    fn end(&mut self, finished: Finished<NodeId, AgentOutput, AgentError>) {
        let Finished { key: node, outcome, elapsed, .. } = finished;
        self.hear_all();
        self.started.remove(&node);
        if self.tree.hierarchy.state(node).is_terminal() {
            return; // It was stopped meanwhile, and its end is told.
        }
        match outcome.map_err(|error| reasons::of_job(&error)).and_then(not_empty) {
            Ok(output) => self.complete(node, output, elapsed),
            Err(reason) => self.fail(node, reason, elapsed),
        }
    }

    fn complete(&mut self, node: NodeId, output: AgentOutput, elapsed: Duration) {
        let tokens = u32::try_from(output.text.len().div_ceil(4)).unwrap_or(u32::MAX);
        let result = self.tree.node_mut(node);
        result.output = Some(output.text.into());
        result.model = output.model;
        result.truncated = output.truncated;
        self.cautious = false;
        self.stage.complete(result, elapsed);
        self.record(node, End::Completed { tokens });
    }

    fn fail(&mut self, node: NodeId, reason: Reason, elapsed: Duration) {
        let kind = reason.kind;
        self.cautious &= kind.is_fatal_for_model();
        self.stage.fail(self.tree.node_mut(node), reason.clone(), elapsed);
        self.record(node, End::Failed);
        let is_worker = self.tree.hierarchy.kind(node) == NodeKind::Worker;
        if kind == ErrorKind::Quota {
            self.halt(reason);
        } else if is_worker && kind.is_fatal_for_model() {
            self.stop_workers(&reason);
        } else if is_worker && self.quorum_is_lost() {
            self.halt(super::outcome::quorum_lost(&self.tree, self.stage.config.quorum));
        }
    }

    fn quorum_is_lost(&self) -> bool {
        let possible = self.tree.hierarchy.workers() - self.tree.workers_lost;
        possible < self.stage.config.quorum
    }

    fn record(&mut self, node: NodeId, end: End) {
        match self.tree.hierarchy.record(node, end) {
            Ok(effects) => {
                self.tree.count(node, end);
                self.tell(effects.ended, &reasons::no_input());
            }
            Err(illegal) => self.halt(reasons::internal(illegal)),
        }
    }

    /// Ends everything; what was merged so far is kept.
    fn halt(&mut self, reason: Reason) {
        let effects = self.tree.hierarchy.halt();
        self.stop(effects.ended, &reason);
        self.halted.get_or_insert(reason);
    }

    /// Ends the workers, which would all fail alike; merges go on.
    fn stop_workers(&mut self, reason: &Reason) {
        let effects = self.tree.hierarchy.stop_workers();
        self.stop(effects.ended, reason);
    }

    fn stop(&mut self, ended: Vec<(NodeId, End)>, reason: &Reason) {
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
            let elapsed = self.started.remove(&node).map_or(Duration::ZERO, |at| at.elapsed());
            let result = self.tree.node_mut(node);
            match end {
                End::Cancelled => self.stage.cancelled(result, cause.clone(), elapsed),
                End::PassedUp => self.stage.skip(result, reasons::passed_up()),
                _ if starved => self.stage.skip(result, reasons::no_input()),
                _ => self.stage.skip(result, reasons::not_started(cause)),
            }
        }
    }

    /// Takes a signal. The first text shows that the key is good.
    fn hear(&mut self, node: NodeId, signal: Signal) {
        self.cautious &= !matches!(signal, Signal::Text(_));
        self.stage.hear(self.tree.node_mut(node), signal);
    }

    fn hear_all(&mut self) {
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
