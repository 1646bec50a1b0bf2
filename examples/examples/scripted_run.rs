//! A run against a script instead of a model, as in a test: one worker of six fails, and the run says so
//! everywhere - in its outcome, its coverage, the events, and in what the synthesizer is told.
//!
//! `cargo run -p ziggurat-examples --example scripted_run`
#![allow(clippy::print_stdout, reason = "an example speaks to its reader")]

use std::error::Error;
use std::sync::Arc;

use ziggurat::decomposition::StaticPlan;
use ziggurat::{ErrorKind, Event, EventKind, Orchestrator, RunResult, Subtask, Task, Tier, Usage};
use ziggurat_testkit::{ScriptedProvider, Turn};

/// The result, the events, and what the synthesizer's model was told.
pub(crate) struct Observed {
    pub(crate) result: RunResult,
    pub(crate) events: Vec<Arc<Event>>,
    pub(crate) instructions: String,
}

pub(crate) async fn example() -> Result<Observed, Box<dyn Error>> {
    let merged = Turn::text("Five months were quiet [W1] [W2] [W4] [W5] [W6]. March is missing.");
    // Workers run at once, so their turns are bound to nodes and not to an order of calls.
    let provider = ScriptedProvider::new()
        .when_node("W3", [Turn::error(ErrorKind::RateLimit, "slow down")])
        .when_tier(Tier::Synthesizer, [merged.with_usage(Usage::new(300, 20))])
        .otherwise(Turn::text("Nothing happened.").with_usage(Usage::new(40, 4)));
    let months = ["January", "February", "March", "April", "May", "June"];
    let plan = StaticPlan::new(months.map(|month| Subtask::new(format!("Look at {month}."))))?;
    let run = Orchestrator::builder()
        .model(provider.handle("any"))
        .decomposer(Arc::new(plan))
        .build()?
        .start(Task::new("What happened in the first half of the year?")?);
    // Events are a log: a reader may come before, during or after the run.
    let mut reader = run.events();
    let result = run.await;
    let mut events = Vec::new();
    while let Some(event) = reader.next().await {
        events.push(event);
    }
    provider.assert_done();
    let calls = provider.calls();
    let merge = calls
        .iter()
        .find(|call| call.node.as_ref().is_some_and(|node| node.tier == Tier::Synthesizer));
    let instructions = merge.and_then(|call| call.request.system.clone()).unwrap_or_default();
    Ok(Observed { result, events, instructions })
}

/// An event in a line.
fn line(kind: &EventKind) -> String {
    match kind {
        EventKind::RunStarted { models, .. } => format!("run_started: {}", models.join(", ")),
        EventKind::PlanReady { nodes, .. } => format!("plan_ready: {} nodes", nodes.len()),
        EventKind::NodeStarted { node } => format!("{} started", node.id),
        EventKind::NodeCompleted { node, .. } => format!("{} completed", node.id),
        EventKind::NodeFailed { node, reason, .. } => format!("{} failed: {reason}", node.id),
        EventKind::RunFinished { outcome, coverage, .. } => {
            format!("run_finished: {outcome}, {coverage} workers")
        }
        _ => String::from("…"),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Observed { result, events, instructions } = example().await?;
    for event in events {
        println!("{:>2} {}", event.seq, line(&event.kind));
    }
    let told = instructions.lines().find(|line| line.contains("no result of"));
    println!("\nS1 was told: {}", told.unwrap_or("nothing"));
    println!("\n{}", result.report.unwrap_or_default());
    Ok(())
}
