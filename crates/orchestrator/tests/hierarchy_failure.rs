//! What becomes of results when nodes fail, are skipped, or the run is stopped.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use ziggurat::hierarchy::{
    Effects, End, ExecutiveMode, Hierarchy, IllegalTransition, NodeId, NodeState, Shape,
};

const COMPLETED: End = End::Completed { tokens: 1 };

fn hierarchy(workers: u32) -> Hierarchy {
    Hierarchy::new(workers, Shape::default()).unwrap()
}

fn with_executive(workers: u32, executive: ExecutiveMode) -> Hierarchy {
    Hierarchy::new(workers, Shape { executive, ..Shape::default() }).unwrap()
}

fn end(run: &mut Hierarchy, node: u32, end: End) -> Effects {
    run.record(NodeId(node), end).unwrap()
}

/// Completes some workers and fails the rest.
fn complete_only(run: &mut Hierarchy, completed: &[u32]) {
    for node in 0..run.workers() {
        let how = if completed.contains(&node) { COMPLETED } else { End::Failed };
        let _ = end(run, node, how);
    }
}

fn ids(nodes: &[NodeId]) -> Vec<u32> {
    nodes.iter().map(|node| node.0).collect()
}

#[test]
fn a_failed_worker_is_missing_from_the_inputs() {
    let mut run = hierarchy(5);
    complete_only(&mut run, &[0, 2, 3]);
    assert_eq!(run.state(NodeId(5)), NodeState::Ready);
    assert_eq!(ids(run.inputs(NodeId(5))), [0, 2, 3]);
    assert_eq!(ids(run.children(NodeId(5))), [0, 1, 2, 3, 4]);
}

#[test]
fn completing_releases_the_inputs() {
    let mut run = hierarchy(5);
    complete_only(&mut run, &[0, 2, 3]);
    let effects = end(&mut run, 5, COMPLETED);
    assert_eq!(ids(&effects.released), [0, 2, 3]);
    assert_eq!(effects.ended, []);
    assert_eq!(ids(&run.summit()), [5]);
}

#[test]
fn a_merge_with_nothing_to_merge_is_skipped_up_to_the_summit() {
    let mut run = hierarchy(10);
    for node in 0..9 {
        let effects = end(&mut run, node, End::Failed);
        let skipped = [(NodeId(10), End::Skipped)];
        assert_eq!(effects.ended, if node == 4 { &skipped[..] } else { &[] });
    }
    let last = end(&mut run, 9, End::Failed);
    assert_eq!(last.ended, [(NodeId(11), End::Skipped), (NodeId(12), End::Skipped)]);
    assert!(run.finished());
    assert_eq!(run.summit(), []);
}

#[test]
fn one_survivor_is_passed_up_without_a_call() {
    let mut run = hierarchy(10);
    complete_only(&mut run, &[3, 5, 6, 7, 8, 9]);
    assert_eq!(run.state(NodeId(10)), NodeState::Ended(End::PassedUp));
    assert_eq!(ids(run.inputs(NodeId(10))), [3]);
    let _ = end(&mut run, 11, COMPLETED);
    assert_eq!(ids(run.inputs(NodeId(12))), [3, 11]);
}

#[test]
fn a_single_survivor_of_all_is_the_summit() {
    let mut run = hierarchy(50);
    complete_only(&mut run, &[31]);
    assert!(run.finished());
    assert_eq!(run.state(NodeId(62)), NodeState::Ended(End::PassedUp));
    assert_eq!(ids(&run.summit()), [31]);
}

#[test]
fn a_failed_synthesizer_passes_its_inputs_up_in_order() {
    for how in [End::Failed, End::Cancelled, End::Skipped, End::PassedUp] {
        let mut run = hierarchy(15);
        complete_only(&mut run, &(1..15).collect::<Vec<_>>());
        let _ = end(&mut run, 15, COMPLETED);
        let _ = end(&mut run, 17, COMPLETED);
        assert_eq!(end(&mut run, 16, how).released, []);
        assert_eq!(ids(run.inputs(NodeId(18))), [15, 5, 6, 7, 8, 9, 17]);
    }
}

#[test]
fn inputs_pass_through_several_failed_steps() {
    let mut run = hierarchy(50);
    complete_only(&mut run, &(0..50).filter(|node| node % 10 != 0).collect::<Vec<_>>());
    for node in 50..60 {
        let _ = end(&mut run, node, if node == 52 { COMPLETED } else { End::Failed });
    }
    let _ = end(&mut run, 60, End::Failed);
    let _ = end(&mut run, 61, COMPLETED);
    let mut expected: Vec<u32> = (1..10).chain([52]).chain(15..20).chain(21..25).collect();
    expected.push(61);
    assert_eq!(ids(run.inputs(NodeId(62))), expected);
}

#[test]
fn a_failed_merge_without_a_parent_leaves_its_inputs_as_the_summit() {
    let mut run = hierarchy(5);
    complete_only(&mut run, &[1, 2]);
    let _ = end(&mut run, 5, End::Failed);
    assert!(run.finished());
    assert_eq!(ids(&run.summit()), [1, 2]);

    let mut run = hierarchy(10);
    complete_only(&mut run, &(0..10).collect::<Vec<_>>());
    for node in [10, 11] {
        let _ = end(&mut run, node, COMPLETED);
    }
    let _ = end(&mut run, 12, End::Failed);
    assert_eq!(ids(&run.summit()), [10, 11], "a failed executive leaves the syntheses");
}

