//! Whole runs in which a seed decides everything: how large the pyramid is, which calls fail, hang, break
//! or panic, and when the run is cancelled or dropped. Whatever happens, the history is whole.
//!
//! `ZIGGURAT_SOAK=1` runs 100,000 seeds instead of 200.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
#![allow(clippy::print_stderr, reason = "a seed that failed is named")]

mod check;
mod clock;
#[path = "../common/dice.rs"]
mod dice;
mod play;
mod seeds;
mod world;

use ziggurat::Outcome;

use play::play;
use seeds::{Tally, for_every_seed};
use world::World;

#[test]
fn a_run_among_faults_tells_a_whole_history_and_leaves_nothing_behind() {
    let tally = for_every_seed(|seed| {
        let world = World::draw(seed);
        let history = play(&world);
        check::holds(&world, &history);
        Tally::of(&history)
    });
    tally.shows_every_end();
}

#[test]
fn the_same_seed_gives_the_same_history() {
    for_every_seed(|seed| {
        let world = World::draw(seed);
        let (first, second) = (play(&world).json(), play(&world).json());
        assert!(first.lines().count() >= 2 || world.is_short(), "{first}");
        if first != second {
            let differs = first.lines().zip(second.lines()).find(|(first, second)| first != second);
            panic!("two runs of seed {seed} differ: {differs:#?}");
        }
        Tally::default()
    });
}

#[test]
fn without_faults_every_run_completes_in_good_time() {
    for_every_seed(|seed| {
        let world = World::draw(seed).without_faults();
        let history = play(&world);
        check::holds(&world, &history);
        let result = history.result.as_ref().unwrap();
        assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.reason);
        let (elapsed, nominal) = (result.elapsed, world.nominal());
        assert!(elapsed <= 10 * nominal, "{elapsed:?} where {nominal:?} is nominal");
        Tally::default()
    });
}
