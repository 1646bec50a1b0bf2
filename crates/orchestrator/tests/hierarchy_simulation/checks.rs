//! What holds of every hierarchy at every moment.

use std::collections::HashSet;

use ziggurat::hierarchy::{End, Hierarchy, NodeId, NodeKind, NodeState};

use crate::driver::{Entry, Simulation};

/// Every result is in the summit, or merged into exactly one node of it: following the inputs of
/// completed merges down from the summit reaches each completed node once, the workers in plan
/// order. Linear in the number of nodes.
pub(crate) fn no_result_is_lost(run: &Hierarchy) {
    let mut reached = vec![false; run.len()];
    let mut last_worker = None;
    let mut open = run.summit();
    open.reverse();
    while let Some(node) = open.pop() {
        assert!(run.state(node).is_completed(), "{node} has no result");
        assert!(!std::mem::replace(&mut reached[node.0 as usize], true), "{node} twice");
        if run.kind(node) == NodeKind::Worker {
            assert!(last_worker < Some(node), "{node} is out of plan order");
            last_worker = Some(node);
        }
        open.extend(run.inputs(node).iter().rev());
    }
    for node in run.nodes() {
        assert_eq!(reached[node.0 as usize], run.state(node).is_completed(), "{node} is lost");
    }
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
pub(crate) fn merges_follow_their_children(run: &Hierarchy, journal: &[Entry]) {
    let recorded: HashSet<NodeId> = journal
        .iter()
        .filter_map(|entry| match entry {
            Entry::End(node, _) => Some(*node),
            _ => None,
        })
        .collect();
    let halted = journal.iter().any(|entry| matches!(entry, Entry::Halt(_)));

    let mut contributions: Vec<Vec<NodeId>> = Vec::new();
    for node in run.nodes() {
        let children = run.children(node);
        let inputs: Vec<NodeId> =
            children.iter().flat_map(|child| contributions[child.0 as usize].clone()).collect();
        let state = run.state(node);
        if !children.is_empty() {
            let waits = children.iter().any(|&child| !run.state(child).is_terminal());
            assert_eq!(state == NodeState::Waiting, waits, "{node}");
            assert_eq!(run.inputs(node), if waits { children } else { &inputs }, "{node}");
            match inputs.len() {
                _ if waits => {}
                0 => assert_eq!(state, NodeState::Ended(End::Skipped)),
                1 if children.len() > 1 => assert_eq!(state, NodeState::Ended(End::PassedUp)),
                _ if recorded.contains(&node) || halted => assert!(state.is_terminal()),
                _ => assert!(!state.is_terminal(), "{node} ended by itself as {state:?}"),
            }
        }
        contributions.push(if state.is_completed() { vec![node] } else { inputs });
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
