//! A task is a list of parts that run one after the other.
//!
//! A failed part does not stop the others: on CI one wants every reason at
//! once. The table at the end says what each took, and how to run a failed one
//! alone.

use std::time::{Duration, Instant};

use crate::context::Context;
use crate::error::Error;

pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&mut Context) -> Result<Done, Error>,
}

/// How a part ends if it does not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Done {
    Passed,
    /// Passed, and the reader should know something.
    Noted(String),
    Skipped(String),
}

struct Row {
    name: &'static str,
    took: Duration,
    end: Result<Done, Error>,
}

pub(crate) fn names(parts: &'static [Part]) -> impl Iterator<Item = &'static str> {
    parts.iter().map(|part| part.name)
}

/// Runs the parts (those in `only`, if any are named there) and reports; true if none failed.
pub(crate) fn run(task: &str, parts: &[Part], only: &[String], cx: &mut Context) -> bool {
    let mut rows = Vec::new();
    for part in parts {
        if !only.is_empty() && !only.iter().any(|name| name == part.name) {
            continue;
        }
        println!("\n== {task}: {}", part.name);
        let begun = Instant::now();
        let end = (part.run)(cx);
        rows.push(Row { name: part.name, took: begun.elapsed(), end });
    }
    println!("\n{}", table(task, &rows));
    rows.iter().all(|row| row.end.is_ok())
}

fn table(task: &str, rows: &[Row]) -> String {
    let mut lines = vec![format!("{:<10} {:>8}  result", "part", "time")];
    lines.extend(rows.iter().map(line));
    for row in rows.iter().filter(|row| row.end.is_err()) {
        lines.push(format!("to run it alone: cargo xtask {task} --only {}", row.name));
    }
    lines.join("\n")
}

fn line(row: &Row) -> String {
    let result = match &row.end {
        Ok(Done::Passed) => "passed".to_owned(),
        Ok(Done::Noted(note)) => format!("passed ({note})"),
        Ok(Done::Skipped(reason)) => format!("skipped: {reason}"),
        Err(error) => format!("FAILED: {error}"),
    };
    format!("{:<10} {:>7.1}s  {result}", row.name, row.took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &'static str, end: Result<Done, Error>) -> Row {
        Row { name, took: Duration::from_millis(1250), end }
    }

    #[test]
    fn the_table_says_how_to_run_what_failed() {
        let rows = [
            row("unit", Err(Error::Found("two tests failed".into()))),
            row("llama", Ok(Done::Skipped("no python3".into()))),
            row("package", Ok(Done::Passed)),
        ];
        let table = table("test", &rows);
        assert!(table.contains("FAILED: two tests failed"), "{table}");
        assert!(table.contains("skipped: no python3"), "{table}");
        assert!(table.contains("1.2s  passed") || table.contains("1.3s  passed"), "{table}");
        assert!(table.ends_with("cargo xtask test --only unit"), "{table}");
    }
}
