//! Latencies that differ from node to node and from seed to seed.

use ziggurat::hierarchy::ExecutiveMode;

use crate::dice::Dice;
use crate::list::schedule;
use crate::pyramid::Form;
use crate::timed::run;

const SEEDS: u64 = 300;

/// Milliseconds for a node; one in ten has a long tail.
fn latency(seed: u64, id: &str) -> u64 {
    let mut dice = Dice::of(seed, id);
    let tail = if dice.percent(10) { 20 } else { 1 };
    tail * dice.between(1..=10_000_000)
}

/// Any form; those with few places are the likelier.
fn form(seed: u64) -> Form {
    let mut dice = Dice::new(seed);
    let mut upto = |most| usize::try_from(dice.between(1..=most)).unwrap();
    let most = [4, 16, 64][upto(3) - 1];
    Form {
        workers: upto(300),
        fan_in: 1 + upto(7),
        executive: [ExecutiveMode::Auto, ExecutiveMode::Always, ExecutiveMode::Never][upto(3) - 1],
        concurrency: upto(most),
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_takes_exactly_as_long_as_its_list_schedule() {
    let (mut compared, mut overtaken) = (0, 0);
    for seed in 0..SEEDS {
        let form = form(seed);
        let ideal = schedule(&form, |id| latency(seed, id));
        if ideal.tied {
            continue;
        }
        let (makespan, spans) = run(&form, move |id| latency(seed, id)).await;
        assert_eq!(makespan, ideal.makespan(), "seed {seed}: {form:?}");
        assert_eq!(spans, ideal.spans, "seed {seed}: {form:?}");
        compared += 1;
        overtaken += usize::from(ideal.overtakings > 0);
    }
    assert!(compared >= SEEDS - 10, "{compared} seeds without a tie");
    assert!(overtaken >= 20, "the bound on unmerged results was reached in {overtaken} runs");
}
