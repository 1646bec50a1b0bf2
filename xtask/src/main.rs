//! Developer tasks of the Ziggurat workspace: `cargo xtask lint | test | tidy | catalog | bench | soak`.
//!
//! They are written in Rust rather than in shell so that a promise (a layer
//! depends on nothing beside it, a build without features pulls in no TLS) is
//! checked by code that has tests of its own, and so that a fresh machine
//! needs nothing but cargo to run what CI runs.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer tool talks to its terminal"
)]

mod bench;
mod catalog;
mod context;
mod counterparties;
mod deny;
mod error;
mod health;
mod lint;
mod measure;
mod metadata;
mod parts;
mod process;
mod readme;
mod server;
mod tally;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};

use crate::context::Context;
use crate::error::Error;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer tasks of the Ziggurat workspace")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Format, clippy, tidy, docs, dependency proofs, licences
    Lint {
        /// Run these parts only
        #[arg(long, value_delimiter = ',', value_parser = PossibleValuesParser::new(parts::names(lint::PARTS)))]
        only: Vec<String>,
    },
    /// Every test, with all the set-up they need
    Test {
        /// Run these parts only
        #[arg(long, value_delimiter = ',', value_parser = PossibleValuesParser::new(parts::names(test::PARTS)))]
        only: Vec<String>,
    },
    /// The rules of the source tree
    Tidy,
    /// Converts the recorded table of models into the catalogue of `ziggurat-providers`
    Catalog,
    /// What runs cost beside hand-written loops, as a table; or the benchmarks of single parts
    Bench(bench::BenchArgs),
    /// The full counts: release build, long property tests, verified packages
    Soak {
        /// Run these parts only
        #[arg(long, value_delimiter = ',', value_parser = PossibleValuesParser::new(parts::names(measure::SOAK)))]
        only: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<bool, Error> {
    let mut cx = Context::load()?;
    match task {
        Task::Lint { only } => Ok(parts::run("lint", lint::PARTS, &only, &mut cx)),
        Task::Test { only } => {
            let good = parts::run("test", test::PARTS, &only, &mut cx);
            println!("{}", cx.tally);
            Ok(good)
        }
        Task::Tidy => tidy::run(&mut cx).map(|_| true),
        Task::Catalog => catalog::write(&cx).map(|()| true),
        Task::Bench(args) => bench::run(&cx, &args).map(|()| true),
        Task::Soak { only } => {
            let good = parts::run("soak", measure::SOAK, &only, &mut cx);
            println!("{}", cx.tally);
            Ok(good)
        }
    }
}
