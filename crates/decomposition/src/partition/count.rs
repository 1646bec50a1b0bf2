//! How many workers a body of material gets.

use ziggurat_core::WorkerCount;

use super::material::Material;
use crate::notes::count;

/// Documents up to this number get a worker each: two full groups at the default fan-in, and the default
/// concurrency, so that they all run at once. A pile of small documents beyond it shares workers.
const BY_DOCUMENT: usize = 10;

/// The bytes that are worth a worker of their own: 500 tokens, about a page. Below that the instructions are
/// longer than the material, and a handful of notes is read best by one.
const PAGE_BYTES: usize = 4 * 500;

/// The bytes of a part that one worker reads well: 4,000 tokens, some eight pages. It fits the smallest
/// contexts in use (8k) with room for the instructions and the answer, and recall is still good.
const PART_BYTES: usize = 4 * 4_000;

/// More workers are never started without being asked for: 100 calls are a sum that a user should have
/// named. Parts of larger material are larger then.
const MOST: usize = 100;

/// The number of parts, and what the user should know about it.
pub(super) fn parts(material: &Material<'_>, workers: WorkerCount) -> (usize, Option<String>) {
    match workers {
        WorkerCount::Auto => auto(material),
        WorkerCount::Exactly(asked) => exactly(material, asked.get() as usize),
    }
}

fn auto(material: &Material<'_>) -> (usize, Option<String>) {
    let by_size = material.bytes.div_ceil(PART_BYTES);
    let pages = material.bytes.div_ceil(PAGE_BYTES);
    let wanted = by_size.max(material.documents.len().min(BY_DOCUMENT).min(pages));
    let parts = wanted.min(MOST).min(material.pieces);
    let large = (wanted > MOST).then(|| {
        let tokens = material.bytes.div_ceil(4).div_ceil(parts);
        format!(
            "the material would take {wanted} workers at {} tokens each, {MOST} are the most unless more \
             are asked for: about {tokens} tokens each",
            PART_BYTES / 4,
        )
    });
    (parts, large)
}

fn exactly(material: &Material<'_>, asked: usize) -> (usize, Option<String>) {
    let parts = asked.min(material.pieces);
    (parts, fewer(material, asked, parts))
}

/// What to say if there are fewer parts than workers asked for.
pub(super) fn fewer(material: &Material<'_>, asked: usize, parts: usize) -> Option<String> {
    let has = if parts == material.paragraphs {
        format!("has only {}", count(parts, "paragraph"))
    } else {
        format!("is enough for only {}", count(parts, "part"))
    };
    let workers = count(parts, "worker");
    (parts < asked)
        .then(|| format!("asked for {}, the material {has}: {workers}", count(asked, "worker")))
}
