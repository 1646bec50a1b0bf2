//! The `ziggurat` command with the built-in providers.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use ziggurat::providers::Registry;

fn main() -> ExitCode {
    ziggurat_cli::main(std::env::args_os(), Registry::builtin())
}
