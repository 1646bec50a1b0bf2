//! Parts of a question lend each other what they leave out.
//!
//! "The codes of A, B and C" asks for three codes; "who leads A and when did it open" names A once.

use super::facets::{Facet, TermUse};

/// A part without a name borrows one of its sentence: of the part before it if it refers back, else of
/// the one after it ("the code and the budget of Aldebaran"), else of the one before.
pub(crate) fn lend_names(facets: &mut [Facet]) {
    for index in 0..facets.len() {
        if facets[index].named() {
            continue;
        }
        let sentence = facets[index].sentence;
        let lends = |other: &&Facet| other.sentence == sentence && other.named();
        let before = facets[..index].iter().rev().find(lends);
        let back = if facets[index].pronoun { before } else { None };
        let Some(lender) = back.or_else(|| facets[index + 1..].iter().find(lends)).or(before)
        else {
            continue;
        };
        let names: Vec<TermUse> = lender.terms.iter().filter(|part| part.name).cloned().collect();
        facets[index].terms.extend(names);
    }
}

/// "The budget, the leader and the code of A, B and C" asks nine things: the bare names after the part that
/// names A are asked what the nameless parts before it ask.
pub(crate) fn cross(facets: &mut Vec<Facet>, most: usize) {
    let mut more: Vec<Facet> = Vec::new();
    let mut sentences: Vec<usize> = facets.iter().map(|facet| facet.sentence).collect();
    sentences.dedup();
    for sentence in sentences {
        let parts: Vec<&Facet> = facets.iter().filter(|facet| facet.sentence == sentence).collect();
        let Some(first) = parts.iter().position(|part| part.named()) else { continue };
        let bare = |part: &&&Facet| part.terms.iter().all(|term| term.name);
        let asks = |part: &&&Facet| part.terms.iter().any(|term| term.weight >= 1.0);
        for name in parts[first + 1..].iter().take_while(bare) {
            more.extend(parts[..first].iter().filter(asks).map(|part| Facet {
                text: format!("{} {}", part.text, name.text),
                terms: part.terms.iter().chain(&name.terms).cloned().collect(),
                ..(*part).clone()
            }));
        }
    }
    more.truncate(most.saturating_sub(facets.len()));
    facets.extend(more);
}

/// A part that is only a name is asked what the part before it is asked.
pub(crate) fn lend_attributes(facets: &mut [Facet]) {
    for index in 1..facets.len() {
        let (done, rest) = facets.split_at_mut(index);
        let facet = &mut rest[0];
        let Some(lender) = done.last().filter(|lender| lender.sentence == facet.sentence) else {
            continue;
        };
        if facet.terms.iter().all(|part| part.name) {
            let asked = lender.terms.iter().filter(|part| !part.name);
            facet
                .terms
                .extend(asked.map(|part| TermUse { weight: part.weight.min(0.8), ..part.clone() }));
            facet.expects = lender.expects;
        }
    }
}
