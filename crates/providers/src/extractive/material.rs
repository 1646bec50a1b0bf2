//! The sources as one list of units: sentences with their marks and with what lends them context.
//!
//! "It is 42." answers nothing without the sentence before it, "Budget: 5 m" nothing without the heading
//! above. Each unit therefore knows the unit before it and the one that leads it (heading, lead-in of
//! a list, head of a table). Ranking reads the context there, and selection quotes it too, so
//! that the step above, which sees only the quotes, has it as well.

use std::collections::HashMap;

use super::blocks::{Block, BlockKind, blocks};
use super::report;
use super::sentences::sentences;
use super::terms::{Token, Vocabulary};
use super::{Kind, Source, marks};

const PRONOUNS: [&str; 18] = [
    "it",
    "its",
    "they",
    "their",
    "he",
    "she",
    "his",
    "her",
    "this",
    "that",
    "these",
    "those",
    "there",
    "such",
    "both",
    "here",
    "then",
    "afterwards",
];

/// A sentence, heading or table row.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) text: String,
    pub(crate) tokens: Vec<Token>,
    pub(crate) words: usize,
    /// Index into [`Material::marks`].
    pub(crate) marks: usize,
    /// The document it is from, numbered by first appearance.
    pub(crate) document: usize,
    /// The unit before it in the same section.
    pub(crate) previous: Option<usize>,
    /// The previous unit stands in the same block.
    pub(crate) near: bool,
    /// The heading, lead-in or table head above it.
    pub(crate) lead: Option<usize>,
    /// May be quoted for its own sake; headings may not.
    pub(crate) statement: bool,
    /// Begins by referring back.
    pub(crate) pronoun: bool,
}

/// Everything there is to answer from.
#[derive(Debug, Default)]
pub(crate) struct Material {
    pub(crate) units: Vec<Unit>,
    /// The stems of each document's name and title, by [`Unit::document`].
    pub(crate) labels: Vec<Vec<u32>>,
    /// Lists of marks; the units of a document share one.
    pub(crate) marks: Vec<Vec<String>>,
    documents: HashMap<String, usize>,
}

