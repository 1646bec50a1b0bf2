//! What a user sees while a run goes on: a live tree on a terminal, lines otherwise, JSON events for
//! programs, or nothing. All of them render the same events.

mod json;
mod live;
mod plain;
mod tree;

use std::collections::HashSet;
use std::io;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use ziggurat::core::TextDelta;
use ziggurat::{EventReader, RunResult};

use crate::args::OutputArgs;
use crate::text;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Quiet,
    Plain,
    Live,
    Json { deltas: bool, quiet: bool },
}

impl Mode {
    pub(crate) fn of(args: &OutputArgs) -> Self {
        match args {
            OutputArgs { json: true, deltas, quiet, .. } => {
                Self::Json { deltas: *deltas, quiet: *quiet }
            }
            OutputArgs { quiet: true, .. } => Self::Quiet,
            // A log and a tree would draw over each other.
            OutputArgs { verbose: false, .. } if console::Term::stderr().is_term() => Self::Live,
            _ => Self::Plain,
        }
    }

    pub(crate) fn is_json(self) -> bool {
        matches!(self, Self::Json { .. })
    }

    pub(crate) fn is_quiet(self) -> bool {
        matches!(self, Self::Quiet | Self::Json { quiet: true, .. })
    }

    pub(crate) fn wants_deltas(self) -> bool {
        matches!(self, Self::Live | Self::Json { deltas: true, .. })
    }

    pub(crate) fn tells_summary(self) -> bool {
        matches!(self, Self::Plain | Self::Live)
    }
}

/// Shows the events to the last. Only JSON can fail: it is for a program, the rest is for whoever
/// happens to look.
pub(crate) async fn watch(
    mode: Mode,
    events: EventReader,
    deltas: Option<Receiver<TextDelta>>,
) -> io::Result<()> {
    match mode {
        Mode::Quiet => {}
        Mode::Plain => plain::watch(events).await,
        Mode::Live => live::watch(events, deltas).await,
        Mode::Json { .. } => json::watch(events, deltas).await?,
    }
    Ok(())
}

/// The next piece of text; `None` for those that were lost. Waits for ever if there are none to come.
async fn next_delta(deltas: &mut Option<Receiver<TextDelta>>) -> Option<TextDelta> {
    match deltas {
        None => std::future::pending().await,
        Some(receiver) => match receiver.recv().await {
            Ok(delta) => Some(delta),
            Err(RecvError::Lagged(_)) => None,
            Err(RecvError::Closed) => std::future::pending().await,
        },
    }
}

/// What is said of an agent whose call waits.
const WAITING: &str = "waits for room under a limit";

/// The run in one line: outcome, models, coverage, tokens, cost, time.
pub(crate) fn summary(result: &RunResult) -> String {
    let tokens = |count: Option<u64>| count.map_or("unknown".to_owned(), |count| count.to_string());
    let cost = result.cost.total().map_or("unknown".to_owned(), |usd| format!("${usd}"));
    format!(
        "{}{} · coverage {} workers · tokens {} in, {} out · cost {cost} · {:.1} s",
        result.outcome,
        models(result.nodes().filter_map(|node| node.model)),
        result.coverage,
        tokens(result.usage.input_tokens),
        tokens(result.usage.output_tokens),
        result.elapsed.as_secs_f64(),
    )
}

/// ` · openai/a, openai/b and 1 more`: the models that answered, each once; nothing if none did.
fn models(names: impl Iterator<Item = String>) -> String {
    let mut seen = HashSet::new();
    let names = names.filter(|name| seen.insert(name.clone()));
    let names: Vec<_> = names.map(|name| text::line(&name)).collect();
    match &names[..] {
        [] => String::new(),
        [first, second, rest @ ..] if !rest.is_empty() => {
            format!(" · {first}, {second} and {} more", rest.len())
        }
        few => format!(" · {}", few.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_named_once_and_two_of_many() {
        let of = |names: &[&'static str]| models(names.iter().map(|&name| name.to_owned()));
        assert_eq!(of(&[]), "");
        assert_eq!(of(&["o/a", "o/a"]), " · o/a");
        assert_eq!(of(&["o/a", "o/b", "o/a"]), " · o/a, o/b");
        assert_eq!(of(&["o/a", "o/b", "o/c"]), " · o/a, o/b and 1 more");
        assert_eq!(of(&["o/a\u{1b}[2J\nx"]), " · o/a x");
    }
}
