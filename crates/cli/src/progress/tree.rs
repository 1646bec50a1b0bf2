//! The live tree as lines of text: a pure function of the run's state, so that tests can look at it.

use std::collections::HashMap;

use ziggurat::lifecycle::{AgentView, RunState};
use ziggurat::{AgentState, Tier};

use crate::text;

/// What the events do not bear: how long agents have been at work, and what they wrote last.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// By node id, in seconds.
    pub(super) running: HashMap<String, f64>,
    pub(super) last_words: HashMap<String, String>,
    pub(super) titles: HashMap<String, String>,
    pub(super) elapsed: f64,
}

/// The tree, summit first, in at most `height` lines of `width` columns.
pub(super) fn lines(
    state: &RunState,
    activity: &Activity,
    width: usize,
    height: usize,
) -> Vec<String> {
    let mut lines = vec![headline(state, activity)];
    let tiers = [Tier::Executive, Tier::Synthesizer, Tier::Worker, Tier::Decomposer];
    let shown = tiers.into_iter().filter(|&tier| state.tier(tier).next().is_some());
    // The decomposer is history as soon as there is a plan.
    let shown: Vec<_> = shown
        .filter(|&tier| tier != Tier::Decomposer || state.tier(Tier::Worker).next().is_none())
        .collect();
    let mut room = height.saturating_sub(1 + shown.len());
    for tier in shown {
        lines.push(tier_line(state, tier));
        let agents: Vec<_> = state.tier(tier).filter(|agent| is_active(agent)).collect();
        let fits = if agents.len() > room { room.saturating_sub(1) } else { agents.len() };
        lines.extend(agents[..fits].iter().map(|agent| agent_line(agent, activity)));
        if fits < agents.len() && room > 0 {
            lines.push(format!("    … and {} more", agents.len() - fits));
        }
        room = room.saturating_sub(agents.len());
    }
    lines.into_iter().map(|line| console::truncate_str(&line, width, "…").into_owned()).collect()
}

fn headline(state: &RunState, activity: &Activity) -> String {
    format!("▲ {}  {:.1} s", text::line(state.task()), activity.elapsed)
}

/// `workers      ████████░░░░  8/12, 1 failed`
fn tier_line(state: &RunState, tier: Tier) -> String {
    const WIDTH: usize = 20;
    let total = state.tier(tier).count();
    let count = |states: &[AgentState]| state.count(tier, states);
    let done = count(&[AgentState::Completed]);
    let lost = count(&[AgentState::Failed, AgentState::Cancelled, AgentState::Skipped]);
    let full = (done * WIDTH).checked_div(total).unwrap_or(0);
    let broken = (lost * WIDTH).checked_div(total).unwrap_or(0);
    let rest = WIDTH.saturating_sub(full + broken);
    let bar = format!("{}{}{}", "█".repeat(full), "×".repeat(broken), "░".repeat(rest));
    let name = match tier {
        Tier::Decomposer => "decomposer",
        Tier::Worker => "workers",
        Tier::Synthesizer => "synthesizers",
        Tier::Executive => "executive",
    };
    let lost = if lost > 0 { format!(", {lost} without a result") } else { String::new() };
    format!("  {name:<13}{bar}  {done}/{total}{lost}")
}

fn is_active(agent: &AgentView) -> bool {
    matches!(agent.state, AgentState::Running | AgentState::Retrying | AgentState::Failed)
}

/// `    ● W3  notes.md  2.1 s  the pool ran out`
fn agent_line(agent: &AgentView, activity: &Activity) -> String {
    let id = &agent.node.id;
    if let (AgentState::Failed, Some(reason)) = (agent.state, &agent.reason) {
        return format!("    ✗ {id}  {}", text::line(&reason.to_string()));
    }
    let about = match activity.titles.get(id) {
        Some(title) => text::line(title),
        None if agent.node.inputs.is_empty() => String::new(),
        None => format!("merges {}", agent.node.inputs.join(", ")),
    };
    let attempt = match agent.state {
        AgentState::Retrying => format!("attempt {}  ", agent.attempt),
        _ => String::new(),
    };
    let seconds = activity.running.get(id).copied().unwrap_or(0.0);
    let words = activity.last_words.get(id).map(|words| text::line(words)).unwrap_or_default();
    format!("    ● {id}  {about}  {attempt}{seconds:.1} s  {words}").trim_end().to_owned()
}
