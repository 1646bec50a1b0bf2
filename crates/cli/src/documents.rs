//! From paths to documents: files as they are, directories with everything below. What is no text is
//! named and skipped in a directory, and an error where it is all that was asked for.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};
use ziggurat::Document;

use crate::error::UsageError;

/// The largest file that is read. Larger ones are data rather than documents.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What was read, and what was left out and why.
#[derive(Debug, Default)]
pub(crate) struct Material {
    pub(crate) documents: Vec<Document>,
    /// One line for each file that was skipped.
    pub(crate) skipped: Vec<String>,
}

/// Reads the paths in their order, directories sorted by name.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Material, UsageError> {
    let mut material = Material::default();
    let mut names = BTreeSet::new();
    for path in paths {
        let unreadable = |source| UsageError::Unreadable { path: path.clone(), source };
        if fs::metadata(path).map_err(unreadable)?.is_dir() {
            read_directory(path, &mut material, &mut names)?;
        } else {
            let text = read_file(path).map_err(|skip| skip.into_error(path))?;
            let name = path.file_name().unwrap_or(path.as_os_str());
            add(&mut material, &mut names, Path::new(name), text);
        }
    }
    if material.documents.is_empty() && !paths.is_empty() {
        return Err(UsageError::NoDocuments(paths.to_vec()));
    }
    Ok(material)
}

fn read_directory(
    root: &Path,
    material: &mut Material,
    names: &mut BTreeSet<String>,
) -> Result<(), UsageError> {
    let entries = WalkDir::new(root).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry)) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.depth() == 0 => {
                let path = root.to_path_buf();
                return Err(UsageError::Unreadable { path, source: error.into() });
            }
            Err(error) => {
                material.skipped.push(error.to_string());
                continue;
            }
        };
        if !entry.file_type().is_file() {
            continue;
        }
        let name = entry.path().strip_prefix(root).unwrap_or(entry.path());
        match read_file(entry.path()) {
            Ok(text) => add(material, names, name, text),
            Err(skip) => material.skipped.push(format!("{}: {}", name.display(), skip.reason())),
        }
    }
    Ok(())
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_str().is_some_and(|name| name.starts_with('.'))
}

/// Why a file is not a document.
enum Skip {
    Unreadable(std::io::Error),
    NotText(&'static str),
}

impl Skip {
    fn reason(&self) -> String {
        match self {
            Self::Unreadable(error) => error.to_string(),
            Self::NotText(problem) => (*problem).to_owned(),
        }
    }

    fn into_error(self, path: &Path) -> UsageError {
        let path = path.to_path_buf();
        match self {
            Self::Unreadable(source) => UsageError::Unreadable { path, source },
            Self::NotText(problem) => UsageError::NotText { path, problem },
        }
    }
}

fn read_file(path: &Path) -> Result<String, Skip> {
    if fs::metadata(path).map_err(Skip::Unreadable)?.len() > LARGEST {
        return Err(Skip::NotText("larger than 64 MiB"));
    }
    let bytes = fs::read(path).map_err(Skip::Unreadable)?;
    if bytes.contains(&0) {
        return Err(Skip::NotText("binary"));
    }
    let text = String::from_utf8(bytes).map_err(|_| Skip::NotText("not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    if text.trim().is_empty() { Err(Skip::NotText("empty")) } else { Ok(text) }
}

/// Adds a document under a name that a source mark can bear and no other document has.
fn add(material: &mut Material, names: &mut BTreeSet<String>, path: &Path, text: String) {
    let name = mark(path.as_os_str());
    let mut unique = name.clone();
    for number in 2_u32.. {
        if names.insert(unique.clone()) {
            break;
        }
        unique = format!("{name} ({number})");
    }
    material.documents.push(Document::new(unique, text));
}

/// A path as it can stand between brackets, on any platform.
fn mark(path: &OsStr) -> String {
    let shown = path.to_string_lossy();
    let safe = shown.chars().map(|c| match c {
        '[' => '(',
        ']' => ')',
        '\\' => '/',
        c if c.is_control() => '_',
        c => c,
    });
    safe.collect()
}
