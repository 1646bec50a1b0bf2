//! Runs programs and workloads side by side: in each repetition every program once, so that whatever the
//! machine does meanwhile befalls all of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;
use crate::fake::Fake;
use crate::measured::Measured;
use crate::work::{Flavor, Program};
use crate::workload::{SERVER, Workload};

/// How to run.
#[derive(Debug)]
pub struct Suite {
    /// This very program.
    pub own: PathBuf,
    /// The fake server's.
    pub fake: PathBuf,
    /// Repetitions.
    pub repetitions: usize,
    /// The runtime of all programs.
    pub flavor: Flavor,
}

/// What the programs took, one row a repetition.
#[derive(Debug, Clone, Default)]
pub struct Runs {
    rows: Vec<[Measured; 3]>,
}

impl Runs {
    /// Of these rows, in the order of [`Program::ALL`].
    pub fn new(rows: Vec<[Measured; 3]>) -> Self {
        Self { rows }
    }

    /// The runs of one program.
    pub fn of(&self, program: Program) -> impl Iterator<Item = &Measured> {
        self.rows.iter().map(move |row| &row[program as usize])
    }

    /// A figure of one program, as the median.
    pub fn median(&self, program: Program, figure: impl Fn(&Measured) -> f64) -> f64 {
        median(self.of(program).map(figure))
    }

    /// The same at its least.
    pub fn best(&self, program: Program, figure: impl Fn(&Measured) -> f64) -> f64 {
        self.of(program).map(figure).fold(f64::INFINITY, f64::min)
    }

    /// How a figure of the one compares with that of the other, within each repetition, as the median.
    pub fn ratio(&self, one: Program, other: Program, figure: impl Fn(&Measured) -> f64) -> f64 {
        let ratio = |row: &[Measured; 3]| figure(&row[one as usize]) / figure(&row[other as usize]);
        median(self.rows.iter().map(ratio))
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        even if even % 2 == 0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

impl Suite {
    /// Runs one workload.
    ///
    /// # Errors
    /// If a program or the server fails.
    pub fn run(&self, workload: &Workload) -> Result<Runs, Error> {
        let fake = Fake::start(&self.fake, &[&SERVER, workload.server].concat())?;
        let mut rows = Vec::new();
        for repetition in 0..self.repetitions.min(workload.most) {
            let mut row: [Measured; 3] = Default::default();
            for turn in 0..row.len() {
                // Each goes first as often as the others.
                let program = Program::ALL[(turn + repetition) % row.len()];
                row[program as usize] = self.once(workload, program, &fake)?;
            }
            rows.push(row);
        }
        Ok(Runs::new(rows))
    }

    fn once(&self, workload: &Workload, program: Program, fake: &Fake) -> Result<Measured, Error> {
        fake.reset()?;
        let mut measured = measure(&self.own, self.flavor, workload, program, fake)?;
        let counts = fake.counts()?;
        measured.attempts = counts.calls;
        measured.faults = counts.faults;
        measured.connections = counts.connections;
        Ok(measured)
    }
}

fn measure(
    own: &Path,
    flavor: Flavor,
    workload: &Workload,
    program: Program,
    fake: &Fake,
) -> Result<Measured, Error> {
    let mut command = Command::new(own);
    command.args(["work", workload.name, program.name(), &fake.address().to_string()]);
    command.args(["--workers", &workload.workers.to_string(), "--runtime", flavor.name()]);
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let what = format!("{} of {}", workload.name, program.name());
    let output = command.output().map_err(Error::io(&what))?;
    if !output.status.success() {
        return Err(Error::Found(format!("{what} failed: {}", output.status)));
    }
    serde_json::from_slice(&output.stdout).map_err(|source| Error::Json { what, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(walls: &[[u64; 3]]) -> Runs {
        let row = |walls: &[u64; 3]| walls.map(|wall| Measured { wall, ..Measured::default() });
        Runs::new(walls.iter().map(row).collect())
    }

    #[test]
    fn a_ratio_is_taken_within_each_repetition() {
        // The machine is twice as slow in the second; the ratio does not see it.
        let runs = runs(&[[100, 200, 300], [200, 400, 600], [100, 200, 320]]);
        let wall = |measured: &Measured| measured.wall as f64;
        assert_eq!(runs.ratio(Program::Ziggurat, Program::Hyper, wall), 3.0);
        assert_eq!(runs.median(Program::Reqwest, wall), 200.0);
        assert_eq!(runs.best(Program::Ziggurat, wall), 300.0);
    }

    #[test]
    fn the_median_of_an_even_number_is_between() {
        assert_eq!(median([4.0, 1.0, 3.0, 2.0].into_iter()), 2.5);
        assert!(median(std::iter::empty()).is_nan());
    }
}
