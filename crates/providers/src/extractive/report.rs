//! The answer as text, and the fixed sentences for when there is none.

use super::facets::Question;
use super::{Statement, marks};

const NO_MATERIAL: &str = "No material was given to answer from.";
const NOTHING_FOUND: &str = "The material given does not answer the question";
const MISSING: &str = "Not found in the material:";
/// Named at most; a report is not the place for a list of fifty.
const MOST_NAMED: usize = 12;

/// Says that there was nothing to read.
pub(crate) fn no_material() -> String {
    NO_MATERIAL.to_owned()
}

/// Says that nothing was found, and what was looked for.
pub(crate) fn nothing_found(question: &Question) -> String {
    let words: Vec<&str> = question.terms.iter().map(|term| term.surface.as_str()).collect();
    match words.is_empty() {
        true => format!("{NOTHING_FOUND}."),
        false => format!("{NOTHING_FOUND} (looked for: {}).", listed(&words)),
    }
}

/// Names what the question asks about and the material does not mention.
pub(crate) fn missing(names: &[String]) -> Option<String> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    (!names.is_empty()).then(|| format!("{MISSING} {}.", listed(&names)))
}

fn listed(words: &[&str]) -> String {
    let more = if words.len() > MOST_NAMED { ", …" } else { "" };
    format!("{}{more}", words[..words.len().min(MOST_NAMED)].join(", "))
}

/// Whether a text is one that says nothing was found.
pub(crate) fn is_empty_answer(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || [NOTHING_FOUND, NO_MATERIAL, MISSING].iter().any(|no| text.starts_with(no))
}

/// The heading over the statements of a part.
pub(crate) fn heading(part: &str) -> String {
    let mut letters = part.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("## {first}{}", letters.as_str())
}

/// The whole answer. `headings` are those of the statements' parts, by part.
pub(crate) fn render(
    statements: &[(usize, Statement)],
    headings: Option<&[String]>,
    missing: Option<String>,
) -> String {
    let mut lines: Vec<String> = Vec::new();
    let (mut open, mut label) = (None, None);
    for (part, statement) in statements {
        if let Some(heading) =
            headings.and_then(|all| all.get(*part)).filter(|_| open != Some(*part))
        {
            if open.is_some() {
                lines.push(String::new());
            }
            lines.push(heading.clone());
            lines.push(String::new());
        }
        if open != Some(*part) || label != statement.heading.as_ref() {
            lines.extend(statement.heading.as_deref().map(marks::label));
        }
        (open, label) = (Some(*part), statement.heading.as_ref());
        let indent = if label.is_some() { "  " } else { "" };
        lines.push(format!("{indent}{}", marks::line(&statement.sentence, &statement.marks)));
    }
    if let Some(missing) = missing {
        lines.push(String::new());
        lines.push(missing);
    }
    lines.join("\n")
}
