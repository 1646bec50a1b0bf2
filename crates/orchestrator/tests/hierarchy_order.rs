//! What starts when: priority, the backlog, and the absence of barriers.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use ziggurat::hierarchy::{End, Hierarchy, NodeId, NodeState, Shape};

const COMPLETED: End = End::Completed { tokens: 1 };

fn hierarchy(workers: u32, merge_backlog: u32) -> Hierarchy {
    Hierarchy::new(workers, Shape { merge_backlog, ..Shape::default() }).unwrap()
}

fn complete(run: &mut Hierarchy, nodes: impl IntoIterator<Item = u32>) {
    for node in nodes {
        assert_eq!(run.record(NodeId(node), COMPLETED).unwrap().ended, []);
    }
}

fn drain(run: &mut Hierarchy) -> Vec<u32> {
    std::iter::from_fn(|| run.next_ready()).map(|node| node.0).collect()
}

#[test]
fn workers_start_in_plan_order_and_only_once() {
    let mut run = hierarchy(12, 80);
    assert_eq!(drain(&mut run), (0..12).collect::<Vec<_>>());
    assert_eq!(run.next_ready(), None);
    assert!(!run.finished(), "nothing ready is not the same as nothing left");
}

#[test]
fn queued_workers_go_before_ready_merges() {
    let mut run = hierarchy(10, 80);
    complete(&mut run, 0..5);
    assert_eq!(run.state(NodeId(10)), NodeState::Ready);
    assert_eq!(drain(&mut run), [5, 6, 7, 8, 9, 10]);
}

#[test]
fn lower_steps_go_before_higher_ones_and_then_plan_order() {
    // 50 workers (0-49), ten synthesizers (50-59), two above them (60, 61), the executive (62).
    let mut run = hierarchy(50, 80);
    complete(&mut run, 0..50);
    complete(&mut run, [58, 54, 50, 51, 52, 53]);
    assert_eq!(run.state(NodeId(60)), NodeState::Ready);
    assert_eq!(drain(&mut run), [55, 56, 57, 59, 60]);
}

#[test]
fn there_are_no_barriers() {
    let mut run = hierarchy(50, 80);
    complete(&mut run, (0..25).chain(50..55));
    // Half the workers have not even started, and a merge of the second step is ready.
    assert_eq!(run.state(NodeId(25)), NodeState::Ready);
    assert_eq!(run.state(NodeId(60)), NodeState::Ready);
    assert_eq!(run.state(NodeId(61)), NodeState::Waiting);
}

#[test]
fn merges_go_first_while_more_than_the_backlog_waits() {
    let mut run = hierarchy(20, 6);
    complete(&mut run, 0..6);
    assert_eq!(run.next_ready(), Some(NodeId(6)), "six results are not more than six");
    complete(&mut run, [6]);
    assert_eq!(run.next_ready(), Some(NodeId(20)), "seven are");
    assert_eq!(run.next_ready(), Some(NodeId(7)), "the running merge took five of them");
}

#[test]
fn above_the_backlog_the_lowest_merge_goes_first() {
    let mut run = hierarchy(50, 0);
    complete(&mut run, (0..35).rev());
    complete(&mut run, (50..55).rev());
    assert_eq!(drain(&mut run)[..3], [55, 56, 60], "two groups, then the step above");
}

#[test]
fn a_backlog_without_a_ready_merge_lets_workers_go_on() {
    let mut run = hierarchy(10, 0);
    complete(&mut run, [0, 2, 4, 6, 8]);
    assert_eq!(drain(&mut run), [1, 3, 5, 7, 9]);
}

#[test]
fn inputs_of_a_failed_merge_count_as_waiting_again() {
    let mut run = hierarchy(20, 5);
    complete(&mut run, 0..10);
    assert_eq!(run.next_ready(), Some(NodeId(20)));
    assert_eq!(run.next_ready(), Some(NodeId(10)), "five wait: those of the second group");
    let _ = run.record(NodeId(20), End::Failed).unwrap();
    assert_eq!(run.next_ready(), Some(NodeId(21)), "ten wait");
}
