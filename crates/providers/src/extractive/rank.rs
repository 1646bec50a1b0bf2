//! How well each unit answers each part of the question.
//!
//! The base is BM25 over units: rare words weigh more, a long unit needs more hits. A part's score is
//! the share of its weight that a unit covers, so that parts of different length compare. Names and
//! the other words are covered separately where the question asks for many facts: a unit without the
//! name is then no answer at all, however many of the other words it has. Otherwise a name only
//! weighs double - documents of a company rarely repeat the company's name.
//!
//! A unit also covers what its context says, at a discount (see [`super::context`]).

use std::collections::HashMap;

use super::context::{Context, Covered, Hit};
use super::cues::{Cues, STRENGTH};
use super::expect::fits;
use super::facets::{Facet, Question, Term, TermUse};
use super::material::{Material, Unit};
use super::terms::{Token, Vocabulary};

const K1: f32 = 1.2;
/// Mild: a fact's sentence may be long.
const B: f32 = 0.3;
/// Below this share of a part's names, a unit is about something else.
const NAME_FLOOR: f32 = 0.3;
/// What a part's best units are kept by.
const PER_FACET: usize = 64;

/// A unit that answers a part.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) unit: usize,
    pub(crate) facet: usize,
    pub(crate) score: f32,
    /// Units without which it says nothing, in order of appearance.
    pub(crate) supports: Vec<usize>,
}

/// The question against one body of material.
pub(crate) struct Ranking<'a> {
    question: &'a Question,
    units: &'a [Unit],
    own: Vec<Vec<Hit>>,
    context: Context,
    /// [`Question::asks_for_facts`].
    facts: bool,
    /// `by`, and what stands before the verb of a passive.
    voice: Vec<u32>,
    /// Weight of each term by its rarity.
    rarity: Vec<f32>,
    /// Terms that occur in the material or in a document's name.
    present: Vec<bool>,
}

impl<'a> Ranking<'a> {
    pub(crate) fn new(
        question: &'a Question,
        material: &'a Material,
        words: &mut Vocabulary,
    ) -> Self {
        let units = &material.units;
        let matches = matches(question, &Cues::new(words));
        let total: usize = units.iter().map(|unit| unit.tokens.len()).sum();
        let average = total as f32 / units.len().max(1) as f32;
        let own: Vec<Vec<Hit>> = units.iter().map(|unit| hits(unit, &matches, average)).collect();
        let mut frequency = vec![0_usize; question.terms.len()];
        for hit in own.iter().flatten().filter(|hit| hit.exact) {
            frequency[hit.term] += 1;
        }
        let labelled = |stem| material.labels.iter().any(|label| label.contains(&stem));
        let present = question
            .terms
            .iter()
            .zip(&frequency)
            .map(|(term, found)| *found > 0 || labelled(term.stem))
            .collect();
        let rarity = frequency.iter().map(|found| rarity(*found, units.len())).collect();
        let context = Context::new(question, material, &own);
        let facts = question.asks_for_facts();
        let voice =
            ["by", "was", "were", "is", "are", "be", "been"].map(|w| words.stem(w)).to_vec();
        Self { question, units, own, context, facts, voice, rarity, present }
    }

    /// Names the question asks for and the material lacks, in the question's order.
    pub(crate) fn missing(&self) -> Vec<String> {
        let named = |index| {
            self.question
                .facets
                .iter()
                .flat_map(|facet| &facet.terms)
                .any(|part| part.name && part.term == index)
        };
        let lacks = |index: &usize| !self.present[*index] && named(*index);
        (0..self.present.len())
            .filter(lacks)
            .map(|index| self.question.terms[index].surface.clone())
            .collect()
    }

