//! A million nodes, in the time and memory of a test.

use ziggurat::hierarchy::{End, Grouping, Hierarchy, NodeId, NodeState, Shape};

use crate::{checks, driver};
use driver::{Odds, Simulation};

/// Eight steps over these, and the executive: 1,000,000 nodes.
const WORKERS: u32 = 800_000;

const SMOOTH: Odds = Odds { fail: 0, cancel: 0, unstarted: 0, stop_workers: 0, halt: 0, split: 0 };

fn finished(workers: u32, shape: Shape, concurrency: usize, odds: Odds) -> Simulation {
    let mut simulation = Simulation::new(workers, shape, concurrency, odds, 7);
    while !simulation.run.finished() {
        simulation.step();
    }
    assert!(simulation.all_ended());
    simulation
}

#[test]
fn a_million_nodes_with_failures_lose_nothing() {
    let shape = Shape { merge_backlog: 8000, ..Shape::default() };
    let odds = Odds { fail: 10, cancel: 40, ..SMOOTH };
    let simulation = finished(WORKERS, shape, 1000, odds);
    assert_eq!(simulation.run.len(), 1_000_000);
    checks::no_result_is_lost(&simulation.run);
    checks::released_means_merged(&simulation);
    checks::same(&driver::replay(WORKERS, shape, &simulation.journal), &simulation.run);
}

#[test]
fn a_million_nodes_grouped_as_they_end_and_split_at_random_lose_nothing() {
    let shape = Shape { merge_backlog: 8000, grouping: Grouping::AsCompleted, ..Shape::default() };
    let odds = Odds { fail: 10, cancel: 40, split: 30, ..SMOOTH };
    let simulation = finished(WORKERS, shape, 1000, odds);
    assert!(simulation.run.len() > 1_010_000, "{} nodes", simulation.run.len());
    checks::no_result_is_lost(&simulation.run);
    checks::released_means_merged(&simulation);
    checks::relations_are_told_truly(&simulation);
    checks::workers_are_grouped_as_asked(&simulation);
    checks::same(&driver::replay(WORKERS, shape, &simulation.journal), &simulation.run);
}

#[test]
fn the_backlog_bounds_the_results_held_at_once() {
    let workers = WORKERS / 8;
    let peak = |merge_backlog| {
        let shape = Shape { merge_backlog, ..Shape::default() };
        finished(workers, shape, 10, SMOOTH).peak
    };
    // What waits, and what the ten running nodes may hold.
    assert!(peak(80) <= 80 + 10 * 9);
    assert!(peak(u32::MAX) > workers as usize * 9 / 10, "without it, all of them");
}

/// A million nodes, of which so many have ended, one after the other.
fn under_way(done: usize) -> Hierarchy {
    let mut run = Hierarchy::new(WORKERS, Shape::default()).unwrap();
    for _ in 0..done {
        let node = run.next_ready().unwrap();
        let _ = run.record(node, End::Completed { tokens: 1 }).unwrap();
    }
    run
}

#[test]
fn halting_a_million_nodes_keeps_what_was_done() {
    let mut run = under_way(300_000);
    let effects = run.halt();
    assert_eq!(effects.ended.len(), 700_000);
    assert!(run.finished());
    checks::no_result_is_lost(&run);
}

#[test]
fn stopping_the_workers_of_a_million_nodes_still_gives_one_report() {
    let mut run = under_way(300_000);
    let _ = run.stop_workers();
    while let Some(node) = run.next_ready() {
        let _ = run.record(node, End::Completed { tokens: 1 }).unwrap();
    }
    assert!(run.finished());
    // All that was done lies below the first of the two topmost synthesizers, so the executive had
    // nothing to merge its report with.
    assert_eq!(run.state(NodeId(999_999)), NodeState::Ended(End::PassedUp));
    assert_eq!(run.summit(), [NodeId(999_997)]);
    checks::no_result_is_lost(&run);
}
