//! What a workload must show and what it aims at: the table that the benchmarks exist for.

use crate::measured::Measured;
use crate::suite::Runs;
use crate::table::{cpu, per_worker, wall};
use crate::work::Program::{self, Hyper, Reqwest, Ziggurat};
use crate::workload::Workload;

/// A bound on a figure.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// What is measured.
    pub what: &'static str,
    /// What must hold.
    pub must: f64,
    /// What it aims at.
    pub aim: f64,
    /// Whether more is better.
    pub more: bool,
    figure: fn(&Workload, &Runs) -> f64,
}

/// The goals of a workload.
pub fn of(workload: &Workload) -> Vec<Goal> {
    let at_most = |what, must, aim, figure| Goal { what, must, aim, more: false, figure };
    let at_least = |what, must, aim, figure| Goal { what, must, aim, more: true, figure };
    match workload.name {
        "swarm-10-c5" | "swarm-10-c10" => vec![
            at_most("wall ÷ ideal", 1.006, 1.0035, over_ideal),
            at_most("peak RSS, MB", 20.0, 12.0, megabytes),
        ],
        "swarm-1000" => vec![
            at_most("wall ÷ ideal", 1.08, 1.06, over_ideal),
            at_most("CPU per call ÷ reqwest", 1.15, 1.0, |_, r| r.ratio(Ziggurat, Reqwest, cpu)),
        ],
        "jitter" => vec![at_most("wall ÷ list schedule", 1.08, 1.06, over_ideal)],
        "throughput" | "throughput-stack" => {
            vec![at_least("calls/s ÷ reqwest", 0.9, 1.0, |_, r| r.ratio(Reqwest, Ziggurat, wall))]
        }
        "streaming" | "streaming-stack" => vec![
            at_most("CPU per chunk ÷ hyper", 1.3, 1.1, |_, r| r.ratio(Ziggurat, Hyper, cpu)),
            at_most("added latency p99, ms", 3.0, 1.5, late),
        ],
        "memory" | "memory-flat" => vec![at_most("bytes per queued worker", 512.0, 350.0, bytes)],
        "memory-large" => vec![at_most("peak RSS, MB", 512.0, 400.0, megabytes)],
        "faults" => vec![
            at_most("failed calls", 0.0, 0.0, |_, r| most(r, |m| m.failed as f64)),
            at_most("wall ÷ reqwest with minimal retry", 1.2, 1.0, |_, r| {
                r.ratio(Ziggurat, Reqwest, wall)
            }),
            at_most("attempts beyond calls + faults", f64::INFINITY, 0.0, |_, r| {
                most(r, |m| m.attempts as f64 - (m.calls + m.faults) as f64)
            }),
        ],
        _ => Vec::new(),
    }
}

impl Goal {
    /// A line that says whether it holds.
    pub fn verdict(&self, workload: &Workload, runs: &Runs) -> String {
        let found = (self.figure)(workload, runs);
        let holds = |bound| if self.more { found >= bound } else { found <= bound };
        let word = match (holds(self.aim), holds(self.must)) {
            (true, _) => "aim reached",
            (_, true) => "holds",
            _ => "MISSED",
        };
        let sign = if self.more { "≥" } else { "≤" };
        let Self { what, must, aim, .. } = self;
        format!(
            "| {} | {what} | {found:.4} | {sign} {must} | {sign} {aim} | {word} |",
            workload.name
        )
    }
}

/// The head of the table of verdicts.
pub const HEAD: &str = "| workload | figure | found | must | aim | |\n|---|---|---|---|---|---|\n";

fn over_ideal(workload: &Workload, runs: &Runs) -> f64 {
    let ideal = workload.ideal().map_or(f64::NAN, |ideal| ideal.as_secs_f64());
    runs.median(Ziggurat, wall) / ideal
}

fn megabytes(_: &Workload, runs: &Runs) -> f64 {
    runs.median(Ziggurat, |measured| measured.peak as f64 / 1024.0)
}

fn bytes(workload: &Workload, runs: &Runs) -> f64 {
    runs.median(Ziggurat, |measured| per_worker(workload, measured))
}

fn late(_: &Workload, runs: &Runs) -> f64 {
    runs.median(Ziggurat, |m| m.delays.map_or(f64::NAN, |delays| delays.p99 / 1e3))
}

fn most(runs: &Runs, figure: impl Fn(&Measured) -> f64) -> f64 {
    runs.of(Program::Ziggurat).map(figure).fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(wall: u64) -> String {
        let workload = Workload::named("throughput").unwrap();
        let run = |wall| Measured { wall, ..Measured::default() };
        let runs = Runs::new(vec![[run(1), run(1_000), run(wall)]]);
        of(&workload)[0].verdict(&workload, &runs)
    }

    #[test]
    fn a_goal_is_reached_held_or_missed() {
        assert!(verdict(900).ends_with("| aim reached |"), "{}", verdict(900));
        assert!(verdict(1_100).ends_with("| holds |"), "{}", verdict(1_100));
        assert!(verdict(1_200).ends_with("| MISSED |"), "{}", verdict(1_200));
    }

    #[test]
    fn every_workload_has_a_goal() {
        let without: Vec<_> =
            crate::workload::all().into_iter().filter(|workload| of(workload).is_empty()).collect();
        assert!(without.is_empty(), "{without:?}");
    }
}