    /// Words the question looks for and the material lacks, in the question's order.
    pub(crate) fn absent(&self) -> Vec<&'a str> {
        let looked = self.question.terms.iter().zip(&self.present);
        looked
            .filter(|(term, found)| !**found && !term.filler)
            .map(|(term, _)| &*term.surface)
            .collect()
    }

    /// The best candidates of every part, by part and position.
    pub(crate) fn candidates(&self) -> Vec<Candidate> {
        let mut out = Vec::new();
        for index in 0..self.question.facets.len() {
            let mut best: Vec<Candidate> = (0..self.units.len())
                .filter(|unit| self.units[*unit].statement)
                .filter_map(|unit| self.candidate(unit, index))
                .collect();
            best.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.unit.cmp(&b.unit)));
            best.truncate(PER_FACET);
            best.sort_by_key(|candidate| candidate.unit);
            out.extend(best);
        }
        out
    }

    fn candidate(&self, index: usize, facet_index: usize) -> Option<Candidate> {
        let facet = &self.question.facets[facet_index];
        let own = &self.own[index];
        let said = |part: &TermUse| own.iter().any(|hit| hit.term == part.term);
        if !facet.terms.iter().any(|part| said(part) || self.context.lends(index, part.term)) {
            return None;
        }
        let unit = &self.units[index];
        let fits = fits(facet.expects, unit, &self.question.terms);
        let covered = self.context.cover(index, facet, own, unit, fits > 0.5);
        if !covered.iter().zip(&facet.terms).any(|(hit, part)| hit.exact && part.weight > 0.5) {
            return None;
        }
        let base = self.base(facet, &covered)?;
        if !says_more(unit, &self.question.terms) && !self.states(unit) {
            return None;
        }
        let asks = if unit.text.ends_with(['?', '？']) { 0.6 } else { 1.0 };
        let mut supports: Vec<usize> = facet
            .terms
            .iter()
            .zip(&covered)
            .filter_map(|(part, hit)| hit.from.filter(|from| self.needed(*from, part)))
            .collect();
        supports.sort_unstable();
        supports.dedup();
        let speaks = facet.terms.iter().any(said);
        if !speaks && (supports.is_empty() || (unit.pronoun && fits == 0.0)) {
            return None;
        }
        // "It was in 2016 that Aldebaran opened" names what it is about.
        let names = facet.terms.iter().any(|part| part.name && said(part));
        let dangles = unit.pronoun && supports.is_empty() && !names;
        let whole = if dangles { 0.6 } else { 1.0 };
        let says = base + 0.08 * pairs(facet, unit, &self.question.terms) + 0.12 * fits;
        // A mention of the name without anything that could be the fact is hardly an answer.
        let tells = if self.facts { 0.7 + 0.3 * fits } else { 1.0 };
        let turned = if self.turned(facet, unit) { 0.5 } else { 1.0 };
        let score = says * asks * whole * tells * turned;
        Some(Candidate { unit: index, facet: facet_index, score, supports })
    }

    /// "What caused the outage?" is not answered by "calls caused by an outage", where it is the cause.
    fn turned(&self, facet: &Facet, unit: &Unit) -> bool {
        let asked = facet.text.split(' ').take(2).map(str::to_lowercase).collect::<Vec<_>>();
        let stems: Vec<u32> =
            facet.terms.iter().map(|part| self.question.terms[part.term].stem).collect();
        let [verb, things @ ..] = stems.as_slice() else { return false };
        let has = |tokens: &[Token]| tokens.iter().any(|token| things.contains(&token.stem));
        let turned = |at: usize| {
            let (before, after) = (&unit.tokens[..at], &unit.tokens[at + 1..]);
            match after.first().is_some_and(|token| token.stem == self.voice[0]) {
                true => !has(before) && has(&after[..after.len().min(4)]),
                false => {
                    let passive = before.last().is_some_and(|last| self.voice.contains(&last.stem));
                    has(before) && !passive && !has(&after[..after.len().min(4)])
                }
            }
        };
        let verbs = unit.tokens.iter().enumerate().filter(|(_, token)| token.stem == *verb);
        let verb = &self.question.terms[facet.terms[0].term].surface;
        let subject = asked.len() == 2 && ["what", "who"].contains(&asked[0].as_str());
        subject && asked[1] == verb.to_lowercase() && verbs.map(|(at, _)| at).any(turned)
    }

    /// A sentence rather than a label: "The pump is red." answers "Is the pump red?" although every word of
    /// it is the question's. Notes often lack the full stop, so a verb inside will do.
    fn states(&self, unit: &Unit) -> bool {
        let text = unit.text.trim_end_matches(['"', '”', '’', '\'', ')', '*', '_']);
        let [_, inner @ .., _] = unit.tokens.as_slice() else { return false };
        let verb = || inner.iter().any(|token| self.voice[1..].contains(&token.stem));
        let open = text.ends_with(['?', '？', ':', '：']);
        text.ends_with(['.', '!', '。', '！']) || (!open && verb())
    }

    /// Whether a reader needs the unit that lends a term: sentences always, a heading only if it names what
    /// the sentence is about, the head of a table for its columns.
    fn needed(&self, from: usize, part: &TermUse) -> bool {
        self.units[from].statement || part.name || self.units[from].text.contains(" | ")
    }

    /// How much of the part is covered; `None` if it asks for a fact about a name that is not there.
    fn base(&self, facet: &Facet, covered: &[Covered]) -> Option<f32> {
        let share = |wanted: &dyn Fn(&TermUse) -> f32| {
            let mut sums = (0.0, 0.0);
            for (part, hit) in facet.terms.iter().zip(covered) {
                let weight = wanted(part) * part.weight * self.rarity[part.term];
                sums.0 += weight * hit.strength.min(1.1);
                sums.1 += weight;
            }
            if sums.1 > 0.0 { sums.0 / sums.1 } else { 0.0 }
        };
        if !self.facts || !facet.named() {
            return Some(0.85 * share(&|part| if part.name { 2.0 } else { 1.0 }));
        }
        let names = share(&|part| f32::from(u8::from(part.name)));
        if names < NAME_FLOOR {
            return None;
        }
        if facet.terms.iter().all(|part| part.name) {
            return Some(0.85 * names);
        }
        let others = share(&|part| f32::from(u8::from(!part.name)));
        Some(names.min(1.0) * (0.5 + 0.35 * others))
    }
}

