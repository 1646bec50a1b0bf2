//! The life of one agent as an exhaustive table. Everything that is not in it is an error, and a
//! terminal state is final.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an agent is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// Planned, not started.
    #[default]
    Pending,
    /// At work.
    Running,
    /// At work again after a failed attempt.
    Retrying,
    /// Ended with a result.
    Completed,
    /// Ended with a reason.
    Failed,
    /// Stopped while at work.
    Cancelled,
    /// Never started, and never will.
    Skipped,
}

/// What happens to an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// It begins.
    Start,
    /// An attempt failed and another begins.
    Retry,
    /// It has a result.
    Complete,
    /// It has failed for good.
    Fail,
    /// It is stopped while at work.
    Cancel,
    /// It is not needed.
    Skip,
}

/// A transition that the table does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an agent that is {from} cannot {transition}")]
pub struct IllegalTransition {
    /// The state it was in.
    pub from: AgentState,
    /// What was to happen.
    pub transition: Transition,
}

impl AgentState {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Running,
        Self::Retrying,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::Skipped,
    ];

    /// The state after a transition.
    ///
    /// ```
    /// use ziggurat_core::{AgentState, Transition};
    /// assert_eq!(AgentState::Pending.after(Transition::Start), Ok(AgentState::Running));
    /// assert!(AgentState::Completed.after(Transition::Fail).is_err());
    /// ```
    ///
    /// # Errors
    /// [`IllegalTransition`] if the table does not have it.
    pub fn after(self, transition: Transition) -> Result<Self, IllegalTransition> {
        use Transition as T;
        match (self, transition) {
            (Self::Pending, T::Start) => Ok(Self::Running),
            (Self::Pending, T::Skip) => Ok(Self::Skipped),
            (Self::Running | Self::Retrying, T::Retry) => Ok(Self::Retrying),
            (Self::Running | Self::Retrying, T::Complete) => Ok(Self::Completed),
            (Self::Running | Self::Retrying, T::Fail) => Ok(Self::Failed),
            (Self::Running | Self::Retrying, T::Cancel) => Ok(Self::Cancelled),
            (from, transition) => Err(IllegalTransition { from, transition }),
        }
    }

    /// Whether nothing can happen any more.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::Skipped)
    }
}

impl fmt::Display for AgentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Retrying => "retrying",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        })
    }
}

impl Transition {
    /// All transitions.
    pub const ALL: [Self; 6] =
        [Self::Start, Self::Retry, Self::Complete, Self::Fail, Self::Cancel, Self::Skip];
}

impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Retry => "retry",
            Self::Complete => "complete",
            Self::Fail => "fail",
            Self::Cancel => "be cancelled",
            Self::Skip => "be skipped",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table once more, by hand: rows are states, columns transitions, `-` is illegal.
    #[test]
    fn the_table_is_exactly_this() {
        use AgentState as S;
        let rows = [
            (S::Pending, [Some(S::Running), None, None, None, None, Some(S::Skipped)]),
            (S::Running, active()),
            (S::Retrying, active()),
            (S::Completed, [None; 6]),
            (S::Failed, [None; 6]),
            (S::Cancelled, [None; 6]),
            (S::Skipped, [None; 6]),
        ];
        assert_eq!(rows.map(|(state, _)| state), S::ALL);
        for (state, row) in rows {
            for (transition, expected) in Transition::ALL.into_iter().zip(row) {
                assert_eq!(state.after(transition).ok(), expected, "{state} {transition}");
            }
            assert_eq!(state.is_terminal(), row.iter().all(Option::is_none), "{state}");
        }
    }

    fn active() -> [Option<AgentState>; 6] {
        use AgentState as S;
        [None, Some(S::Retrying), Some(S::Completed), Some(S::Failed), Some(S::Cancelled), None]
    }
}
