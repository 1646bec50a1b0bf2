//! The system's instructions, put together from files. Only trusted text gets here: the files, ids and
//! kinds of missing nodes, numbers, and a cleaned specialization. The task, the instruction and all
//! documents travel in the message.

use ziggurat_core::Missing;

use crate::specialization::{self, plain};

const WORKER: &str = include_str!("../prompts/worker.md");
const MISSING: &str = include_str!("../prompts/missing.md");
const LENGTH: &str = include_str!("../prompts/length.md");

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

/// How many missing parts are named; of more only the number is told, or they would fill the context.
const NAMED: usize = 50;

fn missing_parts(missing: &[Missing]) -> String {
    let named = missing.iter().take(NAMED);
    let mut parts: Vec<_> =
        named.map(|part| format!("{} ({})", plain(&part.id), part.kind)).collect();
    if missing.len() > NAMED {
        parts.push(format!("and {} more", missing.len() - NAMED));
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
