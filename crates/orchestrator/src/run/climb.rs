//! The second phase: up the pyramid. One task asks the hierarchy what is next, hands it to the
//! executor and records ends; there is no lock and no spawned task in it.

use std::collections::HashMap;
use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use ziggurat_core::{
    AgentError, AgentOutput, Assignment, CallContext, Merge, Reason, Synthesizer, Tier,
};
use ziggurat_executor::{Job, JobSet, Turn};

use super::agents::Agents;
use super::deadline::Deadline;
use super::fit::Fit;
use super::fitting::Fitting;
use super::reasons;
use super::signals::Signals;
use super::stage::Stage;
use super::tree::Tree;
use crate::hierarchy::{End, NodeId, NodeKind};

mod ends;
mod time;

/// A run on its way up.
pub(crate) struct Climb<'a> {
    stage: &'a Stage,
    agents: Agents,
    tree: Tree,
    jobs: JobSet<'static, NodeId, AgentOutput, AgentError>,
    signals: Signals,
    deadline: Option<Deadline>,
    fitting: Fitting,
    /// What agents have that may be stopped before they have more.
    drafts: HashMap<NodeId, AgentOutput>,
    halted: Option<Reason>,
    /// Whether the first call goes alone, for its key may be refused.
    cautious: bool,
    /// The moment at which workers are cut, if it is another one than before.
    cut_again: Option<Instant>,
    /// Whether workers go on although they should be cut, since none has a result.
    overtime: bool,
    started: HashMap<NodeId, Began>,
}

/// The beginning of a node's work.
#[derive(Clone, Copy)]
struct Began {
    at: Instant,
    /// Whether it has less time than its tier, for the run's is short.
    short: bool,
}

/// How long the first call goes alone at most. A key that is refused is refused sooner, and a slow answer
/// says nothing about the key.
const CAUTION: Duration = Duration::from_secs(3);

impl<'a> Climb<'a> {
    pub(crate) fn new(stage: &'a Stage, agents: Agents, tree: Tree, cautious: bool) -> Self {
        let (own, shared) = (stage.config.concurrency, stage.config.shared_limit.as_ref());
        let jobs = shared.map_or_else(|| JobSet::new(own), |shared| JobSet::sharing(own, shared));
        Self {
            deadline: divide(stage, &tree),
            fitting: Fitting::default(),
            drafts: HashMap::new(),
            cautious,
            cut_again: None,
            overtime: false,
            signals: Signals::new(),
            halted: None,
            started: HashMap::new(),
            stage,
            agents,
            tree,
            jobs,
        }
    }

    /// Runs until every node has ended. Says why the run was halted, if it was.
    pub(crate) async fn climb(mut self) -> (Tree, Option<Reason>) {
        let stage = self.stage;
        let mut halted = pin!(stage.halted());
        let (soft, end) = self.deadline.as_ref().map(|it| (it.soft, it.end)).unzip();
        let (mut cut, mut over) = (pin!(at(soft)), pin!(at(end)));
        let mut trust = pin!(tokio::time::sleep(CAUTION));
        let (mut working, mut merging) = (true, true);
        if soft.is_some_and(|soft| soft <= Instant::now()) {
            working = false;
            self.cut();
        }
        loop {
            if let Some(moment) = self.cut_again.take() {
                cut.set(at(Some(moment)));
                working = true;
            }
            let more = self.dispatch();
            if self.tree.hierarchy.finished() {
                return (self.tree, self.halted);
            }
            if self.jobs.is_empty() && !more {
                // Nothing runs and nothing is ready, yet something is open: that cannot be.
                self.halt(reasons::internal("nothing is left to do, yet the run has not finished"));
                continue;
            }
            tokio::select! {
                biased;
                reason = &mut halted, if self.halted.is_none() => {
                    self.take_what_is_there();
                    self.take_drafts(|_| true);
                    self.halt(reason);
                }
                () = &mut cut, if working => {
                    working = false;
                    self.take_what_is_there();
                    self.cut();
                }
                () = &mut over, if merging => {
                    merging = false;
                    self.take_what_is_there();
                    self.conclude();
                }
                () = &mut trust, if self.cautious => self.cautious = false,
                (node, signal) = self.signals.recv() => {
                    self.hear(node, signal);
                    self.hear_all();
                }
                Some(turn) = self.jobs.turn(more) => match turn {
                    Turn::Ended(finished) => self.end(finished),
                    Turn::Room => {}
                },
            }
        }
    }

    /// Starts what is ready while there is room, and says whether there may be more. What waits stays an
    /// index in the hierarchy.
    fn dispatch(&mut self) -> bool {
        loop {
            let one_runs = self.jobs.running() + self.jobs.queued() > 0;
            if self.cautious && one_runs {
                return false;
            }
            if !self.jobs.has_room() {
                return self.tree.hierarchy.has_ready();
            }
            let Some(node) = self.tree.hierarchy.next_ready() else { return false };
            self.begin(node);
        }
    }

