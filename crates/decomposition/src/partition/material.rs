//! What there is to divide, measured: which documents have text, how much, and in how many pieces it can
//! usefully be cut.

use std::sync::Arc;

use ziggurat_core::{Document, Task};

use super::paragraph::paragraphs;
use crate::notes::{count, excerpt};

/// A paragraph is cut only into pieces of at least this many bytes on average: 200 tokens, a long
/// paragraph of prose. A worker with less to read has nothing to find out.
pub(super) const LEAST_PIECE: usize = 800;

/// How many documents a note names.
const NAMED: usize = 5;

/// The documents with text, and their measures.
pub(super) struct Material<'a> {
    /// In the task's order.
    pub(super) documents: Vec<&'a Arc<Document>>,
    /// The titles of those that have only white space.
    empty: Vec<&'a str>,
    /// How many paragraphs there are.
    pub(super) paragraphs: usize,
    /// Into how many parts they can be divided.
    pub(super) pieces: usize,
    /// The bytes of all paragraphs.
    pub(super) bytes: usize,
}

impl<'a> Material<'a> {
    /// The material of a task.
    pub(super) fn of(task: &'a Task) -> Self {
        let (documents, empty): (Vec<_>, Vec<_>) =
            task.documents().iter().partition(|document| !document.text.trim().is_empty());
        let empty = empty.into_iter().map(|document| document.title.as_str()).collect();
        let mut material = Self { documents, empty, paragraphs: 0, pieces: 0, bytes: 0 };
        for document in &material.documents {
            for paragraph in paragraphs(&document.text) {
                material.paragraphs += 1;
                material.pieces += (paragraph.len() / LEAST_PIECE).max(1);
                material.bytes += paragraph.len();
            }
        }
        material
    }

    /// What to say about the documents left out.
    pub(super) fn note(&self) -> Option<String> {
        let (shown, more) = self.empty.split_at(self.empty.len().min(NAMED));
        let names = shown.iter().map(|title| excerpt(title, 60)).collect::<Vec<_>>().join(", ");
        let more =
            if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        let empty = count(self.empty.len(), "empty document");
        (!shown.is_empty()).then(|| format!("left out {empty}: {names}{more}"))
    }
}
