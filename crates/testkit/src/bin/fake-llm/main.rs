//! The fake model server as a command, for tests and load in other processes and other languages. It can
//! do nothing that the library cannot.

#![forbid(unsafe_code)]

mod args;
mod faults;
mod file;
mod setup;
mod turns;
mod values;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use tokio::runtime::{Builder, Runtime};
use ziggurat_testkit::server::FakeServer;

use args::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    let ended = setup::script(&args).map(|script| {
        let runtime = runtime(args.threads)?;
        runtime.block_on(serve(&args, script))
    });
    match ended {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => failed(&error),
        Err(words) => Args::command().error(ErrorKind::ValueValidation, words).exit(),
    }
}

fn runtime(threads: Option<usize>) -> io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    if let Some(threads) = threads {
        builder.worker_threads(threads);
    }
    builder.enable_all().build()
}

/// Serves until it is told to end.
async fn serve(args: &Args, script: ziggurat_testkit::ScriptedProvider) -> io::Result<()> {
    let mut builder = FakeServer::builder(script).at((args.host, args.port).into()).keeping(0);
    if let Some(header) = &args.faults.call_header {
        builder = builder.calls_named_by(header);
    }
    let server = builder.start().await?;
    let mut stdout = io::stdout();
    writeln!(stdout, "listening on {}", server.url())?;
    stdout.flush()?;
    told_to_end().await
}

#[cfg(unix)]
async fn told_to_end() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn told_to_end() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn failed(error: &io::Error) -> ExitCode {
    // Without stderr there is nobody to tell.
    let _ = writeln!(io::stderr(), "error: {error}");
    ExitCode::FAILURE
}
