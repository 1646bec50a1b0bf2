//! Chooses which candidates to quote: greedy, by marginal gain.
//!
//! A part's second sentence is worth less than its first, and less still if it says the same (maximal
//! marginal relevance). How fast the worth falls follows from the room: ten parts in 300 words have
//! room for one or two sentences each, one part for many. Choosing stops when what is left gains
//! little beside the part's best, so a short answer stays short however large the limit.
//!
//! Redundancy counts within a part only. "The code of Antares is 7431" is nearly the sentence that
//! gives Aldebaran's, and both may be asked for.

use std::collections::{BTreeMap, HashMap};

use super::centrality::{content, shared};
use super::material::{Material, Unit};
use super::rank::Candidate;

/// Words of a usual sentence with its marks.
const SENTENCE: f32 = 24.0;
/// Sentences a part gets before its worth is halved, at most.
const MOST_PER_FACET: f32 = 14.0;
/// Least gain beside the best of the part, and beside the best of all.
const BESIDE_FACET: f32 = 0.42;
const BESIDE_ALL: f32 = 0.4;
const LEAST: f32 = 0.08;
/// What a sentence is worth after another one of its document on the same part.
const SAME_DOCUMENT: f32 = 0.85;
/// What a sentence loses if it repeats another one word for word.
const REPETITION: f32 = 0.4;

/// What a good choice looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// One fact per part, which may stand beside the other mentions in its document.
    Facts,
    /// What the documents say about a subject: better from many than much from one.
    Subject,
    /// The whole of the material; repetition counts between its parts too.
    Whole,
}

/// A unit that is quoted.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) unit: usize,
    pub(crate) facet: usize,
    pub(crate) marks: Vec<String>,
    /// Headings without which it says nothing.
    pub(crate) labels: Vec<usize>,
    score: f32,
    /// The first unit of the group it must stand in.
    root: usize,
}

/// Chooses within `limit` words and orders the result for reading: parts in order, the best first,
/// and every unit after those it refers back to. At least one candidate is chosen if there is one.
pub(crate) fn select(
    material: &Material,
    all: &[Candidate],
    limit: usize,
    aim: Aim,
) -> Vec<Chosen> {
    let mut selector = Selector::new(material, all, limit, aim);
    while let Some(next) = selector.next() {
        selector.choose(next);
    }
    in_order(selector.chosen)
}

struct Selector<'a> {
    units: &'a [Unit],
    marks: &'a [Vec<String>],
    all: &'a [Candidate],
    twins: HashMap<&'a str, Vec<usize>>,
    words: Vec<Vec<u32>>,
    /// By part: its best score and what has been chosen of it.
    best: Vec<f32>,
    count: Vec<i32>,
    /// By candidate: the most it repeats of what has been chosen, and whether it is out.
    repeats: Vec<f32>,
    /// By part and document: how often it has been quoted.
    quoted: BTreeMap<(usize, usize), i32>,
    out: Vec<bool>,
    chosen: BTreeMap<usize, Chosen>,
    room: usize,
    decay: f32,
    aim: Aim,
}

