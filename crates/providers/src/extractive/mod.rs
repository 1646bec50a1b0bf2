//! The text engine of the embedded `extractive` model: answers by quoting.
//!
//! No network, no weights: the sentences of the sources are ranked against the parts of the question and
//! the best are quoted verbatim with marks that name their sources. So it cannot invent anything, it is
//! free, and the same input gives the same bytes. It runs at every step of the pyramid: workers read
//! original documents, the steps above read what the step below quoted and keep its marks.
//!
//! The way of an answer: `facets` cuts the question into parts, `material` the sources into units
//! (`blocks`, `sentences`), `rank` scores units by part (BM25, with `context` and `cues`) or
//! `centrality` scores them by themselves if the question asks for a summary, `select` chooses
//! within the limit, `report` and `marks` write it down.
//!
//! ```
//! use ziggurat_providers::extractive::{AnswerKind, Kind, Limits, Source, answer};
//!
//! let document = "The pool ran out of connections at 09:14. The weather was fine.";
//! let source = Source { id: "checkout.md", title: "", text: document, kind: Kind::Original };
//! let found = answer("When did the pool run out?", &[source], Limits::WORKER);
//! assert_eq!(found.text, "- The pool ran out of connections at 09:14. [checkout.md]");
//!
//! let merged = Source { id: "W3", title: "", text: &found.text, kind: Kind::Worker };
//! let report = answer("When did the pool run out?", &[merged], Limits::EXECUTIVE);
//! assert_eq!(report.text, "- The pool ran out of connections at 09:14. [W3] [checkout.md]");
//!
//! let nothing = answer("Who won the cup?", &[source], Limits::WORKER);
//! assert_eq!(nothing.kind, AnswerKind::NothingFound);
//! ```

mod blocks;
mod centrality;
mod context;
mod cues;
mod expect;
mod facets;
mod lend;
mod marks;
mod material;
mod provider;
mod rank;
mod report;
mod select;
mod sentences;
mod terms;

pub use provider::Extractive;
pub(crate) use provider::register;

use facets::Question;
use material::Material;
use rank::{Candidate, Ranking};
use select::Aim;
use terms::Vocabulary;

/// What a source is, which decides how it is read.
///
/// The caller says so, because nothing in a text or an id is proof: a user's file may be called `W3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A document as the user gave it.
    Original,
    /// The answer of a worker: its id is put before the marks of its lines.
    Worker,
    /// The answer of a synthesizer: its marks are complete.
    Merge,
}

/// Something to answer from.
///
/// The answer of a step below that holds no marked line (another model wrote it) is read like a document
/// and marked with the node's id, so that it is not lost.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Names it in marks: a file name, or a node such as `W3`.
    pub id: &'a str,
    /// Its title, which may be empty or equal the id; lends context, is never quoted.
    pub title: &'a str,
    /// Its text, plain or Markdown.
    pub text: &'a str,
    /// How to read it.
    pub kind: Kind,
}

/// How much to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most words of the answer, bullets and marks included. One statement is given whatever its length.
    pub words: usize,
    /// Puts the parts of a question as headings over their statements, if there are two to four.
    pub headings: bool,
}

impl Limits {
    /// For a worker.
    pub const WORKER: Self = Self { words: 300, headings: false };
    /// For a synthesizer.
    pub const MERGE: Self = Self { words: 600, headings: false };
    /// For the executive, whose answer people read.
    pub const EXECUTIVE: Self = Self { words: 1000, headings: true };
}

/// What came of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// There are statements.
    Found,
    /// The material says nothing about the question.
    NothingFound,
    /// There was nothing to read.
    NoMaterial,
}

/// A sentence of the sources and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Verbatim, with white space folded to single spaces.
    pub sentence: String,
    /// What it stands under in its source, if it says nothing without.
    pub heading: Option<String>,
    /// Worker before document; several of each if several say the same.
    pub marks: Vec<String>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What came of the question.
    pub kind: AnswerKind,
    /// The answer as Markdown: a list with one statement per line, or one sentence that says why
    /// there is none.
    pub text: String,
    /// The statements of the list, in its order.
    pub statements: Vec<Statement>,
}

