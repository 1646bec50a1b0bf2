//! How a run ended, told honestly: a run with missing parts is never called complete.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every node did its part.
    Complete,
    /// There is a report, but something is missing, failed, passed up or truncated.
    Degraded,
    /// The run was halted (cancel, quota, deadline); what was merged so far is kept.
    Stopped,
    /// Too few workers succeeded, or there is no report.
    Failed,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Complete => "complete",
            Self::Degraded => "degraded",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        })
    }
}

/// How many of the workers gave a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Workers that completed.
    pub workers_ok: u32,
    /// Workers of the plan.
    pub workers_total: u32,
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.workers_ok, self.workers_total)
    }
}
