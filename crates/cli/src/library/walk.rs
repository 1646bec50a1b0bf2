//! A directory and everything below. Links to files are followed, since they stand for documents;
//! links to directories are not, since they may lead anywhere, and back.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::names::Place;
use super::{Book, Library, canonical, file};
use crate::error::UsageError;

impl Library {
    pub(super) fn walk(&mut self, root: &Path, books: &mut Vec<Book>) -> Result<(), UsageError> {
        let mut entries = WalkDir::new(root).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.depth() == 0 => {
                    let path = root.to_path_buf();
                    return Err(UsageError::Unreadable { path, source: error.into() });
                }
                Err(error) => {
                    let path = error.path().map_or_else(PathBuf::new, Path::to_path_buf);
                    self.skip(&path, || error.to_string());
                    continue;
                }
            };
            let is_directory = entry.file_type().is_dir();
            if entry.depth() > 0 && is_hidden(&entry) {
                self.skipped.hidden(entry.path(), is_directory);
                self.skipped_here.hidden(entry.path(), is_directory);
                if is_directory {
                    entries.skip_current_dir();
                }
            } else if !is_directory {
                books.extend(self.read_found(root, entry.path())?);
            }
        }
        Ok(())
    }

    /// A file that was found in a directory; `None` if it is no document.
    fn read_found(&mut self, root: &Path, path: &Path) -> Result<Option<Book>, UsageError> {
        let key = canonical(path);
        let name = path.strip_prefix(root).unwrap_or(path);
        if self.replaces(&key).is_some() {
            self.skip(path, || format!("{}: the report goes there", name.display()));
            return Ok(None);
        }
        match self.known.get(&key) {
            Some(Ok(book)) => return Ok(Some(*book)),
            Some(Err(problem)) => {
                self.skipped_here.add(path, || format!("{}: {problem}", name.display()));
                return Ok(None);
            }
            None => {}
        }
        let problem = match fs::metadata(path) {
            Err(error) => error.to_string(),
            Ok(metadata) if metadata.is_dir() => "a link to a directory".to_owned(),
            // Reading a pipe or a device may never end.
            Ok(metadata) if !metadata.is_file() => "no regular file".to_owned(),
            Ok(_) => match file::read(path) {
                Ok(text) => {
                    let place = Place::new(path, name.components().count());
                    return self.add(key, place, text).map(Some);
                }
                Err(unfit) => unfit.reason(),
            },
        };
        self.skip(path, || format!("{}: {problem}", name.display()));
        self.known.insert(key, Err(problem));
        Ok(None)
    }

    fn skip(&mut self, path: &Path, line: impl Fn() -> String) {
        self.skipped.add(path, &line);
        self.skipped_here.add(path, &line);
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}