/// Stem to the terms it counts for, the exact ones first.
fn matches(question: &Question, cues: &Cues) -> HashMap<u32, Vec<(usize, bool)>> {
    let mut found: HashMap<u32, Vec<(usize, bool)>> = HashMap::new();
    for (index, term) in question.terms.iter().enumerate() {
        found.entry(term.stem).or_default().push((index, true));
    }
    for (index, term) in question.terms.iter().enumerate() {
        for stem in cues.stand_ins(term.stem) {
            let terms = found.entry(stem).or_default();
            if !terms.iter().any(|(known, _)| *known == index) {
                terms.push((index, false));
            }
        }
    }
    found
}

fn hits(unit: &Unit, matches: &HashMap<u32, Vec<(usize, bool)>>, average: f32) -> Vec<Hit> {
    let mut counts: Vec<(usize, bool, f32)> = Vec::new();
    for token in &unit.tokens {
        for (term, exact) in matches.get(&token.stem).into_iter().flatten() {
            match counts.iter_mut().find(|count| (count.0, count.1) == (*term, *exact)) {
                Some(count) => count.2 += 1.0,
                None => counts.push((*term, *exact, 1.0)),
            }
        }
    }
    let norm = 1.0 - B + B * unit.tokens.len() as f32 / average.max(1.0);
    let mut out: Vec<Hit> = counts
        .into_iter()
        .map(|(term, exact, count)| {
            let strength = count * (K1 + 1.0) / (count + K1 * norm);
            Hit {
                term,
                exact,
                strength: if exact { strength } else { strength.min(1.0) * STRENGTH },
            }
        })
        .collect();
    out.sort_by(|a, b| a.term.cmp(&b.term).then(b.exact.cmp(&a.exact)));
    out.dedup_by_key(|hit| hit.term);
    out
}

/// BM25's inverse document frequency over units, with a floor so that a word in every unit counts
/// a little.
fn rarity(found: usize, units: usize) -> f32 {
    let (found, units) = (found as f32, units as f32);
    0.5 + (1.0 + (units - found + 0.5) / (found + 0.5)).ln()
}

/// A label of the question's own words alone ("Aldebaran") answers nothing.
fn says_more(unit: &Unit, terms: &[Term]) -> bool {
    unit.tokens.iter().any(|token| {
        (!token.stop || token.number) && !terms.iter().any(|term| term.stem == token.stem)
    })
}

/// The share of the part's neighbouring words that are neighbours in the unit too.
fn pairs(facet: &Facet, unit: &Unit, terms: &[Term]) -> f32 {
    let wanted =
        facet.terms.windows(2).map(|pair| (terms[pair[0].term].stem, terms[pair[1].term].stem));
    let content: Vec<u32> =
        unit.tokens.iter().filter(|token| !token.stop).map(|token| token.stem).collect();
    let found = wanted.filter(|(a, b)| content.windows(2).any(|pair| pair == [*a, *b])).count();
    found as f32 / facet.terms.len().saturating_sub(1).max(1) as f32
}
