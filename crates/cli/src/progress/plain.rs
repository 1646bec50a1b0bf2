//! Progress as lines, for logs and pipes.

use ziggurat::lifecycle::RunState;
use ziggurat::{Event, EventKind, EventReader, NodeInfo, Tier};

use super::WAITING;
use crate::text;

pub(super) async fn watch(mut events: EventReader) {
    let mut state = RunState::new();
    while let Some(event) = events.next().await {
        // The log is the run's own; an event that does not fit would be a bug, and is shown all the same.
        state.apply(&event).ok();
        for line in lines(&event, &state) {
            text::say(line);
        }
    }
}

/// What an event is worth saying.
fn lines(event: &Event, state: &RunState) -> Vec<String> {
    match &event.kind {
        EventKind::PlanReady { method, notes, .. } => {
            let notes = notes.iter().map(|note| format!("note: {}", text::line(note)));
            std::iter::once(plan(method, state)).chain(notes).collect()
        }
        EventKind::NodeStarted { node } if node.tier != Tier::Decomposer => vec![started(node)],
        EventKind::NodeQueued { node } => vec![format!("{} {WAITING}", node.id)],
        EventKind::NodeHedged { node, after_ms } => {
            vec![format!(
                "{} has no answer after {}, asked a second time",
                node.id,
                seconds(*after_ms)
            )]
        }
        EventKind::NodeSplit { node, added, reason } => {
            let reason = text::line(&reason.message);
            let names: Vec<_> = added.iter().map(|node| node.id.as_str()).collect();
            vec![format!("{} waits for {}: {reason}", node.id, names.join(", "))]
        }
        EventKind::NodeRetrying { node, attempt, reason, .. } => {
            vec![format!("{} attempt {attempt}: {}", node.id, text::line(&reason.message))]
        }
        EventKind::NodeCompleted { node, elapsed_ms, .. } if node.tier != Tier::Decomposer => {
            vec![format!("{} completed in {}", node.id, seconds(*elapsed_ms))]
        }
        EventKind::NodeFailed { node, reason, .. } => {
            vec![format!("{} failed: {}", node.id, text::line(&reason.to_string()))]
        }
        EventKind::NodeSkipped { node, reason, .. } => {
            vec![format!("{} skipped: {}", node.id, text::line(&reason.message))]
        }
        EventKind::NodeCancelled { node, reason, .. } => {
            vec![format!("{} cancelled: {}", node.id, text::line(&reason.message))]
        }
        _ => Vec::new(),
    }
}

/// `plan: document_partition, 12 workers, 2 synthesizers, 1 executive`
fn plan(method: &str, state: &RunState) -> String {
    let mut line = format!("plan: {method}");
    for tier in [Tier::Worker, Tier::Synthesizer, Tier::Executive] {
        let count = state.tier(tier).count();
        if count > 0 {
            let plural = if count == 1 { "" } else { "s" };
            line.push_str(&format!(", {count} {tier}{plural}"));
        }
    }
    line
}

fn started(node: &NodeInfo) -> String {
    if node.inputs.is_empty() {
        return format!("{} started", node.id);
    }
    format!("{} merges {}", node.id, node.inputs.join(", "))
}

fn seconds(elapsed_ms: u64) -> String {
    format!("{}.{} s", elapsed_ms / 1000, elapsed_ms % 1000 / 100)
}
