//! What a unit's surroundings say for it.
//!
//! Three things lend words: the unit before it, the headings above it, and its document's name. Each at
//! a discount, so that a sentence which says it all beats one that needs its neighbour, and only with
//! a reason: the unit refers back ("It is 42."), has a word of the part itself, or has what the part
//! expects. Without that rule every sentence after a mention would count as an answer.

use super::facets::{Facet, Question};
use super::material::{Material, Unit};

/// A term of the question in a unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) term: usize,
    /// The word itself rather than a stand-in.
    pub(crate) exact: bool,
    pub(crate) strength: f32,
}

/// A term as a unit covers it for one part.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Covered {
    pub(crate) exact: bool,
    pub(crate) strength: f32,
    /// The unit that says it, if not this one.
    pub(crate) from: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Lent {
    hit: Hit,
    from: Option<usize>,
    /// Needs a reason: the unit does not refer back.
    loose: bool,
}

const REFERS_BACK: f32 = 0.8;
const REFERS_BACK_FAR: f32 = 0.6;
const FOLLOWS: f32 = 0.55;
const HEADING: f32 = 0.75;
const LABEL: f32 = 0.6;
/// Headings above headings that are read.
const DEPTH: usize = 4;

/// The words lent to each unit.
pub(crate) struct Context {
    lent: Vec<Vec<Lent>>,
}

impl Context {
    pub(crate) fn new(question: &Question, material: &Material, own: &[Vec<Hit>]) -> Self {
        let labels: Vec<Vec<Lent>> =
            material.labels.iter().map(|label| from_label(question, label)).collect();
        let mut lent: Vec<Vec<Lent>> = Vec::with_capacity(own.len());
        for unit in &material.units {
            let mut all = from_previous(unit, &material.units, own, &lent);
            all.extend(from_leads(unit, &material.units, own));
            all.extend(&labels[unit.document]);
            all.sort_by(|a, b| {
                a.hit.term.cmp(&b.hit.term).then(b.hit.strength.total_cmp(&a.hit.strength))
            });
            lent.push(all);
        }
        Self { lent }
    }

    /// Whether the term is lent to the unit.
    pub(crate) fn lends(&self, unit: usize, term: usize) -> bool {
        self.lent[unit].iter().any(|lent| lent.hit.term == term)
    }

    /// How the unit, with its context where it has a claim to it, covers the terms of a part.
    pub(crate) fn cover(
        &self,
        index: usize,
        facet: &Facet,
        own: &[Hit],
        unit: &Unit,
        answers: bool,
    ) -> Vec<Covered> {
        let find = |term: usize| own.iter().find(|hit| hit.term == term);
        let touches = facet.terms.iter().any(|part| find(part.term).is_some());
        let reason = touches || unit.pronoun || answers;
        facet
            .terms
            .iter()
            .map(|part| {
                let said = find(part.term).map_or(Covered::default(), |hit| Covered {
                    exact: hit.exact,
                    strength: hit.strength,
                    from: None,
                });
                let lent = self.lent[index]
                    .iter()
                    .filter(|lent| lent.hit.term == part.term && (reason || !lent.loose))
                    .find(|lent| lent.from.is_some() || touches);
                match lent {
                    Some(lent) if lent.hit.strength > said.strength => Covered {
                        exact: lent.hit.exact || said.exact,
                        strength: lent.hit.strength,
                        from: lent.from,
                    },
                    _ => said,
                }
            })
            .collect()
    }
}

fn from_previous(unit: &Unit, units: &[Unit], own: &[Vec<Hit>], lent: &[Vec<Lent>]) -> Vec<Lent> {
    let Some(previous) = unit.previous else { return Vec::new() };
    let (discount, loose) = match (unit.pronoun, unit.near) {
        (true, true) => (REFERS_BACK, false),
        (true, false) => (REFERS_BACK_FAR, false),
        (false, true) if goes_on(unit, &units[previous]) => (FOLLOWS, true),
        (false, _) => return Vec::new(),
    };
    let weaken = |hit: Hit| Hit { strength: hit.strength.min(1.0) * discount, ..hit };
    let mut out: Vec<Lent> = own[previous]
        .iter()
        .map(|hit| Lent { hit: weaken(*hit), from: Some(previous), loose })
        .collect();
    // A chain: what the previous unit refers back to, this one refers back to as well.
    let fragment =
        units[previous].tokens.len() <= 6 && !units[previous].text.ends_with(['.', '!', '。']);
    if units[previous].pronoun || fragment {
        let further = lent[previous].iter().filter(|lent| lent.from.is_some());
        out.extend(further.map(|far| Lent { hit: weaken(far.hit), from: far.from, loose }));
    }
    out
}

/// "The value is 7." goes on about what was said before, "Antares has 7." begins something new.
fn goes_on(unit: &Unit, previous: &Unit) -> bool {
    let begins = unit.tokens.first().is_some_and(|word| word.capital && !word.stop && !word.number);
    !begins || previous.text.ends_with(['?', '？', ':', '：'])
}

fn from_leads(unit: &Unit, units: &[Unit], own: &[Vec<Hit>]) -> Vec<Lent> {
    let mut out = Vec::new();
    let mut next = unit.lead;
    for _ in 0..DEPTH {
        let Some(lead) = next else { break };
        out.extend(own[lead].iter().map(|hit| Lent {
            hit: Hit { strength: hit.strength.min(1.0) * HEADING, ..*hit },
            from: Some(lead),
            loose: true,
        }));
        next = units[lead].lead;
    }
    out
}

fn from_label(question: &Question, label: &[u32]) -> Vec<Lent> {
    let named = |stem| label.contains(&stem);
    let terms = question.terms.iter().enumerate().filter(|(_, term)| named(term.stem));
    terms
        .map(|(term, _)| Lent {
            hit: Hit { term, exact: true, strength: LABEL },
            from: None,
            loose: true,
        })
        .collect()
}
