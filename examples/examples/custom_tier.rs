//! Tiers of your own beside a model-backed one. Workers that look for how long outages lasted, and an
//! executive that ranks them, are plain code here: nothing is left to a model that code can do exactly. The synthesizers
//! between them stay model-backed, by the embedded `extractive` model, so this needs no key.
//!
//! `cargo run -p ziggurat-examples --example custom_tier`
#![allow(clippy::print_stdout, reason = "an example speaks to its reader")]

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use ziggurat::hierarchy::ExecutiveMode;
use ziggurat::providers::Extractive;
use ziggurat::{AgentError, AgentOutput, Assignment, CallContext, Merge, Model, Orchestrator};
use ziggurat::{RunResult, Synthesizer, Task, Worker};

/// Finds the sentences of its documents that say how many minutes something lasted.
struct Minutes;

#[async_trait]
impl Worker for Minutes {
    async fn work(
        &self,
        _: &CallContext,
        assignment: &Assignment,
    ) -> Result<AgentOutput, AgentError> {
        let mut found = String::new();
        for document in &assignment.subtask.documents {
            let sentences = document.text.lines().flat_map(|line| line.split_inclusive(". "));
            let lasted = |sentence: &&str| sentence.contains("outage lasted");
            for sentence in sentences.filter(lasted).filter(|s| minutes(s).is_some()) {
                // The mark is what later tiers, and the report's list of sources, know it by.
                found.push_str(&format!("- {} [{}]\n", sentence.trim(), document.id));
            }
        }
        if found.is_empty() {
            // Empty text would count as a failure; having found nothing is a result.
            found.push_str("No document says how long an outage lasted.");
        }
        Ok(AgentOutput::new(found))
    }
}

/// Puts the longest first. An executive is a synthesizer: one trait serves both tiers.
struct LongestFirst;

#[async_trait]
impl Synthesizer for LongestFirst {
    async fn synthesize(&self, _: &CallContext, merge: &Merge) -> Result<AgentOutput, AgentError> {
        let lines = merge.inputs.iter().flat_map(|input| input.text.lines());
        let mut found: Vec<_> = lines.filter_map(|line| Some((minutes(line)?, line))).collect();
        found.sort_by_key(|(minutes, _)| std::cmp::Reverse(*minutes));
        if found.is_empty() {
            return Err(AgentError::custom("no result says how long an outage lasted"));
        }
        let ranked = found
            .iter()
            .map(|(minutes, line)| format!("- {minutes} min: {}\n", line.trim_start_matches("- ")));
        Ok(AgentOutput::new(ranked.collect::<String>()))
    }
}

/// The number before the word "minutes".
fn minutes(text: &str) -> Option<u32> {
    let words: Vec<_> = text.split_whitespace().collect();
    let number = words.windows(2).find(|pair| pair[1].starts_with("minutes"))?[0];
    number.parse().ok()
}

pub(crate) async fn example() -> Result<RunResult, Box<dyn Error>> {
    let task = Task::new("How many minutes did each outage last?")?
        .with_documents(ziggurat_examples::incident_reports()?);
    let orchestrator = Orchestrator::builder()
        .model(Model::known(Arc::new(Extractive), "bm25"))
        .worker(Arc::new(Minutes))
        .executive(Arc::new(LongestFirst))
        .executive_mode(ExecutiveMode::Always)
        .build()?;
    Ok(orchestrator.run(task).await)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let result = example().await?;
    println!("{}", result.report.unwrap_or_default());
    Ok(())
}
