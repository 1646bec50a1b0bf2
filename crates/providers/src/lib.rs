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
#[cfg(feature = "http")]
mod default_chain;
#[cfg(feature = "http")]
mod dialect;
mod error;
#[cfg(feature = "extractive")]
pub mod extractive;
#[cfg(feature = "http")]
mod fence;
#[cfg(feature = "gemini")]
pub mod gemini;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http")]
mod key_source;
#[cfg(feature = "layers")]
pub mod layers;
#[cfg(feature = "http")]
mod local_server;
mod nearest;
#[cfg(feature = "ollama")]
pub mod ollama;
#[cfg(feature = "openai")]
pub mod openai;
mod options;
mod per_minute;
#[cfg(feature = "http")]
mod quirks;
mod registry;
#[cfg(feature = "openai")]
pub mod responses;
#[cfg(any(feature = "http", feature = "record"))]
mod scrub;
#[cfg(feature = "tiktoken")]
mod tiktoken;
mod user_entries;

pub use catalog::{Catalog, CatalogEntry, CatalogError};
pub use error::{ConfigError, SelectionError};
pub use options::{ALLOW_HOSTS, Env, ProviderOptions, process_env};
pub use per_minute::PerMinute;
pub use registry::{Factory, LayerFactory, Registered, Registry};

#[cfg(feature = "anthropic")]
pub use anthropic::Anthropic;
#[cfg(feature = "extractive")]
pub use extractive::Extractive;
#[cfg(feature = "gemini")]
pub use gemini::Gemini;
#[cfg(feature = "ollama")]
pub use ollama::Ollama;
#[cfg(feature = "tiktoken")]
pub use tiktoken::TiktokenCounter;
#[cfg(feature = "http")]
pub use {
    api::{AUTO_MODEL, HttpProvider},
    config::{Auth, ServerConfig},
    default_chain::{Choice, choose},
    dialect::{Api, Dialect, DialectError, Endpoint},
    http::{AllowedHostProblem, BaseUrlProblem},
    key_source::{KeyCommandProblem, KeyFileProblem, KeySource},
    local_server::LocalServer,
    quirks::{EffortField, Quirks, ReasoningField, SchemaField, SeedField, SystemRole, TokenLimit},
};
#[cfg(feature = "openai")]
pub use {openai::OpenAi, responses::OpenAiResponses};
