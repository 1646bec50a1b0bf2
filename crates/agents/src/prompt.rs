//! The system's instructions, put together from files. Only trusted text gets here: the files, ids and
//! kinds of missing nodes, numbers, and a cleaned specialization. The task, the instruction and all
//! documents travel in the message.

use ziggurat_core::{ErrorKind, Missing};

use crate::specialization::{self, plain};

const WORKER: &str = include_str!("../prompts/worker.md");
const MISSING: &str = include_str!("../prompts/missing.md");
const LENGTH: &str = include_str!("../prompts/length.md");
const CONDENSE: &str = include_str!("../prompts/condense.md");
const CONTINUE: &str = include_str!("../prompts/continue.md");

/// The role of a merge: what differs between the steps above the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Synthesizer,
    Executive,
}

impl Role {
    fn prompt(self) -> &'static str {
        match self {
            Self::Synthesizer => include_str!("../prompts/synthesizer.md"),
            Self::Executive => include_str!("../prompts/executive.md"),
        }
    }
}

pub(crate) fn worker(specialization: Option<&str>, max_tokens: Option<u32>) -> String {
    let specialization = specialization.and_then(specialization::paragraph);
    join([Some(WORKER.to_owned()), specialization, max_tokens.map(length)])
}

pub(crate) fn merge(role: Role, missing: &[Missing], max_tokens: Option<u32>) -> String {
    let missing = (!missing.is_empty()).then(|| missing_parts(missing));
    join([Some(role.prompt().to_owned()), missing, max_tokens.map(length)])
}

/// The longest that [`merge`] makes of a role, whatever is missing; longer by a few words than with ids
/// that the runs of this project give.
pub(crate) fn longest_merge(role: Role, max_tokens: Option<u32>) -> String {
    let part = Missing { id: "W1000000".to_owned(), kind: ErrorKind::InvalidRequest };
    merge(role, &vec![part; NAMED + 1], max_tokens)
}

/// For one part of a text that is read in parts.
pub(crate) fn condense(part: usize, parts: usize, words: u64) -> String {
    let numbers = [("{part}", part as u64), ("{parts}", parts as u64), ("{words}", words)];
    let filled =
        |text: String, (name, number): (&str, u64)| text.replace(name, &number.to_string());
    numbers.into_iter().fold(CONDENSE.trim_end().to_owned(), filled)
}

/// What is said to a model whose answer was cut.
pub(crate) fn go_on() -> &'static str {
    CONTINUE.trim_end()
}

/// How many missing parts are named, and how many bytes their names take together; of more only the
/// number is told, or they would fill the context.
const NAMED: usize = 50;
const NAMES: usize = 1_000;

fn missing_parts(missing: &[Missing]) -> String {
    let mut parts = Vec::new();
    let mut bytes = 0;
    for part in missing.iter().take(NAMED) {
        let name = format!("{} ({})", plain(&part.id), part.kind);
        bytes += name.len();
        if bytes > NAMES {
            break;
        }
        parts.push(name);
    }
    if parts.len() < missing.len() {
        parts.push(format!("and {} more", missing.len() - parts.len()));
    }
    MISSING.replace("{missing}", &parts.join(", "))
}

/// A text that is cut makes the run degraded, so the model is told its room. Half as many words as
/// tokens leaves some for Markdown and for languages with more tokens per word than English (1.3).
fn length(tokens: u32) -> String {
    LENGTH.replace("{tokens}", &tokens.to_string()).replace("{words}", &(tokens / 2).to_string())
}

fn join<const N: usize>(paragraphs: [Option<String>; N]) -> String {
    let texts: Vec<_> = paragraphs.iter().flatten().map(|text| text.trim_end()).collect();
    texts.join("\n\n")
}
