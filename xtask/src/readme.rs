//! The README's first command, run as a reader would run it.
//!
//! It is the promise most people will check first, and it is kept with an
//! environment as bare as that of somebody who has configured nothing.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::context::Context;
use crate::error::Error;
use crate::parts::Done;
use crate::process;

/// What cargo itself needs; nothing else is passed on.
const KEPT: &[&str] =
    &["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR"];

pub(crate) fn first_command(cx: &mut Context) -> Result<Done, Error> {
    let Ok(readme) = fs::read_to_string(cx.root.join("README.md")) else {
        return Ok(Done::Skipped("there is no README.md yet".into()));
    };
    let Some(line) = find(&readme) else {
        return Err(Error::Found("README.md: no code block has a `cargo run` command".into()));
    };
    let mut command = bare_shell(&cx.root, &line);
    let report = process::capture(&mut command)?;
    println!("{report}");
    verify(&report)?;
    Ok(Done::Passed)
}

/// The first `cargo run` in a code block, continued lines joined.
fn find(readme: &str) -> Option<String> {
    let blocks = readme.split("```").skip(1).step_by(2);
    let joined = blocks.map(|block| block.replace("\\\n", " "));
    joined.flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).find_map(|line| {
        let line = line.trim().trim_start_matches("$ ");
        line.starts_with("cargo run ").then(|| line.to_owned())
    })
}

fn bare_shell(root: &Path, line: &str) -> Command {
    println!("$ {line}");
    let mut shell = process::command("sh", root);
    shell.arg("-c").arg(line).env_clear().env("PATH", path_with_our_cargo());
    shell.envs(KEPT.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    shell
}

/// The command says `cargo`; it gets the one that runs us.
fn path_with_our_cargo() -> std::ffi::OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let cargo = env::var_os("CARGO").map(PathBuf::from);
    let ours = cargo.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    env::join_paths(ours.into_iter().chain(env::split_paths(&path))).unwrap_or(path)
}

fn verify(report: &str) -> Result<(), Error> {
    if report.trim().is_empty() {
        return Err(Error::Found("the README's first command printed no report".into()));
    }
    if !report.contains('[') {
        return Err(Error::Found(
            "the report of the README's first command has no source mark".into(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_run_in_a_block() {
        let readme = "cargo run --prose\n\n```sh\n# try it\n$ cargo run --release -- run \\\n  \"a task\"\n```\n\
                      ```sh\ncargo run --second\n```\n";
        let command = find(readme).unwrap();
        let words: Vec<_> = command.split_whitespace().collect();
        assert_eq!(words.join(" "), "cargo run --release -- run \"a task\"");
    }

    #[test]
    fn prose_is_no_command() {
        assert_eq!(find("cargo run --prose\n```rust\nfn main() {}\n```\n"), None);
    }

    #[test]
    fn a_report_has_text_and_sources() {
        assert!(verify("The river rose [flood.md].").is_ok());
        assert!(verify("The river rose.").is_err());
        assert!(verify(" \n").is_err());
    }
}
