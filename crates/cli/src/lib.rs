#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod args;
mod bounded;
mod catalog;
mod config_file;
mod error;
mod exit;
mod interrupt;
mod layers;
mod library;
mod models;
mod output;
mod plain_http;
mod plan_file;
mod progress;
mod recording;
mod run;
mod setup;
mod text;
mod values;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use ziggurat::providers::{Registry, process_env};

use crate::args::{Cli, Command};

/// The command: parses the arguments (the first is the program's name), does what they say, and gives
/// the exit code. Providers are looked up in `registry`, so that a program can add its own:
///
/// ```no_run
/// use std::process::ExitCode;
/// use std::sync::Arc;
/// use ziggurat::Provider;
/// use ziggurat::providers::{OpenAi, ServerConfig};
/// use ziggurat::providers::{ConfigError, ProviderOptions, Registry};
///
/// /// `ziggurat run --model gateway …`: a server of our own, whose models cost nothing.
/// fn gateway(options: &ProviderOptions<'_>) -> Result<Arc<dyn Provider>, ConfigError> {
///     let url = options.base_url.unwrap_or("https://models.example.com/v1");
///     let config = ServerConfig::openai().with_name("gateway").with_base_url(url).with_free(true);
///     let config = config.with_allowed_hosts(options.allowed_hosts());
///     Ok(Arc::new(OpenAi::new(config)?))
/// }
///
/// fn main() -> ExitCode {
///     let mut registry = Registry::builtin();
///     registry.register("gateway", Some("our-model"), gateway);
///     ziggurat_cli::main(std::env::args_os(), registry)
/// }
/// ```
pub fn main<I, T>(args: I, registry: Registry) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    let args = match cli.command {
        Command::Models(args) => return catalog::run(&args, &registry, &process_env),
        Command::Run(args) => args,
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            text::say(format_args!("error: the async runtime could not be started: {error}"));
            return exit::FAILED.into();
        }
    };
    let code = runtime.block_on(run::run(*args, &registry));
    // A second Ctrl-C, or a thread blocked on a terminal, must not keep the process.
    runtime.shutdown_background();
    code
}
