#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod agent;
mod budget;
pub mod chat;
mod context;
#[cfg(test)]
mod contracts_tests;
mod cost;
mod decompose;
mod document;
mod error;
mod event;
mod handle;
mod meter;
mod model;
mod money;
mod node;
mod outcome;
mod plan;
mod plan_list;
mod provider;
mod rate_limits;
mod state;
mod task;
mod tokens;
mod usage;

pub use agent::{AgentError, AgentOutput, Assignment, Contribution, Merge, Missing};
pub use agent::{Synthesizer, Worker};
pub use budget::{Budget, Reservation, WorstCase};
pub use chat::{ChatDelta, ChatRequest, ChatResponse, ChatStream, ContentPart, Message, Role};
pub use context::{CallContext, CallRecord, Observer, Signal};
pub use cost::{Cost, LongContext, Price, Rates};
pub use decompose::{DecomposeError, Decomposer, WorkerCount};
pub use document::{Document, Origin};
pub use error::{BoxError, ErrorKind, ProviderError, Reason};
pub use event::{Event, EventKind, PlannedSubtask, RunId, TextDelta, TokenCount};
pub use handle::{Delivery, Model};
pub use meter::Meter;
pub use model::{ModelInfo, ModelName, ModelNameError};
pub use money::{ParseUsdError, Usd};
pub use node::{NodeInfo, Tier};
pub use outcome::{Coverage, Outcome};
pub use plan::{Plan, Subtask};
pub use plan_list::PlanList;
pub use provider::{Layer, Provider};
pub use rate_limits::{RateLimits, RateWindow};
pub use state::{AgentState, IllegalTransition, Transition};
pub use task::{Task, TaskError};
pub use tokens::{HeuristicCounter, TokenCounter};
pub use usage::Usage;

#[cfg(any(test, feature = "testing"))]
pub use {
    agent::{MockSynthesizer, MockWorker},
    budget::{MockBudget, MockReservation},
    context::MockObserver,
    decompose::MockDecomposer,
    provider::{MockLayer, MockProvider},
};
