//! The live tree on a terminal. Drawing happens at most ten times a second, however fast events come.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::broadcast::Receiver;
use tokio::time::{MissedTickBehavior, interval};
use ziggurat::core::TextDelta;
use ziggurat::lifecycle::RunState;
use ziggurat::{Event, EventKind, EventReader};

use super::tree::{self, Activity};
use super::{WAITING, next_delta};
use crate::text;

/// How many of the last characters of an agent's text are kept for its line.
const LAST_WORDS: usize = 60;

struct Live {
    state: RunState,
    started: Instant,
    running: HashMap<String, Instant>,
    activity: Activity,
    notes: Vec<String>,
    bar: ProgressBar,
}

pub(super) async fn watch(mut events: EventReader, mut deltas: Option<Receiver<TextDelta>>) {
    let mut live = Live::new();
    let mut ticks = interval(Duration::from_millis(100));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => live.take(&event),
                None => break,
            },
            delta = next_delta(&mut deltas) => live.hear(delta),
            _ = ticks.tick() => live.draw(),
        }
    }
    live.bar.finish_and_clear();
    for note in &live.notes {
        text::say(format_args!("note: {}", text::line(note)));
    }
}

impl Live {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        // The template is a constant of this file; a wrong one would only lose the style.
        bar.set_style(
            ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        Self {
            state: RunState::new(),
            started: Instant::now(),
            running: HashMap::new(),
            activity: Activity::default(),
            notes: Vec::new(),
            bar,
        }
    }

    fn take(&mut self, event: &Event) {
        self.state.apply(event).ok();
        match &event.kind {
            EventKind::PlanReady { subtasks, nodes, notes, .. } => {
                self.notes.clone_from(notes);
                for (node, subtask) in nodes.iter().zip(subtasks.iter()) {
                    let title = match subtask.documents.is_empty() {
                        true => subtask.instruction.clone(),
                        false => subtask.documents.join(", "),
                    };
                    self.activity.titles.insert(node.id.clone(), title);
                }
            }
            EventKind::NodeStarted { node } => {
                self.running.insert(node.id.clone(), Instant::now());
            }
            EventKind::NodeQueued { node } => {
                self.activity.last_words.insert(node.id.clone(), WAITING.to_owned());
            }
            EventKind::NodeHedged { .. } => {}
            kind => {
                if let Some(node) = kind.node()
                    && !matches!(kind, EventKind::NodeRetrying { .. })
                {
                    self.running.remove(&node.id);
                    self.activity.last_words.remove(&node.id);
                }
            }
        }
    }

    fn hear(&mut self, delta: Option<TextDelta>) {
        let Some(TextDelta { node, text, .. }) = delta else { return };
        if self.running.contains_key(&node) {
            let words = self.activity.last_words.entry(node).or_default();
            if words == WAITING {
                words.clear();
            }
            words.push_str(&text);
            let excess = words.chars().count().saturating_sub(LAST_WORDS);
            *words = words.chars().skip(excess).collect();
        }
    }

    fn draw(&mut self) {
        let (height, width) = Term::stderr().size();
        let seconds =
            |(id, since): (&String, &Instant)| (id.clone(), since.elapsed().as_secs_f64());
        self.activity.running = self.running.iter().map(seconds).collect();
        self.activity.elapsed = self.started.elapsed().as_secs_f64();
        let height = usize::from(height).saturating_sub(2).max(3);
        let width = usize::from(width).saturating_sub(1).max(20);
        let lines = tree::lines(&self.state, &self.activity, width, height);
        self.bar.set_message(lines.join("\n"));
        self.bar.tick();
        // The bar leaves the cursor at the end of the last row, where the terminal's echo of Ctrl-C
        // would begin another one that the bar knows nothing of.
        Term::stderr().write_str("\r").ok();
    }
}
