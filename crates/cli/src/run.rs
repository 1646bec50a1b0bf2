//! `ziggurat run`.

use std::io;
use std::process::ExitCode;

use ziggurat::providers::{Registry, process_env};
use ziggurat::{ErrorKind, Outcome, RunResult};

use crate::args::RunArgs;
use crate::error::{UsageError, chain};
use crate::exit::{self, Code};
use crate::interrupt::Interrupts;
use crate::output::Output;
use crate::progress::{Mode, summary, watch};
use crate::setup::{self, Setup};
use crate::text::{self, say};

/// Runs the task and gives the exit code. Errors are told on stderr.
pub(crate) async fn run(args: RunArgs, registry: &Registry) -> ExitCode {
    if args.output.verbose {
        log_everything();
    }
    let code = match execute(&args, registry).await {
        Ok(code) => code,
        Err(error) => {
            say(format_args!("error: {}", text::printable(&chain(&error))));
            exit::USAGE
        }
    };
    code.into()
}

async fn execute(args: &RunArgs, registry: &Registry) -> Result<Code, UsageError> {
    let mode = Mode::of(&args.output);
    let output = Output::open(args.output.output.as_deref())?;
    let setup = setup::prepare(args, output.path(), registry, &process_env).await?;
    if !mode.is_quiet() {
        announce(&setup);
    }
    let tape = setup.tape.clone();
    let (result, interrupted, shown) = drive(setup, mode).await;
    let taped = tape.finish().await;
    let code = exit::of(&result, interrupted);
    // Before anything that is only said about it.
    let delivered = match &result.report {
        // The last event bears the report.
        Some(_) if mode.is_json() && matches!(output, Output::Stdout) => Ok(()),
        Some(report) => output.write(report),
        None => Ok(()),
    };
    tell(&result, mode, code);
    if let (Some(_), Ok(()), Some(_)) = (&result.report, &delivered, output.path())
        && mode.tells_summary()
        && let Some(path) = &args.output.output
    {
        say(format_args!("report: {}", text::line(&path.display().to_string())));
    }
    match &taped {
        Ok(lines) if mode.tells_summary() => {
            lines.iter().for_each(|line| say(format_args!("{}", text::printable(line))));
        }
        Ok(_) => {}
        Err(error) => say(format_args!("error: {}", text::printable(&chain(error)))),
    }
    if let (None, Some(path)) = (&result.report, output.previous()) {
        say(format_args!("note: there is no report; {} was left unchanged", path.display()));
    }
    if let Err(error) = &shown {
        say(format_args!("error: the events could not be written: {error}"));
    }
    if let Err(error) = &delivered {
        say(format_args!("error: the report could not be written: {error}"));
    }
    let all_is_kept = shown.is_ok() && delivered.is_ok() && taped.is_ok();
    Ok(if all_is_kept { code } else { exit::FAILED })
}

/// Runs to the end, shows progress, and cancels at Ctrl-C. Gives the result, whether there was a
/// Ctrl-C, and whether progress could be shown.
async fn drive(setup: Setup, mode: Mode) -> (RunResult, bool, io::Result<()>) {
    let run = setup.orchestrator.start(setup.task);
    let deltas = mode.wants_deltas().then(|| run.deltas());
    let interrupts = Interrupts::listen(run.canceller()).unwrap_or_else(|error| {
        say(format_args!("warning: Ctrl-C will end the run without a report: {error}"));
        Interrupts::default()
    });
    // On a task of its own: the tree must go on moving while an agent computes.
    let watching = tokio::spawn(watch(mode, run.events(), deltas));
    let result = run.await;
    interrupts.run_ended();
    let interrupted = interrupts.happened();
    let shown = match watching.await {
        Ok(shown) => shown,
        Err(error) if mode.is_json() => Err(error.into()),
        Err(error) => {
            // A pity, and no reason to call a run a failure that is none.
            say(format_args!("error: the progress display failed: {error}"));
            Ok(())
        }
    };
    (result, interrupted, shown)
}

fn announce(setup: &Setup) {
    say(format_args!("model: {}", text::line(&setup.why)));
    for skipped in &setup.skipped {
        say(format_args!("skipped: {}", text::line(skipped)));
    }
    for warning in &setup.warnings {
        say(format_args!("warning: {}", text::line(warning)));
    }
    for note in &setup.notes {
        say(format_args!("note: {}", text::line(note)));
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
        let kind = match reason.kind {
            // The message says it in more words.
            ErrorKind::Incomplete | ErrorKind::Cancelled => String::new(),
            kind => format!(" ({kind})"),
        };
        say(format_args!("{word}: {}: {message}{kind}", result.outcome));
    }
    if mode.tells_summary() && code != exit::USAGE {
        say(summary(result));
    }
}

fn log_everything() {
    let filter = tracing_subscriber::EnvFilter::new("ziggurat=debug,ziggurat_providers=debug");
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // It would tell stderr that stderr is broken, and panic.
    let logger = logger.log_internal_errors(false);
    // Somebody who uses this as a library may have one already.
    logger.try_init().ok();
}
