//! The benchmarks as a command: `run` for a table, `work` for one program at one workload.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer tool talks to its terminal"
)]

use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use ziggurat_bench::Error;
use ziggurat_bench::report::Report;
use ziggurat_bench::suite::Suite;
use ziggurat_bench::work::{self, Flavor, Program};
use ziggurat_bench::workload::{self, Workload};

#[derive(Parser)]
#[command(name = "ziggurat-bench", about = "What Ziggurat costs beside hand-written loops")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs workloads with all programs, and prints tables
    Run(RunArgs),
    /// Does one workload with one program, and prints what it took in JSON
    Work(WorkArgs),
}

#[derive(Args)]
struct RunArgs {
    /// These workloads only
    #[arg(value_parser = names())]
    names: Vec<String>,
    /// The server's program
    #[arg(long)]
    fake: PathBuf,
    /// Repetitions
    #[arg(long, default_value_t = 5)]
    reps: usize,
    /// The runtime of all programs
    #[arg(long, value_enum, default_value_t)]
    runtime: Flavor,
    /// As many workers in every workload
    #[arg(long)]
    workers: Option<u32>,
    /// Writes the results into this file as well, in place of those after its heading
    #[arg(long)]
    write: Option<PathBuf>,
}

impl RunArgs {
    /// The command that runs the same again.
    fn command(&self) -> String {
        let names = self.names.iter().map(|name| format!(" {name}")).collect::<String>();
        let runtime = self.runtime.name();
        format!("cargo xtask bench{names} --reps {} --runtime {runtime}", self.reps)
    }
}

#[derive(Args)]
struct WorkArgs {
    #[arg(value_parser = names())]
    workload: String,
    #[arg(value_enum)]
    program: Program,
    /// Where the server listens
    server: SocketAddr,
    #[arg(long)]
    workers: Option<u32>,
    #[arg(long, value_enum, default_value_t)]
    runtime: Flavor,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(workload::all().into_iter().map(|workload| workload.name))
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Run(args) => run(&args),
        Task::Work(args) => do_work(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ziggurat-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn do_work(args: &WorkArgs) -> Result<(), Error> {
    let mut workload = named(&args.workload)?;
    workload.workers = args.workers.unwrap_or(workload.workers);
    let measured = work::measure(args.program, &workload, args.runtime, args.server)?;
    let what = || "the measurement".to_owned();
    let line = serde_json::to_string(&measured);
    println!("{}", line.map_err(|source| Error::Json { what: what(), source })?);
    Ok(())
}

fn named(name: &str) -> Result<Workload, Error> {
    Workload::named(name).ok_or_else(|| Error::Found(format!("there is no workload {name}")))
}

fn run(args: &RunArgs) -> Result<(), Error> {
    let own = env::current_exe().map_err(Error::io("this program"))?;
    let suite =
        Suite { own, fake: args.fake.clone(), repetitions: args.reps.max(1), flavor: args.runtime };
    let wanted = |workload: &Workload| match args.names.is_empty() {
        true => workload.usual,
        false => args.names.iter().any(|name| name == workload.name),
    };
    let mut report = Report::begin(&suite, &args.command());
    for mut workload in workload::all().into_iter().filter(wanted) {
        workload.workers = args.workers.unwrap_or(workload.workers);
        report.add(&workload, &suite.run(&workload)?);
    }
    report.close();
    match &args.write {
        Some(file) => report.write(file),
        None => Ok(()),
    }
}
