//! From atoms to the documents that workers read: atoms are put together to parts, and a part's stretch of a
//! document becomes the document itself if it is all of it, else a piece with a title that says so.

use std::ops::Range;
use std::sync::Arc;

use ziggurat_core::Document;

use super::atom::push_atoms;
use super::balance::Row;
use super::material::Material;
use super::paragraph::paragraphs;

/// Documents as one row of atoms.
pub(super) struct Pieces<'a> {
    documents: &'a [&'a Arc<Document>],
    /// Byte ranges, each in its document's text.
    atoms: Vec<Range<usize>>,
    /// The atoms of each document.
    ranges: Vec<Range<usize>>,
}

impl<'a> Pieces<'a> {
    /// The atoms of this material; paragraphs of more than `limit` bytes are cut.
    pub(super) fn of(material: &'a Material<'a>, limit: usize) -> Self {
        let documents = &material.documents;
        let mut atoms = Vec::with_capacity(material.paragraphs);
        let ranges = documents.iter().map(|document| {
            let first = atoms.len();
            for paragraph in paragraphs(&document.text) {
                push_atoms(&document.text, paragraph, limit, &mut atoms);
            }
            first..atoms.len()
        });
        let ranges = ranges.collect();
        Self { documents, atoms, ranges }
    }

    /// The number of atoms.
    pub(super) fn len(&self) -> usize {
        self.atoms.len()
    }

    /// The documents of each of so many parts, in order; from 1 to the number of atoms.
    pub(super) fn divide(&self, parts: usize) -> Vec<Vec<Arc<Document>>> {
        let borders = self.ranges.iter().skip(1).map(|range| range.start).collect();
        let row = Row::new(self.atoms.iter().map(|atom| atom.len() as u64), borders);
        let ends = row.divide(parts);
        let mut divided = vec![Vec::new(); parts];
        for (document, range) in self.documents.iter().zip(&self.ranges) {
            // The parts that hold the document's first and last atom.
            let first = ends.partition_point(|end| *end <= range.start);
            let last = ends.partition_point(|end| *end < range.end);
            if first == last {
                divided[first].push(Arc::clone(document));
                continue;
            }
            let of = last - first + 1;
            for part in first..=last {
                let start = if part == first { range.start } else { ends[part - 1] };
                let end = if part == last { range.end } else { ends[part] };
                let number = part - first + 1;
                divided[part].push(Arc::new(self.piece(document, start..end, number, of)));
            }
        }
        divided
    }

    fn piece(&self, whole: &Document, atoms: Range<usize>, number: usize, of: usize) -> Document {
        let text = &whole.text[self.atoms[atoms.start].start..self.atoms[atoms.end - 1].end];
        let title = format!("{} (part {number} of {of})", whole.title);
        let mut piece = Document::new(whole.id.clone(), text.trim_end()).titled(title);
        piece.origin = whole.origin;
        piece
    }
}
