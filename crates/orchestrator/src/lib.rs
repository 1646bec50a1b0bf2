#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod builder;
mod clock;
mod config;
pub mod hierarchy;
mod model;
mod orchestrator;
mod planning;
mod preset;
mod record;
mod report;
mod result;
mod run;

pub use builder::OrchestratorBuilder;
pub use clock::{Clock, SystemClock};
pub use config::{ConfigError, DEFAULT_RUN_TIMEOUT, Retain, TierOptions, default_timeout};
pub use model::{ModelError, model};
pub use orchestrator::Orchestrator;
pub use preset::{Preset, UnknownPreset};
pub use record::EventReader;
pub use result::{NodeResult, RunResult};
pub use run::{Canceller, Run};

pub use ziggurat_agents as agents;
pub use ziggurat_core as core;
pub use ziggurat_core::{
    AgentError, AgentOutput, AgentState, Assignment, CallContext, ChatRequest, ChatResponse,
    Contribution, Cost, Coverage, Decomposer, Delivery, Document, ErrorKind, Event, EventKind,
    Layer, Merge, Message, Missing, Model, ModelInfo, ModelName, NodeInfo, Observer, Outcome, Plan,
    Price, Provider, ProviderError, Reason, RunId, Signal, Subtask, Synthesizer, Task, TaskError,
    TextDelta, Tier, Usage, Usd, Worker, WorkerCount,
};
pub use ziggurat_decomposition as decomposition;
pub use ziggurat_executor as executor;
pub use ziggurat_executor::{Concurrency, SharedLimit};
pub use ziggurat_lifecycle as lifecycle;
pub use ziggurat_providers as providers;
