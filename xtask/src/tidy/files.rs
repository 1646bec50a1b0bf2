//! The files of the project: what git tracks, and what it would track next.
//!
//! New files count before they are committed, or a rule would only bite in the
//! next person's checkout. Outside of a git checkout the folder is walked.

use std::fs;
use std::io;
use std::path::Path;

use super::File;
use crate::error::Error;
use crate::process;

pub(super) fn read(root: &Path) -> Result<Vec<File>, Error> {
    let mut paths = match from_git(root) {
        Some(paths) => paths,
        None => {
            let mut found = Vec::new();
            walk(root, "", &mut found).map_err(Error::io("walking the source tree"))?;
            found
        }
    };
    paths.sort();
    paths.dedup();
    Ok(paths.into_iter().filter_map(|path| text_of(root, path)).collect())
}

/// `safe.directory`: on CI the checkout often belongs to another user.
fn from_git(root: &Path) -> Option<Vec<String>> {
    let mut git = process::command("git", root);
    git.args(["-c", "safe.directory=*", "ls-files", "-z"]);
    git.args(["--cached", "--others", "--exclude-standard"]);
    let listed = process::capture(&mut git).ok()?;
    Some(listed.split_terminator('\0').map(str::to_owned).collect())
}

fn walk(root: &Path, folder: &str, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_file() {
            found.push(path);
        } else if kind.is_dir() && name != "target" && name != ".git" {
            walk(root, &path, found)?;
        }
    }
    Ok(())
}

/// `None` for what is gone from the disk or is no text.
fn text_of(root: &Path, path: String) -> Option<File> {
    let text = String::from_utf8(fs::read(root.join(&path)).ok()?).ok()?;
    Some(File { path, text })
}
