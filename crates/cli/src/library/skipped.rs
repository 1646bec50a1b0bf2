//! What was left out, for a reader who has a screen: each thing once, and not all of thousands.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What was left out.
#[derive(Debug)]
pub(super) struct Skipped {
    /// How many are named.
    most: usize,
    seen: HashSet<PathBuf>,
    named: Vec<String>,
    unnamed: usize,
    hidden_files: usize,
    hidden_directories: usize,
}

impl Skipped {
    /// Nothing yet; so many will be named.
    pub(super) fn naming(most: usize) -> Self {
        Self {
            most,
            seen: HashSet::new(),
            named: Vec::new(),
            unnamed: 0,
            hidden_files: 0,
            hidden_directories: 0,
        }
    }

    /// A path that was skipped, and a line that says why.
    pub(super) fn add(&mut self, path: &Path, line: impl FnOnce() -> String) {
        if !self.seen.insert(path.to_path_buf()) {
            return;
        }
        if self.named.len() < self.most {
            self.named.push(line());
        } else {
            self.unnamed += 1;
        }
    }

    /// A hidden file, or a hidden directory with all that is in it.
    pub(super) fn hidden(&mut self, path: &Path, is_directory: bool) {
        if self.seen.insert(path.to_path_buf()) {
            match is_directory {
                true => self.hidden_directories += 1,
                false => self.hidden_files += 1,
            }
        }
    }

    pub(super) fn lines(self) -> Vec<String> {
        let mut lines = self.named;
        if self.unnamed > 0 {
            lines.push(format!("and {} more", self.unnamed));
        }
        let hidden = [
            count(self.hidden_files, "file", "files"),
            count(self.hidden_directories, "directory", "directories"),
        ];
        let hidden: Vec<_> = hidden.into_iter().flatten().collect();
        if !hidden.is_empty() {
            lines.push(hidden.join(", "));
        }
        lines
    }
}

fn count(number: usize, one: &str, many: &str) -> Option<String> {
    match number {
        0 => None,
        1 => Some(format!("1 hidden {one}")),
        number => Some(format!("{number} hidden {many}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMED: usize = 20;

    #[test]
    fn each_is_told_once_and_thousands_are_counted() {
        let mut skipped = Skipped::naming(NAMED);
        for _ in 0..3 {
            for number in 0..432 {
                let name = format!("{number}.png");
                skipped.add(Path::new(&name), || format!("{name}: binary"));
            }
            skipped.hidden(Path::new(".git"), true);
            skipped.hidden(Path::new(".a"), false);
            skipped.hidden(Path::new(".b"), false);
        }
        let lines = skipped.lines();
        assert_eq!(lines.len(), NAMED + 2);
        assert_eq!(lines[0], "0.png: binary");
        assert_eq!(lines[NAMED..], ["and 412 more", "2 hidden files, 1 hidden directory"]);
    }
}
