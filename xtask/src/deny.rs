//! Licences, banned crates and sources of the whole tree, by cargo-deny.
//!
//! The advisories come last and only if their database can be fetched: they
//! change without us, so an unreachable database is said aloud but is no
//! failure of this commit.

use std::path::PathBuf;
use std::process::Command;

use crate::context::{self, Context};
use crate::error::Error;
use crate::parts::Done;
use crate::process;

const VERSION: &str = "0.20.2";

pub(crate) fn check(cx: &mut Context) -> Result<Done, Error> {
    let program = match installed(cx) {
        Some(program) => program,
        None => match install(cx) {
            Ok(program) => program,
            Err(error) if context::on_ci() => return Err(error),
            Err(error) => return Ok(Done::Skipped(error.to_string())),
        },
    };
    let deny = |args: &[&str]| {
        let mut command = process::command(&program, &cx.root);
        command.args(args);
        command
    };
    process::run(&mut deny(&["check", "bans", "licenses", "sources"]))?;
    advisories(deny)
}

fn advisories(deny: impl Fn(&[&str]) -> Command) -> Result<Done, Error> {
    if !process::succeeds(&mut deny(&["fetch", "db"])) {
        return Ok(Done::Noted("advisories skipped: their database cannot be fetched".into()));
    }
    process::run(&mut deny(&["--offline", "check", "advisories"]))?;
    Ok(Done::Passed)
}

/// On the PATH, or from an earlier run.
fn installed(cx: &Context) -> Option<String> {
    let candidates = ["cargo-deny".to_owned(), ours(cx).to_string_lossy().into_owned()];
    candidates
        .into_iter()
        .find(|program| process::succeeds(process::command(program, &cx.root).arg("--version")))
}

fn ours(cx: &Context) -> PathBuf {
    cx.target().join("tools/bin/cargo-deny")
}

/// Its own profile asks for fat LTO, which takes longer to build than all its
/// checks will ever take to run.
const QUICK_BUILD: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
];

fn install(cx: &Context) -> Result<String, Error> {
    println!("installing cargo-deny {VERSION} into target/tools (once, a few minutes)");
    let mut command =
        cx.cargo(["install", "cargo-deny", "--locked", "--version", VERSION, "--root"]);
    process::run(command.arg(cx.target().join("tools")).envs(QUICK_BUILD))?;
    Ok(ours(cx).to_string_lossy().into_owned())
}
