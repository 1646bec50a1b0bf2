//! From paths to documents: files as they are, directories with everything below. What is no text is
//! named and skipped in a directory, and an error where it is all that was asked for.
//!
//! There is one library for a whole command. A file is read once however many subtasks name it, and
//! names are given when all files are known, so that no source mark can mean two of them.

mod file;
mod names;
mod skipped;
mod walk;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::mem;
use std::path::{self, Path, PathBuf};
use std::sync::Arc;

use ziggurat::Document;

use self::names::Place;
use self::skipped::Skipped;
use crate::bounded::MIB;
use crate::error::UsageError;

/// How much is read in all. More is a mistake in a path, and would not fit into any model.
const MOST: u64 = 512 * MIB;

/// How many files that were left out are named before a run.
const NAMED: usize = 20;

/// How many of them are named where they are all there is.
const NAMED_IN_ERROR: usize = 5;

/// Documents while they are collected.
#[derive(Debug)]
pub(crate) struct Library {
    /// Where the report goes: the last one is not material for the next.
    output: Option<Output>,
    /// By canonical path; what is no text, with the reason.
    known: HashMap<PathBuf, Result<Book, String>>,
    places: Vec<Place>,
    texts: Vec<String>,
    bytes: u64,
    most: u64,
    skipped: Skipped,
    /// In the paths that are being read, also what an earlier path had skipped.
    skipped_here: Skipped,
}

/// The file of the report.
#[derive(Debug)]
struct Output {
    given: PathBuf,
    canonical: PathBuf,
}

/// A document that is in the library and has no name yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Book(usize);

impl Library {
    /// An empty library of a command whose report goes to this file.
    pub(crate) fn new(output: Option<&Path>) -> Self {
        Self {
            output: output.map(|path| Output { given: path.into(), canonical: canonical(path) }),
            known: HashMap::new(),
            places: Vec::new(),
            texts: Vec::new(),
            bytes: 0,
            most: MOST,
            skipped: Skipped::naming(NAMED),
            skipped_here: Skipped::naming(NAMED_IN_ERROR),
        }
    }

    /// Reads the paths in their order, directories sorted by name; each file once.
    pub(crate) fn read(&mut self, paths: &[PathBuf]) -> Result<Vec<Book>, UsageError> {
        let mut books = Vec::new();
        self.skipped_here = Skipped::naming(NAMED_IN_ERROR);
        for path in paths {
            let unreadable = |source| UsageError::Unreadable { path: path.clone(), source };
            if fs::metadata(path).map_err(unreadable)?.is_dir() {
                self.walk(path, &mut books)?;
            } else {
                books.push(self.read_one(path)?);
            }
        }
        if books.is_empty() && !paths.is_empty() {
            let skipped = mem::replace(&mut self.skipped_here, Skipped::naming(0)).lines();
            return Err(UsageError::NoDocuments { paths: paths.to_vec(), skipped });
        }
        Ok(each_once(books))
    }

    /// A file that was asked for by name.
    fn read_one(&mut self, path: &Path) -> Result<Book, UsageError> {
        let key = canonical(path);
        if let Some(output) = self.replaces(&key) {
            return Err(UsageError::OutputIsInput { path: output.to_path_buf() });
        }
        if let Some(Ok(book)) = self.known.get(&key) {
            return Ok(*book);
        }
        let text = file::read(path).map_err(|unfit| unfit.into_error(path))?;
        self.add(key, Place::new(path, 1), text)
    }

    /// The path that was given for the report, if the report would replace this file.
    pub(crate) fn output_is(&self, path: &Path) -> Option<&Path> {
        self.replaces(&canonical(path))
    }

    fn replaces(&self, key: &Path) -> Option<&Path> {
        self.output.as_ref().filter(|output| output.canonical == key).map(|output| &*output.given)
    }

    fn add(&mut self, key: PathBuf, place: Place, text: String) -> Result<Book, UsageError> {
        self.bytes += text.len() as u64;
        if self.bytes > self.most {
            return Err(UsageError::TooMuch { path: key, mib: self.most / MIB });
        }
        let book = Book(self.texts.len());
        self.places.push(place);
        self.texts.push(text);
        self.known.insert(key, Ok(book));
        Ok(book)
    }

    /// Gives the documents their names.
    pub(crate) fn close(self) -> Shelf {
        let names = names::unique(self.places);
        let document = |(name, text)| Arc::new(Document::new(name, text));
        Shelf {
            documents: names.into_iter().zip(self.texts).map(document).collect(),
            skipped: self.skipped.lines(),
        }
    }
}

/// The documents of a command.
#[derive(Debug)]
pub(crate) struct Shelf {
    documents: Vec<Arc<Document>>,
    /// What was left out and why, in lines.
    pub(crate) skipped: Vec<String>,
}

impl Shelf {
    pub(crate) fn documents(&self, books: &[Book]) -> Vec<Arc<Document>> {
        books.iter().filter_map(|book| self.documents.get(book.0)).map(Arc::clone).collect()
    }
}

/// The books in their order, without repetitions.
pub(crate) fn each_once(books: impl IntoIterator<Item = Book>) -> Vec<Book> {
    let mut seen = HashSet::new();
    books.into_iter().filter(|book| seen.insert(*book)).collect()
}

/// One path for one file. What has none, such as an anonymous pipe, is itself.
fn canonical(path: &Path) -> PathBuf {
    let absolute = || path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    fs::canonicalize(path).unwrap_or_else(|_| absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("This is {name}.")).unwrap();
        }
        folder
    }

    #[test]
    fn a_file_is_one_document_however_often_it_is_named() {
        let folder = folder(&["a/notes.md", "b/notes.md"]);
        let mut library = Library::new(None);
        let first = library.read(&[folder.path().join("a/notes.md")]).unwrap();
        let all = library.read(&[folder.path().to_path_buf(), folder.path().join("a")]).unwrap();
        let detour = library.read(&[folder.path().join("b/../a/notes.md")]).unwrap();
        let shelf = library.close();
        let (first, all) = (shelf.documents(&first), shelf.documents(&all));
        assert!(Arc::ptr_eq(&first[0], &all[0]));
        assert!(Arc::ptr_eq(&first[0], &shelf.documents(&detour)[0]));
        let ids: Vec<_> = all.iter().map(|document| document.id.as_str()).collect();
        assert_eq!(ids, ["notes.md", "b/notes.md"]);
    }

    #[test]
    fn all_together_have_a_limit() {
        let folder = folder(&["a.md", "b.md", "c.md"]);
        let mut library = Library { most: 30, ..Library::new(None) };
        let error = library.read(&[folder.path().to_path_buf()]).unwrap_err();
        assert!(matches!(&error, UsageError::TooMuch { path, .. } if path.ends_with("c.md")));
        let mut library = Library { most: 30, ..Library::new(None) };
        let once = folder.path().join("a.md");
        library.read(&[once.clone(), once.clone(), once]).unwrap();
    }
}
