//! Dividing material: no model needed, nothing lost. The task is the same for every worker, what differs is
//! what they read. Sizes are bytes (a token is about four of them), the same rule of thumb as
//! [`Document::estimated_tokens`](ziggurat_core::Document::estimated_tokens).

mod atom;
mod balance;
mod count;
mod fence;
mod material;
mod paragraph;
mod pieces;
mod sentence;

use async_trait::async_trait;
use ziggurat_core::{CallContext, DecomposeError, Decomposer, Plan, Subtask, Task, WorkerCount};

use material::{LEAST_PIECE, Material};
use pieces::Pieces;

/// Divides the task's documents over the workers, in their order, at paragraph borders; every paragraph goes
/// to exactly one worker. The plan's method is `document_partition`; each instruction is the task's text.
///
/// # Borders
/// - Paragraphs end at blank lines. A heading stays with the paragraph after it; fenced code and a table are
///   one paragraph.
/// - A paragraph larger than an even part (and than 200 tokens) is over-long: it may be cut at sentence ends
///   (code and tables: at line ends), a sentence larger than a part at line ends, white space or, at last,
///   between characters.
/// - The largest part is as small as these borders allow. For a cut between two documents it may be larger by
///   a tenth of the mean part.
/// - A document that one worker reads whole keeps its id and title, and is not copied. A piece of one keeps the
///   id, which source marks name, under the title `name (part 2 of 3)`.
///
/// # How many
/// - [`WorkerCount::Auto`]: one worker per document, up to 10, and per 500 tokens (a handful of notes is read
///   by one); more where parts would exceed 4,000 tokens on average; at most 100, and then a note says how
///   large parts are.
/// - [`WorkerCount::Exactly`]: that many; fewer, with a note, if there are fewer paragraphs. Pieces of an
///   over-long one count by their 200 tokens each.
/// - Documents of nothing but white space are left out, with a note.
///
/// The work is done in one poll, in time linear in the text: 50 MB of prose take well below a second. A run loop with
/// material that large polls it on a thread that may block.
///
/// # Errors
/// [`DecomposeError::NoDocuments`] if the task has no document with text in it. None else.
#[derive(Debug, Clone, Copy, Default)]
pub struct DocumentPartition;

#[async_trait]
impl Decomposer for DocumentPartition {
    async fn decompose(
        &self,
        _: &CallContext,
        task: &Task,
        workers: WorkerCount,
    ) -> Result<Plan, DecomposeError> {
        partition(task, workers)
    }
}

fn partition(task: &Task, workers: WorkerCount) -> Result<Plan, DecomposeError> {
    let material = Material::of(task);
    if material.documents.is_empty() {
        return Err(DecomposeError::NoDocuments);
    }
    let (wanted, note) = count::parts(&material, workers);
    let limit = (material.bytes / wanted).max(LEAST_PIECE);
    let pieces = Pieces::of(&material, limit);
    // One over-long paragraph may be a word, a megabyte of white space and a word.
    let parts = wanted.min(pieces.len());
    let note = if parts < wanted { count::fewer(&material, wanted, parts) } else { note };
    let subtasks = pieces
        .divide(parts)
        .into_iter()
        .map(|documents| Subtask::new(task.text()).with_documents(documents));
    let mut plan = Plan::new("document_partition", subtasks);
    plan.notes.extend(material.note().into_iter().chain(note));
    Ok(plan)
}
