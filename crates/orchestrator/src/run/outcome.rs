//! How a run ended, by the first rule that fits: halted → stopped; below the quorum or without a report
//! → failed; anything missing, failed, passed up or truncated → degraded; else complete.

use std::sync::Arc;
use std::time::Duration;

use ziggurat_core::{AgentState, Cost, Coverage, ErrorKind, EventKind, Outcome, Reason, Usage};

use super::plan::NoPlan;
use super::reasons;
use super::stage::Stage;
use super::tree::Tree;
use crate::hierarchy::NodeId;
use crate::record::{Book, millis};
use crate::{RunResult, report};

/// What is left of a run.
pub(crate) enum Ending {
    /// It got up the pyramid, halted or not.
    Climbed { tree: Box<Tree>, halted: Option<Reason> },
    /// It never had a plan.
    NoPlan(NoPlan),
}

/// Writes the last event and gives the result.
pub(crate) fn conclude(stage: &Stage, ending: Ending) -> RunResult {
    let mut result = match ending {
        Ending::NoPlan(NoPlan::Halted(reason)) => unplanned(stage, Outcome::Stopped, reason),
        Ending::NoPlan(NoPlan::Failed(reason)) => unplanned(stage, Outcome::Failed, reason),
        Ending::Climbed { tree, halted } => climbed(stage, *tree, halted),
    };
    (result.usage, result.cost) = stage.scribe.read().spent();
    result.elapsed = stage.started.elapsed();
    stage.scribe.write(EventKind::RunFinished {
        outcome: result.outcome,
        reason: result.reason.clone(),
        coverage: result.coverage,
        usage: result.usage.into(),
        cost_usd: result.cost.total(),
        elapsed_ms: millis(result.elapsed),
        report: result.report.clone(),
    });
    result
}

fn unplanned(stage: &Stage, outcome: Outcome, reason: Reason) -> RunResult {
    RunResult {
        run_id: stage.scribe.run_id().clone(),
        outcome,
        reason: Some(reason),
        coverage: Coverage::default(),
        usage: Usage::ZERO,
        cost: Cost::ZERO,
        elapsed: Duration::ZERO,
        report: None,
        plan: None,
        record: Arc::clone(stage.scribe.record()),
    }
}

fn climbed(stage: &Stage, tree: Tree, halted: Option<Reason>) -> RunResult {
    let (outcome, reason) = verdict(&tree, halted, stage.config.quorum);
    let coverage =
        Coverage { workers_ok: tree.workers_ok, workers_total: tree.hierarchy.workers() };
    let report = report::assemble(&tree, outcome, reason.as_ref());
    let (outcome, reason) = match (outcome, &report) {
        (Outcome::Complete | Outcome::Degraded, None) => {
            (Outcome::Failed, Some(reasons::no_report()))
        }
        _ => (outcome, reason),
    };
    let plan = Some(tree.plan);
    RunResult { reason, coverage, report, plan, ..unplanned(stage, outcome, reasons::no_input()) }
}

/// The first rule that fits.
fn verdict(tree: &Tree, halted: Option<Reason>, quorum: u32) -> (Outcome, Option<Reason>) {
    if let Some(reason) = halted.filter(|reason| reason.kind != ErrorKind::Quorum) {
        return (Outcome::Stopped, Some(reason));
    }
    if tree.workers_ok < quorum {
        return (Outcome::Failed, Some(below_quorum(tree, quorum)));
    }
    let flaws = flaws(tree);
    if flaws.is_empty() {
        return (Outcome::Complete, None);
    }
    (Outcome::Degraded, Some(Reason::new(ErrorKind::Incomplete, flaws.join("; "))))
}

/// Too few workers succeeded. If all failures are of one kind, that is the run's kind as well: a
/// refused key is `auth`, whatever the quorum.
fn below_quorum(tree: &Tree, quorum: u32) -> Reason {
    let (ok, total) = (tree.workers_ok, tree.hierarchy.workers());
    let asked = if quorum > 1 { format!(", the quorum is {quorum}") } else { String::new() };
    let book = &*tree.scribe.read();
    let of = |state| tree.workers().filter(move |&worker| book.row(worker).state == state);
    let failed = || of(AgentState::Failed);
    let reason = |worker| book.row(worker).reason.as_deref();
    let Some((first, why)) = failed().find_map(|worker| Some((worker, reason(worker)?))) else {
        let cut = of(AgentState::Cancelled).find_map(reason);
        let why = cut.map(|why| format!("; {}", why.message)).unwrap_or_default();
        let message = format!("{ok} of {total} workers gave a result{asked}{why}");
        return Reason::new(ErrorKind::Quorum, message);
    };
    let alike = failed().all(|worker| reason(worker).is_some_and(|other| other.kind == why.kind));
    let kind = if alike { why.kind } else { ErrorKind::Quorum };
    let (who, why) = (book.id(first), &why.message);
    let lost = failed().count();
    if quorum > 1 && ok as usize + lost < total as usize {
        let message = format!("{lost} of {total} workers failed{asked} and out of reach");
        return Reason::new(kind, format!("{message}; {who}: {why}"));
    }
    Reason::new(kind, format!("{ok} of {total} workers gave a result{asked}; {who}: {why}"))
}

/// Why a run stops as soon as its quorum is out of reach.
pub(crate) fn quorum_lost(tree: &Tree, quorum: u32) -> Reason {
    Reason { kind: ErrorKind::Quorum, ..below_quorum(tree, quorum) }
}

/// Everything that keeps a run from being complete, in words.
fn flaws(tree: &Tree) -> Vec<String> {
    let book = &*tree.scribe.read();
    let broken = |node: &NodeId| book.row(*node).state != AgentState::Completed;
    let mut flaws = Vec::new();
    let lost = tree.workers().filter(broken);
    let count = lost.clone().count();
    if count > 0 {
        let total = tree.hierarchy.workers();
        flaws.push(format!("{count} of {total} workers gave no result: {}", list(book, lost)));
    }
    let merges = tree.merges().filter(broken);
    if merges.clone().next().is_some() {
        flaws.push(format!("merged without {}", list(book, merges)));
    }
    let nodes = tree.workers().chain(tree.merges());
    let truncated = nodes.filter(|&node| book.row(node).truncated);
    let named: Vec<_> = truncated.clone().take(NAMED).map(|node| book.id(node)).collect();
    if !named.is_empty() {
        let more = truncated.count() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        flaws.push(format!("cut before its end: {}{more}", named.join(", ")));
    }
    flaws
}

/// How many nodes a message names before it only counts.
const NAMED: usize = 12;

fn list(book: &Book, nodes: impl Iterator<Item = NodeId> + Clone) -> String {
    let named = nodes.clone().take(NAMED).map(|node| {
        let reason = book.row(node).reason.as_ref();
        let kind = reason.map_or("unknown", |reason| reason.kind.as_str());
        format!("{} ({kind})", book.id(node))
    });
    let mut list = named.collect::<Vec<_>>().join(", ");
    let more = nodes.skip(NAMED).count();
    if more > 0 {
        list.push_str(&format!(" and {more} more"));
    }
    list
}
