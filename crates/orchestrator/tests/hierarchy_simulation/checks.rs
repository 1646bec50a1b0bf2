//! What holds of every hierarchy at every moment.

use std::collections::HashSet;

use ziggurat::hierarchy::{End, Grouping, Hierarchy, NodeId, NodeKind, NodeState};

use crate::driver::{Entry, Simulation};

/// Every result is in the summit, or merged into exactly one node of it: following the inputs of
/// completed merges down from the summit reaches each completed node once, the workers in order.
/// Linear in the number of nodes.
pub(crate) fn no_result_is_lost(run: &Hierarchy) {
    let mut reached = vec![false; run.len()];
    let mut workers = Vec::new();
    let mut open = run.summit();
    open.reverse();
    while let Some(node) = open.pop() {
        assert!(run.state(node).is_completed(), "{node} has no result");
        assert!(!std::mem::replace(&mut reached[node.0 as usize], true), "{node} twice");
        if run.kind(node) == NodeKind::Worker {
            workers.push(node);
        }
        open.extend(run.inputs(node).iter().rev());
    }
    for node in run.nodes() {
        assert_eq!(reached[node.0 as usize], run.state(node).is_completed(), "{node} is lost");
    }
    let bottom = run.nodes().filter(|&node| run.step(node) == 1);
    let mut order: Vec<NodeId> = bottom.flat_map(|node| run.children(node).to_vec()).collect();
    if order.is_empty() || run.shape().grouping == Grouping::PlanOrder {
        order = run.nodes().take(run.workers() as usize).collect();
    }
    order.retain(|&node| run.kind(node) == NodeKind::Worker && run.state(node).is_completed());
    order.truncate(workers.len());
    assert_eq!(workers, order, "out of order");
}

/// A result is released once it was merged, and only then.
pub(crate) fn released_means_merged(simulation: &Simulation) {
    let summit: HashSet<NodeId> = simulation.run.summit().into_iter().collect();
    for node in simulation.run.nodes() {
        let merged = simulation.run.state(node).is_completed() && !summit.contains(&node);
        assert_eq!(simulation.is_released(node), merged, "{node}");
    }
}

/// The state of every merge follows from those of its children by the rules, told here naively.
pub(crate) fn merges_follow_what_is_below_them(simulation: &Simulation) {
    let Simulation { run, model, journal, .. } = simulation;
    let recorded: HashSet<NodeId> = journal
        .iter()
        .filter_map(|entry| match entry {
            Entry::End(node, _) => Some(*node),
            _ => None,
        })
        .collect();
    let halted = journal.iter().any(|entry| matches!(entry, Entry::Halt(_)));

    for node in run.nodes().filter(|&node| run.kind(node) != NodeKind::Worker) {
        let parts = model.parts(node, run);
        let state = run.state(node);
        let waits = parts.iter().any(|&part| !run.state(part).is_terminal());
        assert_eq!(state == NodeState::Waiting, waits, "{node}");
        let inputs = if waits { parts.clone() } else { model.gathered(node, run) };
        assert_eq!(run.inputs(node), inputs, "{node}");
        match inputs.len() {
            _ if waits => {}
            0 => assert_eq!(state, NodeState::Ended(End::Skipped)),
            1 if parts.len() > 1 => assert_eq!(state, NodeState::Ended(End::PassedUp)),
            _ if recorded.contains(&node) || halted => assert!(state.is_terminal()),
            _ => assert!(!state.is_terminal(), "{node} ended by itself as {state:?}"),
        }
    }
}

/// Following the children down from the topmost step reaches every worker once, and what was added
/// stands where it was put.
pub(crate) fn relations_are_told_truly(simulation: &Simulation) {
    let Simulation { run, model, .. } = simulation;
    let laid_out = run.len() - model.added().count();
    let mut parents = vec![None; laid_out];
    for node in run.nodes().take(laid_out) {
        for child in run.children(node) {
            let before = parents[child.0 as usize].replace(node);
            assert_eq!(before, None, "{child} has two parents");
            assert_eq!(run.step(*child) + 1, run.step(node));
        }
    }
    for node in run.nodes().take(laid_out) {
        let expected = model.regrouped(node).or(parents[node.0 as usize]);
        assert_eq!(run.parent(node), expected, "{node}");
        assert!(
            run.parent(node).is_some() || run.step(node) == run.step(NodeId(laid_out as u32 - 1))
        );
    }
    for (node, parent, inputs) in model.added() {
        assert_eq!(run.parent(node), model.regrouped(node).or(Some(parent)), "{node}");
        assert_eq!(run.children(node), inputs, "{node}");
        assert_eq!(run.step(node), run.step(parent), "{node}");
        assert_eq!(run.kind(node), NodeKind::Synthesizer);
    }
    let places: HashSet<_> = run.nodes().map(|node| (run.step(node), run.index(node))).collect();
    assert_eq!(places.len(), run.len(), "two nodes in one place");
}

/// Workers that ended stand below the merges in the order of their ends, or in that of the plan.
pub(crate) fn workers_are_grouped_as_asked(simulation: &Simulation) {
    let Simulation { run, model, .. } = simulation;
    let bottom: Vec<NodeId> = run
        .nodes()
        .take(run.len() - model.added().count())
        .filter(|&node| run.step(node) == 1)
        .flat_map(|node| run.children(node).to_vec())
        .collect();
    if bottom.is_empty() {
        return;
    }
    assert_eq!(bottom.len() as u32, run.workers());
    match run.shape().grouping {
        Grouping::PlanOrder => assert!(bottom.is_sorted()),
        Grouping::AsCompleted => assert!(bottom.starts_with(model.arrivals())),
    }
}

/// What the hierarchy says of itself, by counting.
pub(crate) fn progress_is_told_truly(run: &Hierarchy) {
    let all_ended = run.nodes().all(|node| run.state(node).is_terminal());
    assert_eq!(run.finished(), all_ended);
    let any_ready = run.nodes().any(|node| run.state(node) == NodeState::Ready);
    assert_eq!(run.clone().next_ready().is_some(), any_ready);
}

/// Equal, and equal in everything that is said to follow from that.
pub(crate) fn same(left: &Hierarchy, right: &Hierarchy) {
    assert_eq!(left, right);
    same_results(left, right);
}

/// The same results, merged from the same inputs.
pub(crate) fn same_results(left: &Hierarchy, right: &Hierarchy) {
    assert_eq!(left.summit(), right.summit());
    assert_eq!(left.finished(), right.finished());
    for node in left.nodes() {
        assert_eq!(left.inputs(node), right.inputs(node), "{node}");
        assert_eq!(left.state(node).is_completed(), right.state(node).is_completed(), "{node}");
    }
}
