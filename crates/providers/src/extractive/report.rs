//! The answer as text, and the fixed sentences for when there is none.

use super::facets::Question;
use super::{Source, Statement, marks};

const NO_MATERIAL: &str = "No material was given to answer from.";
const NOTHING_FOUND: &str = "The material given does not answer the question";
const SCATTERED: &str = "its words are there, but no sentence brings them together";
const MISSING: &str = "Not found in the material:";
/// Named at most; a report is not the place for a list of fifty.
const MOST_NAMED: usize = 12;

/// Says that there was nothing to read.
pub(crate) fn no_material() -> String {
    NO_MATERIAL.to_owned()
}

/// Says that nothing was found, and which words of the question are nowhere: `absent`.
pub(crate) fn nothing_found(question: &Question, absent: &[&str]) -> String {
    let looked = question.terms.iter().filter(|term| !term.filler).count();
    match (absent.is_empty(), looked) {
        (false, _) => format!("{NOTHING_FOUND} (looked for: {}).", listed(absent)),
        (true, 0 | 1) => format!("{NOTHING_FOUND}."),
        (true, _) => format!("{NOTHING_FOUND}: {SCATTERED}."),
    }
}

/// What none of the steps below found that found nothing: a word which one of them has read is there.
pub(crate) fn absent_below<'a>(question: &'a Question, sources: &[Source<'_>]) -> Vec<&'a str> {
    let told: Vec<&str> = sources.iter().filter_map(|source| looked_for(source.text)).collect();
    let cut = |list: &str| list.ends_with('…');
    let lists = |list: &str, word: &str| cut(list) || list.split(", ").any(|other| other == word);
    let terms = question.terms.iter().filter(|term| !term.filler).map(|term| &*term.surface);
    terms.filter(|word| told.iter().all(|list| lists(list, word))).collect()
}

/// The list in a text of [`nothing_found`], which may be empty; `None` for any other text.
fn looked_for(text: &str) -> Option<&str> {
    let rest = text.trim().strip_prefix(NOTHING_FOUND)?;
    Some(rest.strip_prefix(" (looked for: ").and_then(|r| r.strip_suffix(").")).unwrap_or(""))
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
