//! A key that a command prints: `op read …`, `pass show …`, `security find-generic-password …`.
//!
//! The command is the user's own, so it gets the user's environment and may ask at the terminal; it gets no
//! input, since what is on stdin may be the task. What it says on stderr is shown only when it fails, and
//! then without anything that could be the key.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use secrecy::SecretString;

use super::file::LARGEST;
use crate::http::{excerpt, scrub};

/// How long it may take. Longer than a password manager needs, shorter than a user waits in the dark.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// How often it is asked whether it has ended once it has closed its output.
const PAUSE: Duration = Duration::from_millis(5);

/// A run of as many letters and digits may be a key, whoever prints it.
const SUSPECT: usize = 16;

/// Shorter words of the output are no secrets; looking for them would only garble what is shown.
const SHORTEST_SECRET: usize = 6;

/// Why a command gave no key. Nothing here holds any of what it printed on stdout.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyCommandProblem {
    /// It could not be started, or its output could not be read.
    #[error("it could not be run; is it installed?")]
    NotRun(#[source] io::Error),
    /// It did not end in time.
    #[error("it took longer than {} s; does it wait for an answer?", .limit.as_secs_f64())]
    Late {
        /// The time it had.
        limit: Duration,
    },
    /// It ended with an error.
    #[error("it failed with {status}{}", said(.stderr))]
    Failed {
        /// How it ended.
        status: ExitStatus,
        /// The beginning of what it said, without anything that could be a key.
        stderr: String,
    },
    /// It printed nothing.
    #[error("it printed nothing: it should print the key")]
    Empty,
    /// It printed something that is not UTF-8.
    #[error("it printed something that is not UTF-8: it should print the key and nothing else")]
    NotText,
    /// It printed more than 16 KiB.
    #[error("it printed more than 16 KiB: it should print the key and nothing else")]
    TooLarge,
}

/// What the command prints, without the blanks around it.
pub(super) fn read(words: &[String]) -> Result<SecretString, KeyCommandProblem> {
    run(words, LIMIT)
}

pub(super) fn run(words: &[String], limit: Duration) -> Result<SecretString, KeyCommandProblem> {
    let deadline = Instant::now() + limit;
    let Some((program, arguments)) = words.split_first() else {
        let none = io::Error::new(io::ErrorKind::NotFound, "no program is named");
        return Err(KeyCommandProblem::NotRun(none));
    };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Running(command.spawn().map_err(KeyCommandProblem::NotRun)?);
    let stdout = collect(child.0.stdout.take());
    let stderr = collect(child.0.stderr.take());
    let late = |()| KeyCommandProblem::Late { limit };
    let stdout = received(&stdout, deadline).map_err(late)?.map_err(KeyCommandProblem::NotRun)?;
    if stdout.len() as u64 > LARGEST {
        return Err(KeyCommandProblem::TooLarge);
    }
    let status = child.ended(deadline)?.ok_or(KeyCommandProblem::Late { limit })?;
    if !status.success() {
        let stderr = received(&stderr, deadline).ok().and_then(Result::ok).unwrap_or_default();
        return Err(KeyCommandProblem::Failed { status, stderr: scrubbed(&stderr, &stdout) });
    }
    key(&stdout)
}

/// A process that is ended when nobody waits for it any more.
struct Running(Child);

impl Running {
    /// How it ended; `None` if it has not by then.
    fn ended(&mut self, deadline: Instant) -> Result<Option<ExitStatus>, KeyCommandProblem> {
        loop {
            let status = self.0.try_wait().map_err(KeyCommandProblem::NotRun)?;
            if status.is_some() || Instant::now() >= deadline {
                return Ok(status);
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail if it has ended, which is as well.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Reads a pipe on a thread of its own: a command that fills one while we read the other would stand still.
fn collect(mut pipe: Option<impl Read + Send + 'static>) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = match &mut pipe {
            Some(pipe) => pipe.by_ref().take(LARGEST + 1).read_to_end(&mut bytes),
            None => Ok(0),
        };
        // Nobody waits any more if the time is over.
        sender.send(read.map(|_| bytes)).ok();
        // A pipe that is closed would end a command that only has much to say.
        pipe.and_then(|mut pipe| io::copy(&mut pipe, &mut io::sink()).ok());
    });
    receiver
}

fn received(
    receiver: &Receiver<io::Result<Vec<u8>>>,
    deadline: Instant,
) -> Result<io::Result<Vec<u8>>, ()> {
    match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(read) => Ok(read),
        Err(RecvTimeoutError::Timeout) => Err(()),
        Err(RecvTimeoutError::Disconnected) => Ok(Ok(Vec::new())),
    }
}

fn key(stdout: &[u8]) -> Result<SecretString, KeyCommandProblem> {
    let text = std::str::from_utf8(stdout).map_err(|_| KeyCommandProblem::NotText)?;
    match text.trim() {
        "" => Err(KeyCommandProblem::Empty),
        key => Ok(SecretString::from(key)),
    }
}

/// What it said without what it printed, and without whatever else looks like a key.
fn scrubbed(stderr: &[u8], stdout: &[u8]) -> String {
    let stdout = String::from_utf8_lossy(stdout);
    let mut text = String::from_utf8_lossy(stderr).into_owned();
    for printed in stdout.split_whitespace().filter(|word| word.len() >= SHORTEST_SECRET) {
        text = scrub(&text, printed, "[key]");
    }
    let mut shown = String::new();
    for run in text.split_inclusive(|c: char| !is_of_key(c)) {
        let end = run.trim_end_matches(|c: char| !is_of_key(c)).len();
        let (word, rest) = run.split_at(end);
        shown.push_str(if is_suspect(word) { "[…]" } else { word });
        shown.push_str(rest);
    }
    excerpt(&shown, 200)
}

fn is_of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn is_suspect(word: &str) -> bool {
    word.len() >= SUSPECT
        && word.contains(|c: char| c.is_ascii_digit())
        && word.contains(|c: char| c.is_ascii_alphabetic())
}

/// `: what it said`, or nothing.
fn said(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!(": {stderr}") }
}
