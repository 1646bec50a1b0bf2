//! Measurements as a table that people read, in Markdown.

use std::fmt::Write;

use crate::measured::Measured;
use crate::suite::Runs;
use crate::work::Program;
use crate::workload::Workload;

const COLUMNS: [&str; 13] = [
    "workload",
    "program",
    "wall s",
    "best s",
    "÷ ideal",
    "calls/s",
    "CPU µs/call",
    "÷ hyper",
    "÷ reqwest",
    "start ms",
    "peak MB",
    "B/worker",
    "failed, attempts",
];

/// The head of the table.
pub fn head() -> String {
    format!("| {} |\n|{}\n", COLUMNS.join(" | "), "---|".repeat(COLUMNS.len()))
}

/// The rows of one workload: one a program, all figures medians but the best wall.
pub fn rows(workload: &Workload, runs: &Runs) -> String {
    Program::ALL.into_iter().fold(String::new(), |mut rows, program| {
        // Writing to a string cannot fail.
        writeln!(rows, "| {} |", cells(workload, runs, program).join(" | ")).ok();
        rows
    })
}

/// CPU of one call, or of one chunk where answers are streamed, in microseconds.
pub fn cpu(measured: &Measured) -> f64 {
    let units = measured.delays.map_or(measured.calls, |delays| delays.pieces as u64);
    measured.cpu as f64 / units.max(1) as f64
}

/// Memory of one queued worker, in bytes.
pub fn per_worker(workload: &Workload, measured: &Measured) -> f64 {
    let grown = measured.peak.saturating_sub(measured.base);
    (grown * 1024) as f64 / f64::from(workload.workers)
}

/// Wall in seconds.
pub fn wall(measured: &Measured) -> f64 {
    measured.wall as f64 / 1e6
}

fn cells(workload: &Workload, runs: &Runs, program: Program) -> Vec<String> {
    let median = |figure: fn(&Measured) -> f64| runs.median(program, figure);
    let seconds = median(wall);
    let ideal = workload.ideal().map(|ideal| format!("{:.4}", seconds / ideal.as_secs_f64()));
    let versus = |other| match program == other {
        true => "1".to_owned(),
        false => format!("{:.2}", runs.ratio(program, other, cpu)),
    };
    let calls = runs.median(program, |measured| measured.calls as f64);
    let failed = runs.of(program).map(|measured| measured.failed).max().unwrap_or(0);
    let attempts = runs.median(program, |measured| measured.attempts as f64);
    vec![
        workload.name.to_owned(),
        program.name().to_owned(),
        format!("{seconds:.3}"),
        format!("{:.3}", runs.best(program, wall)),
        ideal.unwrap_or_default(),
        format!("{:.0}", calls / seconds),
        format!("{:.1}", median(cpu)),
        versus(Program::Hyper),
        versus(Program::Reqwest),
        format!("{:.1}", runs.median(program, |measured| measured.start_cpu as f64 / 1e3)),
        format!("{:.1}", runs.median(program, |measured| measured.peak as f64 / 1024.0)),
        format!("{:.0}", runs.median(program, |measured| per_worker(workload, measured))),
        format!("{failed}, {attempts:.0}"),
    ]
}

/// The head of the table of streamed text.
pub const DELAYS: &str =
    "| workload | program | chunks | added latency, mean, ms | p99, ms |\n|---|---|---|---|---|\n";

/// How late streamed text was: rows of a table, none for what was not streamed.
pub fn delays(workload: &Workload, runs: &Runs) -> String {
    let mut lines = String::new();
    for program in Program::ALL.into_iter().filter(|_| workload.streamed) {
        let late = |figure: fn(&crate::delays::Summary) -> f64| {
            let figure = |measured: &Measured| measured.delays.as_ref().map_or(f64::NAN, figure);
            runs.median(program, figure)
        };
        writeln!(
            lines,
            "| {} | {} | {:.0} | {:.2} | {:.2} |",
            workload.name,
            program.name(),
            late(|delays| delays.pieces as f64),
            late(|delays| delays.mean) / 1e3,
            late(|delays| delays.p99) / 1e3,
        )
        .ok();
    }
    lines
}