impl<'a> Selector<'a> {
    fn new(material: &'a Material, all: &'a [Candidate], limit: usize, aim: Aim) -> Self {
        let units = material.units.as_slice();
        let facets = all.iter().map(|candidate| candidate.facet + 1).max().unwrap_or(0);
        let mut best = vec![0.0_f32; facets];
        for candidate in all {
            best[candidate.facet] = best[candidate.facet].max(candidate.score);
        }
        let alive = best.iter().filter(|score| **score > 0.0).count().max(1);
        let capacity = (limit as f32 / (SENTENCE * alive as f32)).min(MOST_PER_FACET);
        let mut twins: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, unit) in units.iter().enumerate() {
            twins.entry(&unit.text).or_default().push(index);
        }
        Self {
            units,
            marks: &material.marks,
            all,
            twins,
            words: all.iter().map(|candidate| content(&units[candidate.unit])).collect(),
            best,
            count: vec![0; facets],
            repeats: vec![0.0; all.len()],
            quoted: BTreeMap::new(),
            out: vec![false; all.len()],
            chosen: BTreeMap::new(),
            room: limit,
            decay: capacity / (capacity + 1.0),
            aim,
        }
    }

    fn gain(&self, index: usize) -> f32 {
        let candidate = &self.all[index];
        let fresh = 1.0 - REPETITION * self.repeats[index];
        // "It is 42." completes the sentence before it rather than coming second to it.
        let completes = self.units[candidate.unit].pronoun
            && candidate.supports.iter().any(|support| self.chosen.contains_key(support));
        let count = self.count[candidate.facet] - i32::from(completes);
        let from = (candidate.facet, self.units[candidate.unit].document);
        let quoted = match self.aim {
            Aim::Facts => 0,
            Aim::Subject | Aim::Whole => {
                self.quoted.get(&from).copied().unwrap_or(0) - i32::from(completes)
            }
        };
        candidate.score * fresh * self.decay.powi(count.max(0)) * SAME_DOCUMENT.powi(quoted.max(0))
    }

    /// The candidate that gains most, if it gains enough and fits.
    fn next(&self) -> Option<usize> {
        let top = self.best.iter().copied().fold(0.0, f32::max);
        let least = if self.chosen.is_empty() { 0.0 } else { LEAST };
        let mut found: Option<(usize, f32)> = None;
        for index in 0..self.all.len() {
            let candidate = &self.all[index];
            if self.out[index] {
                continue;
            }
            let gain = self.gain(index);
            let least =
                (BESIDE_FACET * self.best[candidate.facet]).max(BESIDE_ALL * top).max(least);
            let fits = self.cost(candidate) <= self.room || self.chosen.is_empty();
            if gain < least || self.chosen.contains_key(&candidate.unit) || !fits {
                continue;
            }
            if found.is_none_or(|(_, most)| gain > most) {
                found = Some((index, gain));
            }
        }
        found.map(|(index, _)| index)
    }

    fn cost(&self, candidate: &Candidate) -> usize {
        let new = |unit: &&usize| !self.chosen.contains_key(unit);
        let supports: usize =
            candidate.supports.iter().filter(new).map(|unit| self.units[*unit].words).sum();
        supports + self.units[candidate.unit].words
    }

    fn choose(&mut self, index: usize) {
        let candidate = self.all[index].clone();
        self.room = self.room.saturating_sub(self.cost(&candidate));
        let known = candidate.supports.iter().find_map(|unit| self.chosen.get(unit));
        let first = candidate.supports.first().copied().unwrap_or(candidate.unit);
        let root = known.map_or(first, |chosen| chosen.root);
        let (quoted, labels): (Vec<usize>, Vec<usize>) =
            candidate.supports.iter().partition(|support| self.units[**support].statement);
        for unit in quoted.iter().chain([&candidate.unit]) {
            let own = self.units[*unit].lead;
            let needs = |label: &&usize| *unit == candidate.unit || own == Some(**label);
            let new = || Chosen {
                labels: labels.iter().filter(needs).copied().collect(),
                unit: *unit,
                facet: candidate.facet,
                marks: self.marks[self.units[*unit].marks].clone(),
                score: candidate.score,
                root,
            };
            self.chosen.entry(*unit).or_insert_with(new);
        }
        self.merge_twins(&candidate);
        self.settle(index);
    }

    /// The same sentence of other sources becomes the same line, with all marks - but "It is 42." only
    /// where it follows the same sentence.
    fn merge_twins(&mut self, candidate: &Candidate) {
        let twins =
            self.twins.get(self.units[candidate.unit].text.as_str()).cloned().unwrap_or_default();
        for twin in twins.into_iter().filter(|twin| *twin != candidate.unit) {
            let unit = &self.units[twin];
            let around = [unit.previous, unit.lead];
            let same = |support: &usize| {
                let text = &self.units[*support].text;
                around.iter().flatten().find(|other| self.units[**other].text == *text).copied()
            };
            let pairs: Option<Vec<(usize, usize)>> = candidate
                .supports
                .iter()
                .map(|support| same(support).map(|other| (*support, other)))
                .collect();
            let Some(mut pairs) = pairs else { continue };
            pairs.push((candidate.unit, twin));
            for (line, other) in pairs {
                if let Some(chosen) = self.chosen.get_mut(&line) {
                    add_marks(&mut chosen.marks, &self.marks[self.units[other].marks]);
                }
            }
            for (other, out) in self.all.iter().zip(&mut self.out) {
                *out |= other.unit == twin;
            }
        }
    }

    /// Counts the choice for every part it answers about as well as that part's best.
    fn settle(&mut self, index: usize) {
        let unit = self.all[index].unit;
        for nth in 0..self.all.len() {
            let other = &self.all[nth];
            if other.unit == unit {
                self.out[nth] = true;
                let answers = nth == index || other.score >= 0.8 * self.best[other.facet];
                self.count[other.facet] += i32::from(answers);
                *self.quoted.entry((other.facet, self.units[unit].document)).or_default() +=
                    i32::from(answers);
            } else if self.aim == Aim::Whole || other.facet == self.all[index].facet {
                let (a, b) = (&self.words[index], &self.words[nth]);
                let both = shared(a, b, &|_| 1.0);
                let similarity = both / ((a.len() + b.len()) as f32 - both).max(1.0);
                self.repeats[nth] = self.repeats[nth].max(similarity);
            }
        }
    }
}

fn add_marks(marks: &mut Vec<String>, more: &[String]) {
    for mark in more {
        if !marks.contains(mark) {
            marks.push(mark.clone());
        }
    }
}

fn in_order(chosen: BTreeMap<usize, Chosen>) -> Vec<Chosen> {
    let mut groups: BTreeMap<usize, Vec<Chosen>> = BTreeMap::new();
    for unit in chosen.into_values() {
        groups.entry(unit.root).or_default().push(unit);
    }
    let mut groups: Vec<Vec<Chosen>> = groups.into_values().collect();
    let best = |group: &[Chosen]| group.iter().map(|unit| unit.score).fold(0.0, f32::max);
    let facet = |group: &[Chosen]| group.iter().map(|unit| unit.facet).min();
    groups.sort_by(|a, b| facet(a).cmp(&facet(b)).then(best(b).total_cmp(&best(a))));
    for group in &mut groups {
        let home = facet(group).unwrap_or_default();
        group.iter_mut().for_each(|unit| unit.facet = home);
    }
    groups.into_iter().flatten().collect()
}
