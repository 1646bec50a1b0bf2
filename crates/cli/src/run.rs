//! `ziggurat run`.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ziggurat::providers::{Registry, process_env};
use ziggurat::{Canceller, Outcome, RunResult};

use crate::args::RunArgs;
use crate::error::{UsageError, chain};
use crate::exit::{self, Code};
use crate::output::Output;
use crate::progress::{Mode, summary, watch};
use crate::setup::{self, Setup};
use crate::text;

/// Runs the task and gives the exit code. Errors are told on stderr.
pub(crate) async fn run(args: RunArgs, registry: &Registry) -> ExitCode {
    if args.output.verbose {
        log_everything();
    }
    let code = match execute(&args, registry).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", text::printable(&chain(&error)));
            exit::USAGE
        }
    };
    code.into()
}

async fn execute(args: &RunArgs, registry: &Registry) -> Result<Code, UsageError> {
    let mode = Mode::of(&args.output);
    let output = Output::open(args.output.output.as_deref())?;
    let setup = match setup::prepare(args, registry, &process_env).await {
        Ok(setup) => setup,
        Err(error) => {
            output.discard();
            return Err(error);
        }
    };
    if !mode.is_quiet() {
        announce(&setup);
    }
    let (result, interrupted) = drive(setup, mode).await;
    let code = exit::of(&result, interrupted);
    tell(&result, mode, code);
    if mode.is_json() && matches!(output, Output::Stdout) {
        return Ok(code); // The last event bears the report.
    }
    if let Err(error) = output.write(result.report.as_deref()) {
        eprintln!("error: the report could not be written: {error}");
        return Ok(exit::FAILED);
    }
    Ok(code)
}

/// Runs to the end, shows progress, and cancels at Ctrl-C.
async fn drive(setup: Setup, mode: Mode) -> (RunResult, bool) {
    let run = setup.orchestrator.start(setup.task);
    let deltas = mode.wants_deltas().then(|| run.deltas());
    // On a task of its own: the tree must go on moving while an agent computes.
    let watching = tokio::spawn(watch(mode, run.events(), deltas));
    let interrupted = Arc::new(AtomicBool::new(false));
    let interrupts = tokio::spawn(cancel_at_interrupt(run.canceller(), Arc::clone(&interrupted)));
    let result = run.await;
    interrupts.abort();
    if let Err(error) = watching.await {
        eprintln!("error: the progress display failed: {error}");
    }
    (result, interrupted.load(Ordering::Relaxed))
}

/// The first Ctrl-C cancels the run and keeps what is finished; a second one ends the process.
async fn cancel_at_interrupt(canceller: Canceller, interrupted: Arc<AtomicBool>) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    interrupted.store(true, Ordering::Relaxed);
    canceller.cancel();
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(130);
    }
}

fn announce(setup: &Setup) {
    eprintln!("model: {}", text::line(&setup.why));
    for skipped in &setup.skipped {
        eprintln!("skipped: {}", text::line(skipped));
    }
}

/// The end of the run on stderr: what it took, and what is wrong if something is.
fn tell(result: &RunResult, mode: Mode, code: Code) {
    if let Some(reason) = &result.reason {
        let word = match result.outcome {
            Outcome::Failed => "error",
            _ => "warning",
        };
        let message = text::line(&reason.message);
        eprintln!("{word}: {}: {message} ({})", result.outcome, reason.kind);
    }
    if mode.tells_summary() && code != exit::USAGE {
        eprintln!("{}", summary(result));
    }
}

fn log_everything() {
    let filter = tracing_subscriber::EnvFilter::new("ziggurat=debug,ziggurat_providers=debug");
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Somebody who uses this as a library may have one already.
    logger.try_init().ok();
}