impl Material {
    /// Reads all sources.
    pub(crate) fn read(sources: &[Source<'_>], vocabulary: &mut Vocabulary) -> Self {
        let mut material = Self::default();
        for source in sources {
            let written = match source.kind {
                Kind::Original => false,
                Kind::Worker | Kind::Merge => material.read_answer(source, vocabulary),
            };
            if !written && !report::is_empty_answer(source.text) {
                material.read_text(source, vocabulary);
            }
        }
        material
    }

    /// Reads what this engine wrote one step below; false if no line is of that form.
    fn read_answer(&mut self, source: &Source<'_>, vocabulary: &mut Vocabulary) -> bool {
        let start = self.units.len();
        let mut label: Option<(&str, Option<usize>)> = None;
        for line in source.text.lines() {
            let nested = line.strip_prefix("  ").filter(|line| line.starts_with("- "));
            label = label.filter(|_| nested.is_some());
            let Some((sentence, mut line_marks)) = marks::parse(nested.unwrap_or(line)) else {
                label = marks::parse_label(line).map(|text| (text, None));
                continue;
            };
            let name = line_marks.last().cloned().unwrap_or_default();
            let document = self.document(&name, "", vocabulary);
            if source.kind == Kind::Worker {
                line_marks.insert(0, marks::mark(source.id));
            }
            let near = self.units.len() > start
                && self.units.last().is_some_and(|unit| unit.document == document);
            let previous = near.then(|| self.units.len() - 1);
            self.marks.push(line_marks);
            let lead = label.as_mut().map(|(text, unit)| {
                *unit.get_or_insert_with(|| self.push_label(text, document, vocabulary))
            });
            self.push(sentence.to_owned(), document, vocabulary);
            self.link(previous, near, lead);
        }
        self.units.len() > start
    }

    /// Reads a document, or the prose that another model wrote one step below.
    fn read_text(&mut self, source: &Source<'_>, vocabulary: &mut Vocabulary) {
        let mark = marks::mark(source.id);
        let document = self.document(&mark, source.title, vocabulary);
        self.marks.push(vec![mark]);
        let mut section = Section::default();
        for block in blocks(source.text) {
            let start = self.units.len();
            for sentence in sentences(&block.lines) {
                self.push(sentence, document, vocabulary);
                let index = self.units.len() - 1;
                let previous = section.previous.filter(|_| !matches!(block.kind, BlockKind::Row));
                self.link(previous, index > start, section.lead(block.kind));
                section.previous = Some(index);
            }
            if self.units.len() > start {
                section.after(&block, &mut self.units, start);
            }
        }
    }

    fn document(&mut self, name: &str, title: &str, vocabulary: &mut Vocabulary) -> usize {
        if let Some(known) = self.documents.get(name) {
            return *known;
        }
        let spaced = |text: &str| text.replace(|c: char| !c.is_alphanumeric(), " ");
        let label = format!("{} {}", spaced(name), spaced(title));
        self.labels.push(vocabulary.tokens(&label).iter().map(|token| token.stem).collect());
        self.documents.insert(name.to_owned(), self.labels.len() - 1);
        self.labels.len() - 1
    }

    fn push_label(&mut self, text: &str, document: usize, vocabulary: &mut Vocabulary) -> usize {
        self.push(text.to_owned(), document, vocabulary);
        let index = self.units.len() - 1;
        self.units[index].statement = false;
        index
    }

    /// Adds a unit with the marks added last.
    fn push(&mut self, text: String, document: usize, vocabulary: &mut Vocabulary) {
        let tokens = vocabulary.tokens(&text);
        let first = said(&text).split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let pronoun = PRONOUNS.contains(&first.to_lowercase().as_str());
        let marks = self.marks.len() - 1;
        // As `split_whitespace` counts a line, or by words where there are no spaces.
        let words = tokens.len().max(text.split(' ').count()) + 1 + self.marks[marks].len();
        let (previous, near, lead, statement) = (None, false, None, true);
        self.units.push(Unit {
            text,
            tokens,
            words,
            marks,
            document,
            previous,
            near,
            lead,
            statement,
            pronoun,
        });
    }

    fn link(&mut self, previous: Option<usize>, near: bool, lead: Option<usize>) {
        if let Some(unit) = self.units.last_mut() {
            (unit.previous, unit.near, unit.lead) = (previous, near, lead);
        }
    }
}

/// What is said in a line of a chat log, `[14:56] Name: text`; any other text as it is.
fn said(text: &str) -> &str {
    let speech = text.strip_prefix('[').and_then(|rest| rest.split_once("] ")?.1.split_once(": "));
    speech.filter(|(name, _)| name.len() <= 40).map_or(text, |(_, said)| said)
}

/// Where the reader of a document stands.
#[derive(Default)]
struct Section {
    /// Open headings with their levels, outermost first.
    headings: Vec<(usize, usize)>,
    lead_in: Option<usize>,
    table: Option<usize>,
    previous: Option<usize>,
}

impl Section {
    fn heading(&self) -> Option<usize> {
        self.headings.last().map(|(_, unit)| *unit)
    }

    fn lead(&self, kind: BlockKind) -> Option<usize> {
        match kind {
            BlockKind::Heading(level) => {
                self.headings.iter().rev().find(|(above, _)| *above < level).map(|(_, unit)| *unit)
            }
            BlockKind::Item => self.lead_in.or(self.heading()),
            BlockKind::Row => self.table.or(self.heading()),
            BlockKind::Paragraph | BlockKind::TableHead => self.heading(),
        }
    }

    fn after(&mut self, block: &Block<'_>, units: &mut [Unit], start: usize) {
        let last = units.len() - 1;
        match block.kind {
            BlockKind::Heading(level) => {
                self.headings.retain(|(above, _)| *above < level);
                self.headings.push((level, start));
                units[start..].iter_mut().for_each(|unit| unit.statement = false);
                (self.lead_in, self.table, self.previous) = (None, None, None);
            }
            BlockKind::Paragraph => {
                self.lead_in = units[last].text.ends_with([':', '：']).then_some(last);
            }
            BlockKind::TableHead => {
                self.table = Some(start);
                units[start..].iter_mut().for_each(|unit| unit.statement = false);
            }
            BlockKind::Item | BlockKind::Row => {}
        }
    }
}
