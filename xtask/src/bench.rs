//! The benchmarks. Whole runs are measured beside loops written by hand, each program in a process of its
//! own and built alone: in a build of the whole workspace the tests' features would be on, and one of tokio's
//! makes every look at a clock dearer.

use clap::Args;

use crate::context::Context;
use crate::error::Error;
use crate::process::{self, command};

/// Where the results stand.
const RESULTS: &str = "crates/bench/BENCHMARKS.md";
/// Enough to see whether it works.
const QUICK: u32 = 2;

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// These workloads only [default: all but the largest]
    names: Vec<String>,
    /// Repetitions, in each of which every program runs once
    #[arg(long, default_value_t = 5)]
    reps: u32,
    /// Few repetitions: for a look, not for a claim
    #[arg(long, conflicts_with = "reps")]
    quick: bool,
    /// A million workers in memory, and nothing else unless named
    #[arg(long)]
    large: bool,
    /// The runtime of all programs: multi (a thread for each core) or current (one thread)
    #[arg(long, default_value = "multi", value_parser = ["multi", "current"])]
    runtime: String,
    /// Writes the results into the file that bears them
    #[arg(long)]
    write: bool,
    /// The benchmarks of single parts instead; what follows `--` goes to criterion
    #[arg(long, conflicts_with_all = ["names", "reps", "quick", "large", "runtime", "write"])]
    criterion: bool,
    #[arg(last = true)]
    args: Vec<String>,
}

pub(crate) fn run(cx: &Context, args: &BenchArgs) -> Result<(), Error> {
    if args.criterion {
        return parts(cx, &args.args);
    }
    process::run(&mut cx.cargo(["build", "--release", "--package", "ziggurat-bench"]))?;
    let fake = ["build", "--release", "--package", "ziggurat-testkit", "--features", "bin"];
    process::run(cx.cargo(fake).args(["--bin", "fake-llm"]))?;
    let built = |name: &str| {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        cx.target().join("release").join(file)
    };
    let mut bench = command(&built("ziggurat-bench").to_string_lossy(), &cx.root);
    bench.arg("run").arg("--fake").arg(built("fake-llm")).args(options(args));
    process::run(&mut bench)
}

fn options(args: &BenchArgs) -> Vec<String> {
    let reps = if args.quick { QUICK } else { args.reps };
    let mut options = args.names.clone();
    options.extend(args.large.then(|| "memory-large".to_owned()));
    options.extend(["--reps".to_owned(), reps.to_string()]);
    options.extend(["--runtime".to_owned(), args.runtime.clone()]);
    if args.write {
        options.extend(["--write".to_owned(), RESULTS.to_owned()]);
    }
    options
}

/// The benchmarks by name: `cargo bench` alone would also hand the arguments to
/// the unit tests' harness, which does not know them.
fn parts(cx: &Context, args: &[String]) -> Result<(), Error> {
    let mut command = cx.cargo(["bench", "--workspace"]);
    for target in cx.workspace.targets("bench") {
        command.arg("--bench").arg(&target.name);
    }
    process::run(command.arg("--").args(args))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: BenchArgs,
    }

    fn parsed(words: &[&str]) -> Result<Vec<String>, clap::Error> {
        let words = std::iter::once("bench").chain(words.iter().copied());
        Cli::try_parse_from(words).map(|cli| options(&cli.args))
    }

    #[test]
    fn options_are_handed_on() {
        let handed_on = |words: &[&str]| parsed(words).unwrap().join(" ");
        assert_eq!(handed_on(&[]), "--reps 5 --runtime multi");
        assert_eq!(handed_on(&["faults", "--quick"]), "faults --reps 2 --runtime multi");
        assert_eq!(handed_on(&["--large", "--reps", "1"]), "memory-large --reps 1 --runtime multi");
    }

    #[test]
    fn criterion_is_another_matter() {
        assert!(parsed(&["--criterion", "--", "--quick"]).is_ok());
        assert!(parsed(&["--criterion", "faults"]).is_err());
    }
}
