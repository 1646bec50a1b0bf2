//! Workers grouped as they end.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use ziggurat::hierarchy::{End, ExecutiveMode, Grouping, Hierarchy, NodeId, NodeState, Shape};

const COMPLETED: End = End::Completed { tokens: 1 };
const SHAPE: Shape = Shape {
    fan_in: 5,
    synthesizers: true,
    executive: ExecutiveMode::Auto,
    merge_backlog: 80,
    grouping: Grouping::AsCompleted,
};

fn complete(run: &mut Hierarchy, nodes: impl IntoIterator<Item = u32>) {
    for node in nodes {
        let _ = run.record(NodeId(node), COMPLETED).unwrap();
    }
}

fn ids(nodes: &[NodeId]) -> Vec<u32> {
    nodes.iter().map(|node| node.0).collect()
}

fn inputs(run: &Hierarchy, node: u32) -> Vec<u32> {
    ids(run.inputs(NodeId(node)))
}

#[test]
fn the_first_to_end_are_the_first_group() {
    let mut run = Hierarchy::new(12, SHAPE).unwrap();
    complete(&mut run, [11, 3, 8, 0, 5]);
    assert_eq!(run.state(NodeId(12)), NodeState::Waiting, "a group of six");
    complete(&mut run, [10]);
    assert_eq!(run.state(NodeId(12)), NodeState::Ready);
    assert_eq!(inputs(&run, 12), [11, 3, 8, 0, 5, 10]);
    complete(&mut run, [9, 7, 1, 2, 4, 6]);
    assert_eq!(inputs(&run, 13), [9, 7, 1, 2, 4, 6]);
    assert_eq!(ids(&run.summit()), [11, 3, 8, 0, 5, 10, 9, 7, 1, 2, 4, 6]);
}

#[test]
fn a_straggler_delays_the_last_group_only() {
    let merges_before = |grouping| {
        let mut run = Hierarchy::new(50, Shape { grouping, ..SHAPE }).unwrap();
        complete(&mut run, 1..50);
        let mut merged = 0;
        while let Some(node) = run.next_ready() {
            if node.0 >= 50 {
                merged += 1;
                complete(&mut run, [node.0]);
            }
        }
        (merged, run.state(NodeId(60)).is_completed(), run.state(NodeId(61)).is_completed())
    };
    assert_eq!(merges_before(Grouping::PlanOrder), (10, false, true));
    assert_eq!(merges_before(Grouping::AsCompleted), (10, true, false));
}

#[test]
fn a_worker_that_fails_takes_a_position_too() {
    let mut run = Hierarchy::new(10, SHAPE).unwrap();
    complete(&mut run, [9, 8]);
    let _ = run.record(NodeId(0), End::Failed).unwrap();
    complete(&mut run, [7, 6]);
    assert_eq!(inputs(&run, 10), [9, 8, 7, 6]);
    assert_eq!(ids(run.children(NodeId(10))), [9, 8, 0, 7, 6]);
    assert_eq!(run.parent(NodeId(0)), Some(NodeId(10)));
    for worker in 1..6 {
        assert_eq!(run.parent(NodeId(worker)), Some(NodeId(11)));
    }
}

#[test]
fn a_group_that_failed_as_a_whole_is_skipped() {
    let mut run = Hierarchy::new(10, SHAPE).unwrap();
    complete(&mut run, [9, 8, 7, 6, 5]);
    for worker in 0..5 {
        let effects = run.record(NodeId(worker), End::Failed).unwrap();
        let skipped = [(NodeId(11), End::Skipped)];
        assert_eq!(effects.ended, if worker == 4 { &skipped[..] } else { &[] });
    }
}

#[test]
fn stopped_workers_take_what_is_left_first_those_that_ran() {
    let mut run = Hierarchy::new(10, SHAPE).unwrap();
    for _ in 0..4 {
        run.next_ready();
    }
    complete(&mut run, [9, 3, 0]);
    let effects = run.stop_workers();
    let ended: Vec<u32> = effects.ended.iter().map(|&(node, _)| node.0).collect();
    assert_eq!(ended, [1, 2, 4, 5, 6, 7, 8, 11]);
    assert_eq!(ids(run.children(NodeId(10))), [9, 3, 0, 1, 2]);
    assert_eq!(inputs(&run, 10), [9, 3, 0]);
    assert_eq!(ids(run.children(NodeId(11))), [4, 5, 6, 7, 8]);
    assert_eq!(run.next_ready(), Some(NodeId(10)), "all results are in one group");
}

#[test]
fn the_steps_above_stay_in_order() {
    let mut run = Hierarchy::new(25, SHAPE).unwrap();
    complete(&mut run, (0..25).rev());
    complete(&mut run, [28, 25, 29, 27, 26]);
    assert_eq!(inputs(&run, 30), [25, 26, 27, 28, 29]);
    assert_eq!(inputs(&run, 26), [19, 18, 17, 16, 15]);
}

#[test]
fn workers_that_nothing_merges_stay_in_plan_order() {
    let mut run = Hierarchy::new(4, SHAPE).unwrap();
    complete(&mut run, [2, 3, 0]);
    assert_eq!(ids(&run.summit()), [0, 2, 3]);
}

#[test]
fn ends_in_another_order_are_another_hierarchy() {
    let ended = |order: [u32; 10]| {
        let mut run = Hierarchy::new(10, SHAPE).unwrap();
        complete(&mut run, order);
        run
    };
    let order = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7];
    assert_eq!(ended(order), ended(order));
    assert_ne!(ended(order), ended([3, 1, 4, 0, 9, 5, 2, 6, 8, 7]));
}
