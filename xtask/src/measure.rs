//! What takes too long for every commit: full counts and benchmarks.

use crate::context::Context;
use crate::error::Error;
use crate::parts::{Done, Part};
use crate::process;
use crate::test;

pub(crate) const SOAK: &[Part] =
    &[Part { name: "tests", run: soak_tests }, Part { name: "package", run: soak_package }];

/// Cases of each property test; `test` leaves it to each test's own default.
const CASES: &str = "20000";

fn soak_tests(cx: &mut Context) -> Result<Done, Error> {
    // What is ignored is too long without optimisation, and nothing else.
    let tests = ["test", "--workspace", "--release", "--no-fail-fast", "--", "--include-ignored"];
    let tests = cx.cargo(tests);
    let mut command = test::with_recordings(cx, tests);
    command.env("ZIGGURAT_SOAK", "1").env("PROPTEST_CASES", CASES);
    process::run_tests(&mut command, &mut cx.tally)?;
    Ok(Done::Passed)
}

/// Compiles each package from what would be published, and from nothing else.
fn soak_package(cx: &mut Context) -> Result<Done, Error> {
    process::run(&mut test::package_command(cx))?;
    Ok(Done::Passed)
}

/// The benchmarks by name: `cargo bench` alone would also hand the arguments to
/// the unit tests' harness, which does not know them.
pub(crate) fn bench(cx: &Context, args: &[String]) -> Result<(), Error> {
    let mut command = cx.cargo(["bench", "--workspace"]);
    let mut names = cx.workspace.targets("bench").peekable();
    if names.peek().is_none() {
        println!("there are no benchmarks yet");
        return Ok(());
    }
    for target in names {
        command.arg("--bench").arg(&target.name);
    }
    process::run(command.arg("--").args(args))
}
