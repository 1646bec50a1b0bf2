#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![forbid(unsafe_code)]

#[cfg(feature = "anthropic")]
pub mod anthropic;
#[cfg(feature = "http")]
mod api;
mod catalog;
#[cfg(feature = "http")]
mod config;
#[cfg(feature = "openai")]
mod default_chain;
mod error;
#[cfg(feature = "extractive")]
pub mod extractive;
#[cfg(feature = "http")]
mod fence;
#[cfg(feature = "gemini")]
pub mod gemini;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "openai")]
mod local_server;
mod nearest;
#[cfg(feature = "ollama")]
pub mod ollama;
#[cfg(feature = "openai")]
pub mod openai;
#[cfg(feature = "http")]
mod quirks;
mod registry;
#[cfg(feature = "openai")]
pub mod responses;

pub use catalog::{Catalog, CatalogEntry, CatalogError};
pub use error::{ConfigError, SelectionError};
pub use registry::{ALLOW_HOSTS, Env, Factory, ProviderOptions, Registry, process_env};

#[cfg(feature = "anthropic")]
pub use anthropic::Anthropic;
#[cfg(feature = "extractive")]
pub use extractive::Extractive;
#[cfg(feature = "gemini")]
pub use gemini::Gemini;
#[cfg(feature = "ollama")]
pub use ollama::Ollama;
#[cfg(feature = "http")]
pub use {
    api::{AUTO_MODEL, HttpProvider},
    config::{Auth, ServerConfig},
    http::{AllowedHostProblem, BaseUrlProblem},
    quirks::{EffortField, Quirks, ReasoningField, SchemaField, SeedField, SystemRole, TokenLimit},
};
#[cfg(feature = "openai")]
pub use {
    default_chain::{Choice, choose},
    local_server::LocalServer,
    openai::OpenAi,
    responses::OpenAiResponses,
};
