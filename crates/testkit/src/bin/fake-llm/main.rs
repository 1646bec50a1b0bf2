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
    // Before anybody is told the address: whoever knows it may end the server.
    let end = told_to_end()?;
    let server = builder.start().await?;
    let mut stdout = io::stdout();
    writeln!(stdout, "listening on {}", server.url())?;
    stdout.flush()?;
    end.await;
    Ok(())
}

#[cfg(unix)]
fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    let mut interrupted = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupted.recv().await;
    })
}

fn failed(error: &io::Error) -> ExitCode {
    // Without stderr there is nobody to tell.
    let _ = writeln!(io::stderr(), "error: {error}");
    ExitCode::FAILURE
}
