//! How central each unit is to the whole material: TextRank, for questions that ask for a summary.
//!
//! A unit is central if it shares rare words with many units that are central themselves. The
//! graph has an edge per pair of units, so it is built over the best [`MOST`] only, picked in linear time:
//! from every document in turn those whose words recur most in the material. A document of ten megabytes
//! costs no more here than one of ten pages.

use super::material::{Material, Unit};

/// Units in the graph.
const MOST: usize = 300;
const ROUNDS: usize = 20;
const DAMPING: f32 = 0.85;

/// A unit and its centrality, the most central one at 1, in order of appearance.
pub(crate) fn centrality(material: &Material) -> Vec<(usize, f32)> {
    let units = &material.units;
    let frequency = frequency(units);
    let best = preselect(units, &frequency);
    let words: Vec<Vec<u32>> = best.iter().map(|unit| content(&units[*unit])).collect();
    let total = units.len() as f32;
    let rarity = |stem: &u32| (1.0 + total / frequency[*stem as usize].max(1) as f32).ln();
    let graph = graph(&words, &rarity);
    let ranks = walk(&graph);
    let mut scored: Vec<(usize, f32)> = best
        .iter()
        .zip(&ranks)
        .map(|(unit, rank)| (*unit, rank * aptness(&units[*unit], position(units, *unit))))
        .collect();
    let top = scored.iter().map(|(_, score)| *score).fold(f32::MIN_POSITIVE, f32::max);
    scored.iter_mut().for_each(|(_, score)| *score /= top);
    scored
}

/// The distinct content stems of a unit, sorted.
pub(crate) fn content(unit: &Unit) -> Vec<u32> {
    let mut stems: Vec<u32> =
        unit.tokens.iter().filter(|token| !token.stop).map(|token| token.stem).collect();
    stems.sort_unstable();
    stems.dedup();
    stems
}

/// What two sorted lists share: the sum of `weight` over it.
pub(crate) fn shared(a: &[u32], b: &[u32], weight: &dyn Fn(&u32) -> f32) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += weight(&a[i]);
                i += 1;
                j += 1;
            }
        }
    }
    sum
}

/// In how many units each stem occurs, by stem.
fn frequency(units: &[Unit]) -> Vec<usize> {
    let mut found = Vec::new();
    for stem in units.iter().flat_map(content) {
        let stem = stem as usize;
        if found.len() <= stem {
            found.resize(stem + 1, 0);
        }
        found[stem] += 1;
    }
    found
}

fn preselect(units: &[Unit], frequency: &[usize]) -> Vec<usize> {
    let mut ranked: Vec<(usize, f32)> = Vec::new();
    for (index, unit) in units.iter().enumerate().filter(|(_, unit)| unit.statement) {
        let words = content(unit);
        let sum: f32 = words.iter().map(|stem| (frequency[*stem as usize] as f32).ln_1p()).sum();
        ranked.push((index, sum / (words.len() as f32 + 4.0)));
    }
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let documents = units.iter().map(|unit| unit.document + 1).max().unwrap_or(0);
    let mut taken = vec![0_usize; documents];
    let mut turns: Vec<(usize, usize)> = Vec::with_capacity(ranked.len());
    for (index, _) in ranked {
        let document = units[index].document;
        turns.push((taken[document], index));
        taken[document] += 1;
    }
    turns.sort_by_key(|(turn, _)| *turn);
    let mut best: Vec<usize> = turns.into_iter().take(MOST).map(|(_, index)| index).collect();
    best.sort_unstable();
    best
}

fn graph(words: &[Vec<u32>], rarity: &dyn Fn(&u32) -> f32) -> Vec<Vec<(usize, f32)>> {
    let mut edges = vec![Vec::new(); words.len()];
    for (i, a) in words.iter().enumerate() {
        for (j, b) in words.iter().enumerate().skip(i + 1) {
            let weight = shared(a, b, rarity) / ((a.len() * b.len()) as f32 + 2.0).ln();
            if weight > 0.0 {
                edges[i].push((j, weight));
                edges[j].push((i, weight));
            }
        }
    }
    edges
}

fn walk(edges: &[Vec<(usize, f32)>]) -> Vec<f32> {
    let out: Vec<f32> =
        edges.iter().map(|list| list.iter().map(|(_, weight)| weight).sum()).collect();
    let mut ranks = vec![1.0_f32; edges.len()];
    for _ in 0..ROUNDS {
        ranks = edges
            .iter()
            .map(|list| {
                let votes: f32 =
                    list.iter().map(|(other, weight)| ranks[*other] * weight / out[*other]).sum();
                1.0 - DAMPING + DAMPING * votes
            })
            .collect();
    }
    ranks
}

/// How well a unit stands alone, and how early: documents say first what they are about.
fn aptness(unit: &Unit, position: usize) -> f32 {
    let alone = if unit.pronoun { 0.6 } else { 1.0 };
    let whole = if (6..=45).contains(&unit.tokens.len()) { 1.0 } else { 0.6 };
    alone * whole * (1.0 + 0.4 / (1.0 + position as f32))
}

/// How many units of its section stand before it, as far as matters.
fn position(units: &[Unit], unit: usize) -> usize {
    let document = units[unit].document;
    units[..unit].iter().rev().take(8).take_while(|other| other.document == document).count()
}
