//! A run is recorded into a file and replayed from it: the same report, and nobody is asked. A run that asks
//! anything else is told what is different.
//!
//! `cargo run -p ziggurat-examples --example record_replay`
#![allow(clippy::print_stdout, reason = "an example speaks to its reader")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use ziggurat::providers::Extractive;
use ziggurat::providers::layers::{RecordLayer, Replay};
use ziggurat::{Layer, Model, Orchestrator, RunResult, Task};

/// What came of it.
pub(crate) struct Observed {
    pub(crate) recorded: RunResult,
    pub(crate) replayed: RunResult,
    /// What the recording holds, in a line.
    pub(crate) summary: String,
    /// Recorded calls that the replay did not make.
    pub(crate) unused: usize,
    /// What a run with another question was told.
    pub(crate) miss: String,
}

async fn run(model: Model, question: &str) -> Result<RunResult, Box<dyn Error>> {
    let task = Task::new(question)?.with_documents(ziggurat_examples::incident_reports()?);
    Ok(Orchestrator::builder().model(model).build()?.run(task).await)
}

pub(crate) async fn example(file: &Path) -> Result<Observed, Box<dyn Error>> {
    const QUESTION: &str = "What caused the outages?";
    // Record next to the adapter, inside of all other layers. Here the adapter is the embedded model; one
    // with a key is recorded alike: `.redacting([key])` keeps the key out, even if the server repeats it.
    let record = RecordLayer::to_file(file)?;
    let provider = record.layer(Arc::new(Extractive));
    let recorded = run(Model::known(provider, "bm25"), QUESTION).await?;
    record.finish().await?;

    let replay = Replay::open(file)?;
    let model = replay.default_model().ok_or("the run called no model")?;
    let replayed = run(model.clone(), QUESTION).await?;
    let (summary, unused) = (replay.recording().to_string(), replay.unused().len());

    run(model, "Who was on call?").await?;
    let miss = replay.misses().first().ok_or("nothing was missing")?.to_string();
    Ok(Observed { recorded, replayed, summary, unused, miss })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::temp_dir().join(format!("ziggurat-{}.json", std::process::id()));
    let observed = example(&file).await;
    std::fs::remove_file(&file)?;
    let observed = observed?;
    println!("recorded: {}", observed.summary);
    let same = observed.recorded.report == observed.replayed.report;
    println!("the same report: {same}; calls left over: {}", observed.unused);
    println!("\nanother question: {}", observed.miss);
    Ok(())
}
