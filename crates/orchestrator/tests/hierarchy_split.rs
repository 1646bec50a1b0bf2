//! Merges with more merges put under them: what they get, when, and what is refused.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
#![allow(clippy::single_range_in_vec_init, reason = "a split may be into one group")]

use ziggurat::hierarchy::{
    Effects, End, Hierarchy, NodeId, NodeKind, NodeState, Shape, SplitError,
};

const COMPLETED: End = End::Completed { tokens: 1 };

fn end(run: &mut Hierarchy, node: u32, end: End) -> Effects {
    run.record(NodeId(node), end).unwrap()
}

fn complete(run: &mut Hierarchy, nodes: impl IntoIterator<Item = u32>) {
    for node in nodes {
        assert_eq!(end(run, node, COMPLETED).ended, []);
    }
}

fn split(run: &mut Hierarchy, node: u32, groups: &[std::ops::Range<u32>]) -> Vec<u32> {
    let effects = run.split(NodeId(node), groups).unwrap();
    assert_eq!((effects.ended, effects.released), (vec![], vec![]));
    ids(&effects.added)
}

/// So many workers that completed.
fn merging(workers: u32) -> Hierarchy {
    let mut run = Hierarchy::new(workers, Shape::default()).unwrap();
    complete(&mut run, 0..workers);
    run
}

fn ids(nodes: &[NodeId]) -> Vec<u32> {
    nodes.iter().map(|node| node.0).collect()
}

fn inputs(run: &Hierarchy, node: u32) -> Vec<u32> {
    ids(run.inputs(NodeId(node)))
}

fn drain(run: &mut Hierarchy) -> Vec<u32> {
    std::iter::from_fn(|| run.next_ready()).map(|node| node.0).collect()
}

#[test]
fn a_split_merge_gets_what_the_added_nodes_made_of_its_inputs() {
    let mut run = merging(8);
    assert_eq!(split(&mut run, 8, &[1..3, 4..7]), [9, 10]);
    assert_eq!(run.state(NodeId(8)), NodeState::Waiting);
    assert_eq!(inputs(&run, 8), [0, 9, 3, 10, 7], "what it waits for");
    assert_eq!(ids(&run.summit()), (0..8).collect::<Vec<_>>());

    assert_eq!(ids(&end(&mut run, 10, COMPLETED).released), [4, 5, 6]);
    assert_eq!(ids(&run.summit()), [0, 1, 2, 3, 10, 7]);
    assert_eq!(run.state(NodeId(8)), NodeState::Waiting);
    assert_eq!(ids(&end(&mut run, 9, COMPLETED).released), [1, 2]);
    assert_eq!(run.state(NodeId(8)), NodeState::Ready);
    assert_eq!(inputs(&run, 8), [0, 9, 3, 10, 7]);
    assert_eq!(ids(&end(&mut run, 8, COMPLETED).released), [0, 9, 3, 10, 7]);
    assert!(run.finished());
    assert_eq!(ids(&run.summit()), [8]);
}

#[test]
fn an_added_node_that_leaves_nothing_passes_its_inputs_up() {
    for how in [End::Failed, End::Cancelled, End::Skipped, End::PassedUp] {
        let mut run = merging(6);
        split(&mut run, 6, &[0..3, 3..6]);
        complete(&mut run, [7]);
        assert_eq!(end(&mut run, 8, how), Effects::default());
        assert_eq!(inputs(&run, 6), [7, 3, 4, 5]);
        assert_eq!(run.state(NodeId(6)), NodeState::Ready);
    }
}

#[test]
fn where_added_nodes_stand() {
    let mut run = merging(10);
    complete(&mut run, [10, 11]);
    let _ = run.next_ready();
    assert_eq!(split(&mut run, 12, &[0..2]), [13]);

    let mut run = merging(10);
    assert_eq!(split(&mut run, 11, &[0..2, 2..4]), [13, 14]);
    complete(&mut run, [10]);
    assert_eq!(split(&mut run, 14, &[0..1]), [15]);
    assert_eq!(run.len(), 16);
    assert_eq!(run.nodes().len(), 16);
    for (node, parent, children, index) in
        [(13, 11, vec![5, 6], 2), (14, 11, vec![7, 8], 3), (15, 14, vec![7], 4)]
    {
        assert_eq!(run.kind(NodeId(node)), NodeKind::Synthesizer);
        assert_eq!(run.parent(NodeId(node)), Some(NodeId(parent)));
        assert_eq!(ids(run.children(NodeId(node))), children);
        assert_eq!((run.step(NodeId(node)), run.index(NodeId(node))), (1, index));
    }
    let parents = [(5, 13), (6, 13), (7, 15), (8, 14), (9, 11), (4, 10), (11, 12)];
    for (node, parent) in parents {
        assert_eq!(run.parent(NodeId(node)), Some(NodeId(parent)), "of {node}");
    }
    assert_eq!(ids(run.children(NodeId(11))), [5, 6, 7, 8, 9], "what it was laid out over");
}

#[test]
fn the_executive_is_split_into_synthesizers() {
    let mut run = merging(25);
    complete(&mut run, 25..30);
    assert_eq!(split(&mut run, 30, &[0..2, 2..5]), [31, 32]);
    assert_eq!(run.kind(NodeId(31)), NodeKind::Synthesizer);
    assert_eq!((run.step(NodeId(32)), run.index(NodeId(32))), (2, 2));
    complete(&mut run, [31, 32, 30]);
    assert_eq!(ids(&run.summit()), [30]);
}

