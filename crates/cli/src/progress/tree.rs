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
        let mut agents: Vec<_> = state.tier(tier).filter(|agent| is_active(agent)).collect();
        // Where there is no room for all, those at work are what one wants to see.
        agents.sort_by_key(|agent| agent.state == AgentState::Failed);
        let fits = if agents.len() > room { room.saturating_sub(1) } else { agents.len() };
        lines.extend(agents[..fits].iter().map(|agent| agent_line(agent, activity, width)));
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
fn agent_line(agent: &AgentView, activity: &Activity, width: usize) -> String {
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
        AgentState::Retrying => format!("attempt {}", agent.attempt),
        _ => String::new(),
    };
    let seconds = activity.running.get(id).copied().unwrap_or(0.0);
    let words = activity.last_words.get(id).map(|words| text::line(words)).unwrap_or_default();
    // Its last words say more about an agent at work than the end of a long title.
    let about = console::truncate_str(&about, width / 2, "…").into_owned();
    let parts = [format!("    ● {id}"), about, attempt, format!("{seconds:.1} s"), words];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use ziggurat::{ErrorKind, Event, EventKind, NodeInfo, Reason, RunId};

    use super::*;

    fn node(id: &str, tier: Tier, inputs: &[&str]) -> NodeInfo {
        let inputs = inputs.iter().map(|&input| input.to_owned()).collect();
        NodeInfo { id: id.to_owned(), tier, step: 0, index: 0, inputs }
    }

    /// Twelve workers: five done, one failed, the others at work; S1 merges.
    fn picture() -> (RunState, Activity) {
        let worker = |n: usize| node(&format!("W{n}"), Tier::Worker, &[]);
        let merges = ["W1", "W2", "W3", "W4", "W5", "W6"];
        let nodes = (1..=12).map(worker).chain([
            node("S1", Tier::Synthesizer, &merges),
            node("S2", Tier::Synthesizer, &[]),
            node("E1", Tier::Executive, &["S1", "S2"]),
        ]);
        let mut kinds = vec![
            EventKind::RunStarted {
                task: "Why did\nit fail?".into(),
                documents: 0,
                models: vec![],
            },
            EventKind::PlanReady {
                method: "static".into(),
                subtasks: vec![].into(),
                nodes: nodes.collect(),
                notes: vec![],
            },
        ];
        kinds.extend((1..=12).map(|n| EventKind::NodeStarted { node: worker(n) }));
        kinds.extend((1..=5).map(|n| EventKind::NodeCompleted {
            node: worker(n),
            usage: ziggurat::Usage::ZERO.into(),
            cost_usd: None,
            model: None,
            elapsed_ms: 5,
            truncated: false,
        }));
        let reason = Reason::new(ErrorKind::Timeout, "no result within 180 s");
        kinds.push(EventKind::NodeFailed {
            node: worker(6),
            reason,
            usage: ziggurat::Usage::ZERO.into(),
            cost_usd: None,
            elapsed_ms: 180_000,
        });
        kinds.push(EventKind::NodeStarted { node: node("S1", Tier::Synthesizer, &merges[..5]) });
        let mut state = RunState::new();
        for (seq, kind) in (1..).zip(kinds) {
            let time = "2026-11-22T10:00:00Z".parse().unwrap();
            state.apply(&Event { seq, run_id: RunId::new("r"), time, kind }).unwrap();
        }
        let mut activity = Activity { elapsed: 3.25, ..Activity::default() };
        activity.running.insert("W7".into(), 2.1);
        activity.titles.insert("W7".into(), "notes.md".into());
        activity.last_words.insert("W7".into(), "the \u{1b}[31mpool\nran out".into());
        (state, activity)
    }

    #[test]
    fn the_tree_shows_every_tier_and_who_works() {
        let (state, activity) = picture();
        insta::assert_snapshot!(lines(&state, &activity, 72, 30).join("\n"), @"
        ▲ Why did it fail?  3.2 s
          executive    ░░░░░░░░░░░░░░░░░░░░  0/1
          synthesizers ░░░░░░░░░░░░░░░░░░░░  0/2
            ● S1  merges W1, W2, W3, W4, W5  0.0 s
          workers      ████████×░░░░░░░░░░░  5/12, 1 without a result
            ● W7  notes.md  2.1 s  the pool ran out
            ● W8  0.0 s
            ● W9  0.0 s
            ● W10  0.0 s
            ● W11  0.0 s
            ● W12  0.0 s
            ✗ W6  no result within 180 s (timeout)
        ");
    }

    #[test]
    fn where_there_is_little_room_those_at_work_are_shown() {
        let (state, activity) = picture();
        let lines = lines(&state, &activity, 72, 8);
        assert!(lines.iter().any(|line| line.contains("● W7")), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("✗ W6")), "{lines:?}");
    }

    #[test]
    fn the_tree_fits_any_terminal() {
        let (state, activity) = picture();
        for (width, height) in [(20, 4), (40, 8), (80, 9), (200, 12)] {
            let lines = lines(&state, &activity, width, height);
            assert!(lines.len() <= height, "{} lines of {height}", lines.len());
            assert!(lines.iter().all(|line| console::measure_text_width(line) <= width));
        }
    }
}
