//! Running other programs.
//!
//! Children get no stdin (nothing may ask a question on CI) and none of the
//! caller's API keys: a test that reached a paid service by accident would
//! pass on one machine, cost money, and fail on the next. They stay in our
//! process group, so that Ctrl-C ends them together with us.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::error::Error;
use crate::tally::Tally;

/// The cargo that runs us, in the workspace's root.
pub(crate) fn cargo(root: &Path) -> Command {
    command(env::var("CARGO").as_deref().unwrap_or("cargo"), root)
}

/// Any program in the workspace's root.
pub(crate) fn command(program: &str, root: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root).stdin(Stdio::null());
    for name in env::vars_os().filter_map(|(name, _)| name.into_string().ok()) {
        if is_private(&name) {
            command.env_remove(name);
        }
    }
    command
}

/// Keys and endpoints, and what `cargo run` tells us about our own package:
/// build scripts that watch those variables would run again for nothing.
fn is_private(name: &str) -> bool {
    name.ends_with("_API_KEY")
        || name == "OPENAI_BASE_URL"
        || name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
}

/// Runs it with its output shown; anything but success is an error.
pub(crate) fn run(command: &mut Command) -> Result<(), Error> {
    announce(command);
    let status = command.status().map_err(start(command))?;
    check(command, status)
}

/// Runs it and returns its stdout.
pub(crate) fn capture(command: &mut Command) -> Result<String, Error> {
    let output = command.stderr(Stdio::inherit()).output().map_err(start(command))?;
    check(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether it starts and succeeds; says nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Runs a cargo test command, shows its output and adds up its result lines.
pub(crate) fn run_tests(command: &mut Command, tally: &mut Tally) -> Result<(), Error> {
    announce(command);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(start(command))?;
    if let Some(stdout) = child.stdout.take() {
        let shown = pass_through(BufReader::new(stdout), io::stdout(), tally);
        shown.map_err(Error::io(format!("output of `{}`", shown_as(command))))?;
    }
    let status = child.wait().map_err(start(command))?;
    check(command, status)
}

/// Bytes, not strings: a test may print anything.
fn pass_through(mut from: impl BufRead, mut to: impl Write, tally: &mut Tally) -> io::Result<()> {
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        tally.read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(())
}

pub(crate) fn announce(command: &Command) {
    println!("$ {}", shown_as(command));
}

/// The command as one would type it.
pub(crate) fn shown_as(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

pub(crate) fn start(command: &Command) -> impl FnOnce(io::Error) -> Error + use<> {
    let command = shown_as(command);
    move |source| Error::Start { command, source }
}

fn check(command: &Command, status: ExitStatus) -> Result<(), Error> {
    if status.success() {
        return Ok(());
    }
    Err(Error::Failed { command: shown_as(command), status })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_private_and_the_toolchain_is_not() {
        assert!(is_private("ANTHROPIC_API_KEY"));
        assert!(is_private("OPENAI_BASE_URL"));
        assert!(is_private("CARGO_PKG_NAME"));
        assert!(!is_private("CARGO_HOME"));
        assert!(!is_private("ZIGGURAT_RECORDINGS"));
    }

    #[test]
    fn result_lines_are_counted_among_bytes_that_are_no_text() {
        let mut tally = Tally::default();
        let output: &[u8] =
            b"\xff\xfe\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured\n";
        let mut shown = Vec::new();
        pass_through(output, &mut shown, &mut tally).unwrap();
        assert_eq!(shown, output);
        assert_eq!(tally.to_string(), "total: 2 passed, 0 failed, 1 skipped");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(&mut command("no-such-program-of-ours", Path::new("."))).unwrap_err();
        assert!(error.to_string().contains("no-such-program-of-ours"), "{error}");
    }
}
