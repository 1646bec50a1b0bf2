//! Everything that is wrong before a run begins. Each message says what and where, and what to do.

use std::io;
use std::path::{Path, PathBuf};

use ziggurat::providers::SelectionError;
use ziggurat::providers::layers::RecordingError;

use crate::text;

/// Bad input or configuration: exit code 2, and nothing was spent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    #[error(
        "there is no task: give one as an argument, `-` to read it from stdin, or a --plan with one"
    )]
    NoTask,
    #[error(transparent)]
    Task(#[from] ziggurat::TaskError),
    #[error("the task could not be read from stdin")]
    Stdin(#[source] io::Error),
    #[error("the task on stdin is longer than {mib} MiB: give documents with --input instead")]
    LongTask { mib: u64 },
    #[error("the input {path} cannot be read")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("the input {path} is no text: {problem}")]
    NotText { path: PathBuf, problem: &'static str },
    #[error("there is no readable document in {}{}", list(.paths), because(.skipped))]
    NoDocuments { paths: Vec<PathBuf>, skipped: Vec<String> },
    #[error(
        "the documents hold more than {mib} MiB in all, with {path}: give fewer or smaller ones"
    )]
    TooMuch { path: PathBuf, mib: u64 },
    #[error("the plan {path}: {problem}")]
    Plan { path: PathBuf, problem: String },
    #[error("the plan {path}{}: {source}", of_subtask(.subtask))]
    PlanInput { path: PathBuf, subtask: Option<usize>, source: Box<UsageError> },
    #[error(
        "subtask {subtask} of the plan has no documents: add `inputs` to it, or --input, or choose a \
         model with --model (set OPENAI_API_KEY, or start a local server)"
    )]
    SubtaskWithoutDocuments { subtask: usize },
    #[error(
        "this program has no provider `{provider}`, though the catalogue has models of it: add --all"
    )]
    NotServed { provider: String },
    #[error("the settings in {path} cannot be read")]
    ConfigUnreadable { path: PathBuf, source: io::Error },
    #[error("the settings in {path}: {problem}")]
    ConfigFile { path: PathBuf, problem: String },
    #[error(transparent)]
    Selection(#[from] SelectionError),
    #[error("ZIGGURAT_LOCAL_SERVERS: {0}")]
    LocalServers(#[source] ziggurat::providers::ConfigError),
    #[error(
        "{model} answers only from documents, and there are none: give some with --input, or \
         choose another model with --model (set OPENAI_API_KEY, or start a local server)"
    )]
    NoMaterial { model: String },
    #[error("--workers {workers} is less than the {subtasks} subtasks of the plan")]
    FewerWorkersThanPlan { workers: u32, subtasks: usize },
    #[error("--quorum {quorum} is more than the {subtasks} subtasks of the plan")]
    QuorumOverPlan { quorum: u32, subtasks: usize },
    #[error(transparent)]
    Config(#[from] ziggurat::ConfigError),
    #[error("the output {path} cannot be written")]
    Output { path: PathBuf, source: io::Error },
    #[error("{}", of_recording(.path, .source))]
    Recording { path: PathBuf, source: Box<RecordingError> },
    #[error("the recording has no calls to {provider}, only to {}", .models.join(", "))]
    NotRecorded { provider: String, models: Vec<String> },
    #[error("the recording {path} has no model that answered: nothing can be replayed")]
    EmptyRecording { path: PathBuf },
    #[error("--output {path} is one of the inputs: the report would replace it")]
    OutputIsInput { path: PathBuf },
    #[error("--output {path} is the plan: the report would replace it")]
    OutputIsPlan { path: PathBuf },
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// `: a.bin: binary; b.md: empty`, or nothing.
fn because(skipped: &[String]) -> String {
    let reasons: Vec<_> = skipped.iter().map(|line| text::line(line)).collect();
    if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) }
}

/// Of files that cannot be opened the source says all.
fn of_recording(path: &Path, source: &RecordingError) -> String {
    match source {
        RecordingError::Create { source: error, .. }
            if error.kind() == io::ErrorKind::AlreadyExists =>
        {
            format!("{source}, for a file that is there is never replaced")
        }
        RecordingError::Create { .. } | RecordingError::Open { .. } => source.to_string(),
        _ => format!("the recording {}", path.display()),
    }
}

/// `, subtask 2`, or nothing for the inputs of the whole plan.
fn of_subtask(number: &Option<usize>) -> String {
    number.map(|number| format!(", subtask {number}")).unwrap_or_default()
}

/// The error and its causes, each once, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        source = cause.source();
    }
    line
}
