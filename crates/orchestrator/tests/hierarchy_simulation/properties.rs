//! Small runs of every form, checked after every step.

use proptest::prelude::*;
use ziggurat::hierarchy::{ExecutiveMode, Grouping, NodeState, Shape};

use crate::{checks, driver};
use driver::{Odds, Simulation};

fn shapes() -> impl Strategy<Value = Shape> {
    let modes = prop_oneof![
        Just(ExecutiveMode::Auto),
        Just(ExecutiveMode::Always),
        Just(ExecutiveMode::Never)
    ];
    let groupings = prop_oneof![Just(Grouping::PlanOrder), Just(Grouping::AsCompleted)];
    (2..=7u32, prop::bool::weighted(0.8), modes, 0..=40u32, groupings).prop_map(
        |(fan_in, synthesizers, executive, merge_backlog, grouping)| Shape {
            fan_in,
            synthesizers,
            executive,
            merge_backlog,
            grouping,
        },
    )
}

/// From runs where nothing goes wrong to runs where nearly everything does.
fn odds() -> impl Strategy<Value = Odds> {
    let often = || prop_oneof![Just(0), 1..=12u32];
    let seldom = || prop_oneof![3 => Just(0), 2 => 20..=100u32];
    // More often, and splits would add nodes faster than they end.
    let split = prop_oneof![Just(0), 4..=20u32];
    (often(), often(), often(), seldom(), seldom(), split).prop_map(
        |(fail, cancel, unstarted, stop_workers, halt, split)| Odds {
            fail,
            cancel,
            // Every step would leave none for ends of running nodes.
            unstarted: if unstarted == 1 { 2 } else { unstarted },
            stop_workers,
            halt,
            split,
        },
    )
}

fn check_now(simulation: &Simulation) {
    checks::no_result_is_lost(&simulation.run);
    checks::progress_is_told_truly(&simulation.run);
    checks::merges_follow_what_is_below_them(simulation);
    checks::relations_are_told_truly(simulation);
    checks::workers_are_grouped_as_asked(simulation);
    checks::released_means_merged(simulation);
}

proptest! {
    // A failure prints its (shrunk) input; make that a test of its own rather than a seed file.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_run_keeps_its_promises(
        workers in 1..=70u32,
        shape in shapes(),
        concurrency in 1..=20usize,
        odds in odds(),
        seed: u64,
    ) {
        let mut simulation = Simulation::new(workers, shape, concurrency, odds, seed);
        while !simulation.run.finished() {
            simulation.step();
            check_now(&simulation);
        }
        prop_assert!(simulation.all_ended());
        prop_assert_eq!(simulation.run.next_ready(), None);
        prop_assert_eq!(simulation.run.halt(), Default::default());
        prop_assert_eq!(simulation.run.stop_workers(), Default::default());
    }

    #[test]
    fn the_journal_gives_the_same_hierarchy_again(
        workers in 1..=200u32,
        shape in shapes(),
        concurrency in 1..=20usize,
        odds in odds(),
        seed: u64,
    ) {
        let mut simulation = Simulation::new(workers, shape, concurrency, odds, seed);
        while !simulation.run.finished() {
            simulation.step();
        }
        let journal = &simulation.journal;
        checks::same(&driver::replay(workers, shape, journal), &simulation.run);
        let blind = driver::replay_without_cancelled(workers, shape, journal);
        checks::same_results(&blind, &simulation.run);
    }

    #[test]
    fn a_crashed_run_resumes_where_it_was(
        workers in 1..=200u32,
        shape in shapes(),
        concurrency in 1..=20usize,
        odds in odds(),
        seed: u64,
        steps in 0..200usize,
    ) {
        let mut simulation = Simulation::new(workers, shape, concurrency, odds, seed);
        for _ in 0..steps {
            if simulation.run.finished() {
                break;
            }
            simulation.step();
        }
        let resumed = driver::replay(workers, shape, &simulation.journal);
        checks::same_results(&resumed, &simulation.run);
        for node in resumed.nodes() {
            // What was running was lost with the process and is ready again.
            let expected = match simulation.run.state(node) {
                NodeState::Running => NodeState::Ready,
                state => state,
            };
            prop_assert_eq!(resumed.state(node), expected);
        }
    }
}