#[test]
fn an_executive_over_one_node_is_called_if_that_survives() {
    let mut run = with_executive(1, ExecutiveMode::Always);
    complete_only(&mut run, &[0]);
    assert_eq!(run.state(NodeId(1)), NodeState::Ready);

    let mut run = with_executive(1, ExecutiveMode::Always);
    complete_only(&mut run, &[]);
    assert_eq!(run.state(NodeId(1)), NodeState::Ended(End::Skipped));

    let mut run = with_executive(5, ExecutiveMode::Always);
    complete_only(&mut run, &[0, 1, 2, 3, 4]);
    let _ = end(&mut run, 5, COMPLETED);
    assert_eq!(run.state(NodeId(6)), NodeState::Ready);
    assert_eq!(ids(run.inputs(NodeId(6))), [5]);
}

#[test]
fn sections_stand_in_plan_order_when_there_is_no_executive() {
    let mut run = with_executive(25, ExecutiveMode::Never);
    complete_only(&mut run, &(0..25).collect::<Vec<_>>());
    for node in [29, 27, 25, 28] {
        let _ = end(&mut run, node, COMPLETED);
    }
    assert_eq!(ids(&run.summit()), [25, 5, 6, 7, 8, 9, 27, 28, 29], "as it stands");
    let _ = end(&mut run, 26, COMPLETED);
    assert_eq!(ids(&run.summit()), [25, 26, 27, 28, 29]);
}

#[test]
fn stopping_the_workers_lets_merges_go_on() {
    let mut run = hierarchy(10);
    for _ in 0..8 {
        run.next_ready();
    }
    for node in 0..7 {
        let _ = end(&mut run, node, COMPLETED);
    }
    let effects = run.stop_workers();
    let expected = [(7, End::Cancelled), (8, End::Skipped), (9, End::Skipped)];
    assert_eq!(effects.ended, expected.map(|(node, end)| (NodeId(node), end)));
    assert_eq!(run.stop_workers(), Effects::default());
    assert_eq!(run.next_ready(), Some(NodeId(10)));
    assert_eq!(run.next_ready(), Some(NodeId(11)));
    assert_eq!(ids(run.inputs(NodeId(11))), [5, 6]);
}

#[test]
fn halting_ends_everything_and_keeps_what_was_merged() {
    let mut run = hierarchy(15);
    for _ in 0..12 {
        run.next_ready();
    }
    for node in 0..11 {
        let _ = end(&mut run, node, COMPLETED);
    }
    let _ = end(&mut run, 15, COMPLETED);
    let effects = run.halt();
    let expected = [
        (11, End::Cancelled),
        (12, End::Skipped),
        (13, End::Skipped),
        (14, End::Skipped),
        (17, End::PassedUp),
        (16, End::Skipped),
        (18, End::Skipped),
    ];
    assert_eq!(effects.ended, expected.map(|(node, end)| (NodeId(node), end)));
    assert!(run.finished());
    assert_eq!(ids(&run.summit()), [15, 5, 6, 7, 8, 9, 10]);
    assert_eq!(run.halt(), Effects::default());
    assert_eq!(run.next_ready(), None);
}

#[test]
fn halting_cancels_a_running_merge_and_passes_its_inputs_up() {
    let mut run = hierarchy(5);
    complete_only(&mut run, &[0, 1, 2]);
    assert_eq!(run.next_ready(), Some(NodeId(5)));
    assert_eq!(run.halt().ended, [(NodeId(5), End::Cancelled)]);
    assert_eq!(ids(&run.summit()), [0, 1, 2]);
}

#[test]
fn illegal_ends_are_refused_and_named() {
    let mut run = hierarchy(5);
    run.next_ready();
    let _ = end(&mut run, 1, COMPLETED);
    let refused = |run: &mut Hierarchy, node, end| {
        let error = run.record(NodeId(node), end).unwrap_err();
        assert_eq!((error.node, error.end), (NodeId(node), end));
        error
    };
    assert_eq!(refused(&mut run, 5, COMPLETED).from, Some(NodeState::Waiting));
    assert_eq!(refused(&mut run, 1, COMPLETED).from, Some(NodeState::Ended(COMPLETED)));
    assert_eq!(refused(&mut run, 0, End::Skipped).from, Some(NodeState::Running));
    assert_eq!(refused(&mut run, 2, End::PassedUp).from, Some(NodeState::Ready));
    let unknown: IllegalTransition = refused(&mut run, 6, COMPLETED);
    assert_eq!(unknown.from, None);
    assert_eq!(
        unknown.to_string(),
        "node 6 cannot end as Completed { tokens: 1 }: there is no such node"
    );
    assert_eq!(
        refused(&mut run, 5, End::Failed).to_string(),
        "node 5 cannot end as Failed: it is Waiting"
    );
}