/// Answers a question from sources, within limits.
///
/// Never panics, and depends on nothing but its arguments. An answer lists names of the question that the
/// material does not mention; it never says what is not in the sources.
#[must_use]
pub fn answer(question: &str, sources: &[Source<'_>], limits: Limits) -> Answer {
    let mut vocabulary = Vocabulary::new(question);
    let question = facets::parse(question, &mut vocabulary);
    let material = Material::read(sources, &mut vocabulary);
    if material.units.is_empty() {
        let looked = sources.iter().any(|source| source.kind != Kind::Original);
        return match looked {
            true => {
                let absent = report::absent_below(&question, sources);
                without(AnswerKind::NothingFound, report::nothing_found(&question, &absent))
            }
            false => without(AnswerKind::NoMaterial, report::no_material()),
        };
    }
    let ranking = Ranking::new(&question, &material, &mut vocabulary);
    let candidates = match question.summary {
        true => central(&material, &ranking.candidates()),
        false => ranking.candidates(),
    };
    if candidates.is_empty() {
        let text = report::nothing_found(&question, &ranking.absent());
        return without(AnswerKind::NothingFound, text);
    }
    found(&question, &material, &candidates, report::missing(&ranking.missing()), limits)
}

fn without(kind: AnswerKind, text: String) -> Answer {
    Answer { kind, text, statements: Vec::new() }
}

/// For a summary the documents are the parts, so that each has its say. What the question names besides
/// ("summarise the outages") shifts the weight.
fn central(material: &Material, relevant: &[Candidate]) -> Vec<Candidate> {
    let mut relevance = vec![0.0_f32; material.units.len()];
    for candidate in relevant {
        relevance[candidate.unit] = relevance[candidate.unit].max(candidate.score);
    }
    let central = centrality::centrality(material).into_iter();
    let scored = central.map(|(unit, score)| {
        let shift = if relevant.is_empty() { 1.0 } else { 0.3 + relevance[unit] };
        let facet = material.units[unit].document;
        Candidate { unit, facet, score: score * shift, supports: Vec::new() }
    });
    scored.filter(|candidate| candidate.score > 0.0).collect()
}

fn found(
    question: &Question,
    material: &Material,
    candidates: &[Candidate],
    missing: Option<String>,
    limits: Limits,
) -> Answer {
    let headings: Vec<String> =
        question.facets.iter().map(|facet| report::heading(&facet.text)).collect();
    let headed = limits.headings && !question.summary && (2..=4).contains(&headings.len());
    let words = |text: &str| text.split_whitespace().count();
    let reserved = missing.as_deref().map_or(0, words)
        + if headed { headings.iter().map(|heading| words(heading)).sum() } else { 0 };
    let room = limits.words.saturating_sub(reserved);
    let aim = match (question.summary, question.asks_for_facts()) {
        (true, _) => Aim::Whole,
        (false, true) => Aim::Facts,
        (false, false) => Aim::Subject,
    };
    let chosen = select::select(material, candidates, room, aim);
    let statements: Vec<(usize, Statement)> = chosen
        .into_iter()
        .map(|unit| {
            let text = |unit: usize| material.units[unit].text.clone();
            let labels: Vec<String> = unit.labels.into_iter().map(text).collect();
            let heading = (!labels.is_empty()).then(|| labels.join(": "));
            (unit.facet, Statement { sentence: text(unit.unit), heading, marks: unit.marks })
        })
        .collect();
    let text = report::render(&statements, headed.then_some(headings.as_slice()), missing);
    let statements = statements.into_iter().map(|(_, statement)| statement).collect();
    Answer { kind: AnswerKind::Found, text, statements }
}
