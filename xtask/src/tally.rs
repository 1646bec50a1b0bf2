//! The sum of what the test runners report.
//!
//! Each test binary prints its own result line; nobody adds up dozens of them
//! by eye, and a suite that silently ran nothing shows only in the sum.

use std::fmt;

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
    /// Named again at the end: thousands of lines later nobody finds them.
    names: Vec<String>,
}

impl Tally {
    /// Adds the line if it is a runner's result line, or names a test that failed.
    pub(crate) fn read(&mut self, line: &str) {
        let name =
            line.trim_end().strip_prefix("test ").and_then(|it| it.strip_suffix(" ... FAILED"));
        self.names.extend(name.map(str::to_owned));
        let Some(result) = line.trim_start().strip_prefix("test result: ") else { return };
        let Some((_, counts)) = result.split_once(". ") else { return };
        for count in counts.split(';') {
            let mut words = count.split_whitespace();
            let (Some(number), Some(what)) = (words.next(), words.next()) else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, ignored, names } = self;
        for name in names {
            writeln!(f, "failed: {name}")?;
        }
        write!(f, "total: {passed} passed, {failed} failed, {ignored} skipped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_every_runner() {
        let mut tally = Tally::default();
        tally.read("running 5 tests");
        tally.read("test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        tally.read("test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.20s");
        assert_eq!(tally.to_string(), "total: 6 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn a_failed_test_is_named_again() {
        let mut tally = Tally::default();
        tally.read("test retries::a_dead_provider_is_left ... FAILED\n");
        tally.read("test retries::others ... ok\n");
        let shown =
            "failed: retries::a_dead_provider_is_left\ntotal: 0 passed, 0 failed, 0 skipped";
        assert_eq!(tally.to_string(), shown);
    }

    #[test]
    fn other_lines_count_for_nothing() {
        let mut tally = Tally::default();
        tally.read("the test result: ok. 5 passed");
        tally.read("test result: 5 passed");
        assert_eq!(tally, Tally::default());
    }
}
