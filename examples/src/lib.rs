//! The runnable examples of Ziggurat: `cargo run -p ziggurat-examples --example NAME`. The library part
//! reads the sample documents for them, and compiles the code of the repository's README as tests.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

use std::path::Path;
use std::{fs, io};

use ziggurat_core::Document;

/// The incident reports in `examples/documents`, sorted by name: its Markdown files, without those in
/// folders.
///
/// # Errors
/// If the folder or a file cannot be read.
pub fn incident_reports() -> io::Result<Vec<Document>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("documents");
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    paths.sort();
    paths.into_iter().map(|path| read(&path)).collect()
}

fn read(path: &Path) -> io::Result<Document> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Document::new(name, fs::read_to_string(path)?))
}

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