    /// Begins a node, unless it does not fit its model's context.
    fn begin(&mut self, node: NodeId) {
        let Some(synthesizer) = self.synthesizer(node).map(Arc::clone) else {
            return self.start(node, None);
        };
        let merge = self.tree.merge(node);
        match self.fitting.before(&self.tree.hierarchy, node, &merge, &*synthesizer) {
            Ok(Fit::Fits) => self.start(node, Some((synthesizer, merge))),
            Ok(Fit::Split(groups)) => self.split(node, &groups, reasons::too_large()),
            Ok(Fit::TooLarge) => self.pass_over(node, reasons::too_large_for_good()),
            Err(reason) => self.pass_over(node, reason),
        }
    }

    /// Ends a merge that is not called. What it was to merge is passed up.
    fn pass_over(&mut self, node: NodeId, reason: Reason) {
        self.tree.scribe.skip(node, reason);
        self.record(node, End::Failed);
    }

    /// Lets others merge some of a node's inputs first.
    fn split(&mut self, node: NodeId, groups: &[Range<u32>], why: Reason) {
        let hierarchy = &mut self.tree.hierarchy;
        match hierarchy.split(node, groups) {
            Ok(effects) => {
                self.tree.scribe.split(node, hierarchy, &effects.added, why);
                self.fitting.split(hierarchy, node, effects.added);
            }
            Err(error) => self.halt(reasons::internal(error)),
        }
    }

    fn start(&mut self, node: NodeId, merge: Option<(Arc<dyn Synthesizer>, Merge)>) {
        let scribe = &self.tree.scribe;
        scribe.start(node, self.tree.hierarchy.inputs(node));
        if self.fitting.was_refused(node) {
            scribe.retry(node, 2, reasons::too_large());
        }
        let now = Instant::now();
        let (cx, hold) = self.signals.context(node, scribe.read().info(node));
        let (timeout, until, short) = self.clocks(node, now);
        self.started.entry(node).or_insert(Began { at: now, short: false }).short = short;
        let job = self.job(node, merge, cx.with_deadline(until.map(Instant::into_std)));
        self.jobs.push(node, job.timeout(timeout).hold(hold));
    }

    /// How long a node may take, when all its calls must have ended, and whether that is less than its tier
    /// has.
    fn clocks(&self, node: NodeId, now: Instant) -> (Duration, Option<Instant>, bool) {
        let kind = self.tree.hierarchy.kind(node);
        let own = self.stage.config.timeout(tier(kind));
        match &self.deadline {
            None => (own, None, false),
            Some(deadline) if kind == NodeKind::Worker => (own, Some(deadline.end), false),
            Some(deadline) => {
                let (step, below) = (self.tree.hierarchy.step(node), self.tree.is_added(node));
                let share = deadline.of_merge(step, below, now);
                (own.min(share), Some(deadline.end.min(now + share)), share < own)
            }
        }
    }

    fn job(
        &self,
        node: NodeId,
        merge: Option<(Arc<dyn Synthesizer>, Merge)>,
        cx: CallContext,
    ) -> Job<'static, AgentOutput, AgentError> {
        match merge {
            None => {
                let worker = Arc::clone(&self.agents.worker);
                let subtask = self.tree.subtask(node).clone();
                let assignment = Assignment::new(Arc::clone(&self.stage.task), subtask);
                Job::new(move || async move { worker.work(&cx, &assignment).await })
            }
            Some((synthesizer, merge)) => {
                Job::new(move || async move { synthesizer.synthesize(&cx, &merge).await })
            }
        }
    }

    /// Who merges at a node; `None` for a worker.
    fn synthesizer(&self, node: NodeId) -> Option<&Arc<dyn Synthesizer>> {
        match self.tree.hierarchy.kind(node) {
            NodeKind::Worker => None,
            NodeKind::Synthesizer => Some(&self.agents.synthesizer),
            NodeKind::Executive => Some(&self.agents.executive),
        }
    }
}

/// The time of a run, divided between its workers and the steps above them.
fn divide(stage: &Stage, tree: &Tree) -> Option<Deadline> {
    let hierarchy = &tree.hierarchy;
    let summit = hierarchy.nodes().next_back()?;
    let top = hierarchy.kind(summit);
    let steps = (1..=hierarchy.step(summit)).map(|step| {
        let kind = if step == hierarchy.step(summit) { top } else { NodeKind::Synthesizer };
        stage.config.timeout(tier(kind))
    });
    Deadline::new(stage.started, stage.timeout?, steps.collect())
}

/// Completes at this moment, if there is one.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

fn tier(kind: NodeKind) -> Tier {
    match kind {
        NodeKind::Worker => Tier::Worker,
        NodeKind::Synthesizer => Tier::Synthesizer,
        NodeKind::Executive => Tier::Executive,
    }
}
