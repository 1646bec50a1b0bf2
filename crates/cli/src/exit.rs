//! Exit codes, which scripts rely on.

use std::process::ExitCode;

use ziggurat::{AgentState, ErrorKind, Outcome, RunResult};

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code(u8);

pub(crate) const COMPLETE: Code = Code(0);
pub(crate) const FAILED: Code = Code(1);
pub(crate) const USAGE: Code = Code(2);
pub(crate) const DEGRADED: Code = Code(3);
pub(crate) const STOPPED: Code = Code(4);
pub(crate) const INTERRUPTED: Code = Code(130);

impl Code {
    /// For a process that ends in the middle.
    pub(crate) fn number(self) -> i32 {
        self.0.into()
    }
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code.0)
    }
}

/// What clap has to say: help and version are no errors, everything else is bad input.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // A closed stdout or stderr changes nothing about the code.
    error.print().ok();
    if error.use_stderr() { USAGE.into() } else { COMPLETE.into() }
}

/// The code of a run that ended.
pub(crate) fn of(result: &RunResult, interrupted: bool) -> Code {
    let kind = result.reason.as_ref().map(|reason| reason.kind);
    match result.outcome {
        _ if interrupted && kind == Some(ErrorKind::Cancelled) => INTERRUPTED,
        Outcome::Complete => COMPLETE,
        Outcome::Degraded => DEGRADED,
        Outcome::Stopped => STOPPED,
        // The server was asked which models it has, and nothing else: a wrong name is bad input.
        Outcome::Failed if kind == Some(ErrorKind::ModelNotFound) && result.plan.is_none() => USAGE,
        Outcome::Failed if kind == Some(ErrorKind::Quorum) && nothing_called(result) => USAGE,
        Outcome::Failed => FAILED,
    }
}

/// The plan could not meet the quorum and no model made it: the two were at odds from the beginning.
fn nothing_called(result: &RunResult) -> bool {
    let started = result.workers().any(|worker| worker.state != AgentState::Skipped);
    !started && result.nodes().all(|node| node.model.is_none())
}
