//! How a run ended, by the first rule that fits: halted → stopped; below the quorum or without a report
//! → failed; anything missing, failed, passed up or truncated → degraded; else complete.

use std::time::Duration;

use ziggurat_core::{
    AgentState, Cost, Coverage, ErrorKind, EventKind, Outcome, Plan, Reason, RunId, Usage,
};

use super::plan::NoPlan;
use super::reasons;
use super::stage::{Stage, millis};
use super::tree::Tree;
use crate::{NodeResult, RunResult, report};

/// What is left of a run.
pub(crate) enum Ending {
    /// It got up the pyramid, halted or not.
    Climbed { plan: Plan, tree: Box<Tree>, halted: Option<Reason> },
    /// It never had a plan.
    NoPlan(NoPlan),
}

/// Writes the last event and gives the result.
pub(crate) fn conclude(stage: &Stage, decomposer: NodeResult, ending: Ending) -> RunResult {
    let mut nodes = Vec::new();
    if decomposer.state != AgentState::Pending {
        nodes.push(decomposer);
    }
    let mut result = match ending {
        Ending::NoPlan(NoPlan::Halted(reason)) => unplanned(Outcome::Stopped, reason),
        Ending::NoPlan(NoPlan::Failed(reason)) => unplanned(Outcome::Failed, reason),
        Ending::Climbed { plan, tree, halted } => climbed(stage, plan, *tree, halted, &mut nodes),
    };
    result.run_id = stage.scribe.run_id().clone();
    result.usage = nodes.iter().map(|node| node.usage).sum();
    result.cost = nodes.iter().fold(Cost::ZERO, |sum, node| sum + node.cost);
    result.elapsed = stage.started.elapsed();
    result.nodes = nodes;
    stage.write(EventKind::RunFinished {
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

fn unplanned(outcome: Outcome, reason: Reason) -> RunResult {
    RunResult {
        run_id: RunId::new(""),
        outcome,
        reason: Some(reason),
        coverage: Coverage::default(),
        usage: Usage::ZERO,
        cost: Cost::ZERO,
        elapsed: Duration::ZERO,
        report: None,
        plan: None,
        nodes: Vec::new(),
    }
}

fn climbed(
    stage: &Stage,
    plan: Plan,
    tree: Tree,
    halted: Option<Reason>,
    nodes: &mut Vec<NodeResult>,
) -> RunResult {
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
    nodes.extend(tree.nodes);
    RunResult {
        outcome,
        reason,
        coverage,
        report,
        plan: Some(plan),
        ..unplanned(outcome, reasons::no_input())
    }
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
    let failed = || tree.workers().filter(|worker| worker.state == AgentState::Failed);
    let Some((first, reason)) = failed().find_map(|w| Some((w, w.reason.as_ref()?))) else {
        let message = format!("{ok} of {total} workers gave a result{asked}");
        return Reason::new(ErrorKind::Quorum, message);
    };
    let alike =
        failed().all(|worker| worker.reason.as_ref().is_some_and(|r| r.kind == reason.kind));
    let kind = if alike { reason.kind } else { ErrorKind::Quorum };
    let (who, why) = (&first.node.id, &reason.message);
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
    let mut flaws = Vec::new();
    let lost: Vec<_> = tree.workers().filter(|w| w.state != AgentState::Completed).collect();
    if !lost.is_empty() {
        let total = tree.hierarchy.workers();
        flaws.push(format!(
            "{} of {total} workers gave no result: {}",
            lost.len(),
            list(lost.into_iter())
        ));
    }
    let merges = || tree.nodes.iter().skip(tree.hierarchy.workers() as usize);
    let broken = merges().filter(|merge| merge.state != AgentState::Completed);
    if broken.clone().next().is_some() {
        flaws.push(format!("merged without {}", list(broken)));
    }
    let truncated = tree.nodes.iter().filter(|node| node.truncated);
    if truncated.clone().next().is_some() {
        let ids: Vec<_> = truncated.map(|node| node.node.id.as_str()).collect();
        flaws.push(format!("cut before its end: {}", ids.join(", ")));
    }
    flaws
}

/// How many nodes a message names before it only counts.
const NAMED: usize = 12;

fn list<'a>(nodes: impl Iterator<Item = &'a NodeResult> + Clone) -> String {
    let kind = |node: &NodeResult| node.reason.as_ref().map_or("unknown", |r| r.kind.as_str());
    let named = nodes.clone().take(NAMED).map(|node| format!("{} ({})", node.node.id, kind(node)));
    let mut list = named.collect::<Vec<_>>().join(", ");
    let more = nodes.skip(NAMED).count();
    if more > 0 {
        list.push_str(&format!(" and {more} more"));
    }
    list
}
