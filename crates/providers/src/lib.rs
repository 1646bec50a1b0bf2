#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![forbid(unsafe_code)]

#[cfg(feature = "openai")]
mod default_chain;
mod error;
#[cfg(feature = "extractive")]
pub mod extractive;
#[cfg(feature = "openai")]
mod fence;
#[cfg(feature = "openai")]
mod http;
#[cfg(feature = "openai")]
mod local_server;
mod nearest;
#[cfg(feature = "openai")]
pub mod openai;
mod registry;

pub use error::{ConfigError, SelectionError};
pub use registry::{Env, Factory, ProviderOptions, Registry, process_env};

#[cfg(feature = "extractive")]
pub use extractive::Extractive;
#[cfg(feature = "openai")]
pub use {
    default_chain::{Choice, choose},
    http::BaseUrlProblem,
    local_server::LocalServer,
    openai::{OpenAi, OpenAiConfig},
};
