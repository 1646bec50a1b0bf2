//! The report: what stands at the summit, with a line on what is missing above it and its sources below.
//! Both are written by code from what really happened, not by a model.

use std::collections::BTreeSet;
use std::fmt::Write;

use ziggurat_agents::marks;
use ziggurat_core::{AgentState, Outcome, Reason};

use crate::hierarchy::NodeId;
use crate::record::Book;
use crate::run::tree::Tree;

/// The longest heading of a section, in characters.
const LONGEST_HEADING: usize = 80;
/// The longest title in the list of sources, in characters.
const LONGEST_TITLE: usize = 200;
/// The longest reason, in characters; a server may have much to say.
const LONGEST_REASON: usize = 400;
/// How many missing workers are listed.
const MOST_MISSING: usize = 20;

/// The report of a run; `None` if no node has a result.
pub(crate) fn assemble(tree: &Tree, outcome: Outcome, reason: Option<&Reason>) -> Option<String> {
    let book = &*tree.scribe.read();
    let body = body(tree, book)?;
    let mut report = banner(tree, outcome, reason);
    report.push_str(body.trim_end());
    report.push('\n');
    if outcome != Outcome::Complete {
        report.push_str(&missing(tree, book));
    }
    report.push_str(&sources(&body, tree, book));
    Some(report)
}

/// One text, or the sections of several in plan order.
fn body(tree: &Tree, book: &Book) -> Option<String> {
    let summit = tree.hierarchy.summit();
    let text = |node| book.row(node).output.as_deref();
    if let [only] = summit[..] {
        return text(only).map(str::to_owned);
    }
    let mut body = String::new();
    for node in summit {
        if let Some(text) = text(node) {
            let (id, title) = (book.id(node), tree.title(book, node));
            // Writing to a string cannot fail.
            writeln!(body, "## {id}: {}\n\n{}\n", one_line(&title, LONGEST_HEADING), text.trim())
                .ok();
        }
    }
    (!body.is_empty()).then_some(body)
}

/// A title as one line of at most so many characters.
fn one_line(title: &str, longest: usize) -> String {
    let line = title.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{} …", line[..end].trim_end()),
        None => line,
    }
}

fn banner(tree: &Tree, outcome: Outcome, reason: Option<&Reason>) -> String {
    let word = match outcome {
        Outcome::Complete => return String::new(),
        Outcome::Degraded => "Degraded",
        Outcome::Stopped => "Stopped",
        Outcome::Failed => "Failed",
    };
    let message = reason.map_or("", |reason| reason.message.as_str());
    let mut message = one_line(message, LONGEST_REASON);
    if outcome == Outcome::Stopped {
        let (ok, total) = (tree.workers_ok, tree.hierarchy.workers());
        message.push_str(&format!("; {ok} of {total} workers finished"));
    }
    format!("> **{word}:** {message}.\n\n")
}

/// The workers without a result, what each was about, and why.
fn missing(tree: &Tree, book: &Book) -> String {
    let lost = tree.workers().filter(|&node| book.row(node).state != AgentState::Completed);
    let named = lost.clone().take(MOST_MISSING);
    let mut lines: Vec<_> = named.map(|node| lost_line(tree, book, node)).collect();
    let more = lost.skip(MOST_MISSING).count();
    if more > 0 {
        lines.push(format!("- and {more} more"));
    }
    if lines.is_empty() {
        return String::new();
    }
    format!("\n## Missing\n\n{}\n", lines.join("\n"))
}

fn lost_line(tree: &Tree, book: &Book, node: NodeId) -> String {
    let reason = book.row(node).reason.as_ref();
    let reason = reason.map_or("unknown", |reason| reason.message.as_str());
    let title = one_line(&tree.title(book, node), LONGEST_TITLE);
    format!("- {}: {title} - {}", book.id(node), one_line(reason, LONGEST_REASON))
}

/// The documents and nodes whose marks the text bears, and marks that name nothing of this run. Listed
/// without brackets: a mark belongs to a statement, and these lines are none.
fn sources(body: &str, tree: &Tree, book: &Book) -> String {
    let known = documents(tree);
    let mut lines: Vec<_> =
        marks::cited(body, &known).iter().map(|mark| format!("- {mark}")).collect();
    let (nodes, unknown): (Vec<_>, Vec<_>) =
        marks::unknown_nodes(body, &known).into_iter().partition(|mark| book.find(mark).is_some());
    lines.extend(nodes.iter().filter_map(|mark| {
        let node = book.find(mark)?;
        let (title, material) = (tree.title(book, node), tree.material(node));
        let read = material.filter(|material| *material != title);
        let about = read.map_or(title.clone(), |material| format!("{title} ({material})"));
        Some(format!("- {mark}: {}", one_line(&about, LONGEST_TITLE)))
    }));
    if lines.is_empty() && !known.is_empty() {
        lines.push(format!("The text cites none of the {} documents read.", known.len()));
    }
    if !unknown.is_empty() {
        lines.push(format!("\nMarks that name no part of this run: {}.", unknown.join(", ")));
    }
    if lines.is_empty() {
        return String::new();
    }
    format!("\n## Sources\n\n{}\n", lines.join("\n"))
}

/// The documents that workers read.
fn documents(tree: &Tree) -> BTreeSet<String> {
    let read = tree.plan.subtasks.iter().flat_map(|subtask| &subtask.documents);
    read.map(|document| document.id.clone()).collect()
}