#[test]
fn an_added_node_over_a_single_input_is_called() {
    let mut run = merging(5);
    split(&mut run, 5, &[2..3]);
    assert_eq!(run.state(NodeId(6)), NodeState::Ready);
    complete(&mut run, [6]);
    assert_eq!(inputs(&run, 5), [0, 1, 6, 3, 4]);

    // Condensed as a whole: a single input, but it was not one of several.
    split(&mut run, 5, &[0..5]);
    complete(&mut run, [7]);
    assert_eq!(inputs(&run, 5), [7]);
    assert_eq!(run.state(NodeId(5)), NodeState::Ready);
}

#[test]
fn split_nodes_and_added_nodes_are_split_again() {
    let mut run = merging(9);
    split(&mut run, 9, &[0..6, 6..9]);
    assert_eq!(split(&mut run, 10, &[0..3, 3..6]), [12, 13]);
    assert_eq!(inputs(&run, 10), [12, 13]);
    complete(&mut run, [11, 12]);
    let _ = end(&mut run, 13, End::Failed);
    assert_eq!(inputs(&run, 10), [12, 3, 4, 5]);
    let _ = end(&mut run, 10, End::Failed);
    assert_eq!(inputs(&run, 9), [12, 3, 4, 5, 11]);
    assert_eq!(split(&mut run, 9, &[0..2, 3..5]), [14, 15]);
    assert_eq!(run.parent(NodeId(3)), Some(NodeId(14)));
    complete(&mut run, [14, 15, 9]);
    assert!(run.finished());
}

#[test]
fn a_running_merge_is_split_and_started_again_later() {
    let mut run = merging(5);
    assert_eq!(run.next_ready(), Some(NodeId(5)));
    split(&mut run, 5, &[0..5]);
    assert_eq!(drain(&mut run), [6]);
    assert!(run.record(NodeId(5), COMPLETED).is_err(), "the call was dropped");
    complete(&mut run, [6]);
    assert_eq!(drain(&mut run), [5]);
}

#[test]
fn added_nodes_are_started_like_nodes_one_step_below_theirs() {
    // 50 workers (0-49), ten synthesizers (50-59), two above them (60, 61), the executive (62).
    let mut run = Hierarchy::new(50, Shape::default()).unwrap();
    complete(&mut run, (0..45).chain(50..55));
    split(&mut run, 60, &[0..2, 3..5]); // 63, 64: as far from the summit as 55-59
    split(&mut run, 58, &[0..2]); // 65: as far as the workers
    assert_eq!(drain(&mut run), [45, 46, 47, 48, 49, 65, 55, 56, 57, 63, 64]);

    let mut run = Hierarchy::new(50, Shape::default()).unwrap();
    complete(&mut run, 0..45);
    split(&mut run, 58, &[0..3, 3..5]);
    split(&mut run, 63, &[0..2]); // 65: further than the workers
    assert_eq!(run.next_ready(), Some(NodeId(65)));
    assert_eq!(run.next_ready(), Some(NodeId(45)));
}

#[test]
fn halting_ends_added_nodes_before_the_node_they_are_under() {
    let mut run = merging(10);
    split(&mut run, 10, &[0..3]);
    split(&mut run, 13, &[0..2]);
    assert_eq!(run.next_ready(), Some(NodeId(14)));
    let expected = [
        (14, End::Cancelled),
        (13, End::Skipped),
        (10, End::Skipped),
        (11, End::Skipped),
        (12, End::Skipped),
    ];
    assert_eq!(run.halt().ended, expected.map(|(node, end)| (NodeId(node), end)));
    assert!(run.finished());
    assert_eq!(ids(&run.summit()), (0..10).collect::<Vec<_>>());
}

#[test]
fn stopping_the_workers_leaves_added_nodes_alone() {
    let mut run = Hierarchy::new(10, Shape::default()).unwrap();
    complete(&mut run, 0..7);
    split(&mut run, 10, &[0..2, 2..4]);
    let _ = run.stop_workers();
    assert_eq!(drain(&mut run), [13, 14, 11]);
}

#[test]
fn illegal_splits_are_refused_named_and_without_effect() {
    let mut run = merging(10);
    complete(&mut run, [10]);
    let before = run.clone();
    let mut refused = |node, groups: &[_]| run.split(NodeId(node), groups).unwrap_err();
    for node in [0, 13, u32::MAX] {
        assert_eq!(refused(node, &[0..1]), SplitError::NotAMerge { node: NodeId(node) });
    }
    for (node, state) in [(10, NodeState::Ended(COMPLETED)), (12, NodeState::Waiting)] {
        assert_eq!(refused(node, &[0..1]), SplitError::State { node: NodeId(node), state });
    }
    assert_eq!(refused(11, &[]), SplitError::NoGroup);
    #[allow(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    let groups =
        [vec![0..0], vec![3..2], vec![0..6], vec![0..3, 2..4], vec![2..4, 0..2], vec![5..6]];
    for groups in groups {
        let wrong = groups[groups.len() - 1].clone();
        assert_eq!(refused(11, &groups), SplitError::Group { group: wrong, inputs: 5 });
    }
    assert_eq!(
        refused(11, &[4..9]).to_string(),
        "4..9 is no group of 5 inputs: groups are ascending, disjoint and not empty"
    );
    assert_eq!(
        refused(12, &[0..1]).to_string(),
        "node 12 cannot be split: it is Waiting, not Ready or Running"
    );
    assert_eq!(run, before);
    assert_eq!(drain(&mut run), [11]);
}

#[test]
fn hierarchies_with_different_splits_differ() {
    let with = |groups: &[_]| {
        let mut run = merging(6);
        split(&mut run, 6, groups);
        run
    };
    assert_eq!(with(&[0..2, 3..5]), with(&[0..2, 3..5]));
    assert_ne!(with(&[0..2, 3..5]), with(&[0..2, 3..6]));
    assert_ne!(with(&[0..2]), merging(6));
}
