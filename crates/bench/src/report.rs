//! What a run of the benchmarks found, printed as it is found, and kept for the file that bears the results.

#![allow(clippy::print_stdout, reason = "whoever waits for minutes wants to see something")]

use std::fs;
use std::path::Path;

use crate::suite::{Runs, Suite};
use crate::workload::Workload;
use crate::{Error, goals, machine, table};

/// Everything after it in the file of results is replaced.
const HEADING: &str = "## Results\n";

/// The results so far.
#[derive(Debug)]
pub struct Report {
    text: String,
    delays: String,
    verdicts: String,
}

impl Report {
    /// Begins with the facts and the command.
    pub fn begin(suite: &Suite, command: &str) -> Self {
        let mut report =
            Self { text: String::new(), delays: String::new(), verdicts: String::new() };
        report.tell(&format!("`{command}`\n\n{}; ", machine::facts()));
        let (repetitions, runtime) = (suite.repetitions, suite.flavor.name());
        report.tell(&format!("runtime: {runtime}; {repetitions} repetitions at most.\n\n"));
        report.tell(&table::head());
        report
    }

    /// Adds a workload.
    pub fn add(&mut self, workload: &Workload, runs: &Runs) {
        self.tell(&table::rows(workload, runs));
        self.delays += &table::delays(workload, runs);
        for goal in goals::of(workload) {
            self.verdicts += &(goal.verdict(workload, runs) + "\n");
        }
    }

    /// Ends with what can be told only then.
    pub fn close(&mut self) {
        let delays = match self.delays.is_empty() {
            true => String::new(),
            false => format!("\n{}{}", table::DELAYS, self.delays),
        };
        let verdicts = format!("{delays}\n{}{}", goals::HEAD, self.verdicts);
        self.tell(&verdicts);
    }

    /// Puts the results into a file, after its heading.
    ///
    /// # Errors
    /// If there is no such file, or no heading in it.
    pub fn write(&self, file: &Path) -> Result<(), Error> {
        let what = file.display().to_string();
        let old = fs::read_to_string(file).map_err(Error::io(&what))?;
        fs::write(file, replaced(&old, &self.text).ok_or_else(|| no_heading(&what))?)
            .map_err(Error::io(&what))
    }

    fn tell(&mut self, text: &str) {
        print!("{text}");
        self.text += text;
    }
}

fn no_heading(file: &str) -> Error {
    Error::Found(format!("{file} has no heading `{}`", HEADING.trim_end()))
}

fn replaced(old: &str, results: &str) -> Option<String> {
    let (before, _) = old.split_once(HEADING)?;
    Some(format!("{before}{HEADING}\n{results}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_after_the_heading_is_replaced() {
        let old = "# Title\n\nWhy.\n\n## Results\n\nold\n";
        assert_eq!(replaced(old, "new\n").unwrap(), "# Title\n\nWhy.\n\n## Results\n\nnew\n");
        assert_eq!(replaced("# Title\n", "new\n"), None);
    }
}
