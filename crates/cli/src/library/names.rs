//! Names that source marks can bear. A mark must lead to one thing: so no two files of a run share a
//! name, and none has the name of an agent (`W3`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, absolute};

/// Where a document is, and how much of that its name shows.
#[derive(Debug)]
pub(super) struct Place {
    /// The parts of its whole path.
    parts: Vec<String>,
    /// How many of them, from the end, are shown.
    shown: usize,
}

impl Place {
    /// A path of which at first so many parts are shown, from the end.
    pub(super) fn new(path: &Path, shown: usize) -> Self {
        let whole = absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let parts = whole.components().filter_map(|part| match part {
            Component::Normal(part) => Some(mark(&part.to_string_lossy())),
            _ => None,
        });
        let parts: Vec<_> = parts.collect();
        Self { shown: shown.clamp(1, parts.len().max(1)), parts }
    }

    fn name(&self) -> String {
        self.parts[self.parts.len().saturating_sub(self.shown)..].join("/")
    }

    /// Shows one part more, if there is one.
    fn extend(&mut self) -> bool {
        let can = self.shown < self.parts.len();
        self.shown += usize::from(can);
        can
    }
}

/// A name for each place, in order. Where names are the same, more of the paths is shown.
pub(super) fn unique(mut places: Vec<Place>) -> Vec<String> {
    loop {
        let mut alike = BTreeMap::<String, Vec<usize>>::new();
        for (index, place) in places.iter().enumerate() {
            alike.entry(place.name()).or_default().push(index);
        }
        let ambiguous = alike.into_values().filter(|indices| indices.len() > 1).flatten();
        let extended = ambiguous.filter(|&index| places[index].extend()).count();
        if extended == 0 {
            return numbered(places.iter().map(|place| no_agent(place.name())).collect());
        }
    }
}

/// The names, with a number where several are still the same.
fn numbered(names: Vec<String>) -> Vec<String> {
    let mut taken: BTreeSet<_> = names.iter().cloned().collect();
    let mut given = BTreeSet::new();
    let mut unique = Vec::with_capacity(names.len());
    for name in names {
        let mut numbers = (2_u32..).map(|number| format!("{name} ({number})"));
        let name = match given.contains(&name) {
            false => name,
            true => numbers.find(|name| !taken.contains(name)).unwrap_or(name),
        };
        taken.insert(name.clone());
        given.insert(name.clone());
        unique.push(name);
    }
    unique
}

/// A name that no mark of agents, `W3` or `W1, S2`, can be taken for.
fn no_agent(name: String) -> String {
    let is_agent = |part: &str| {
        let number = part.trim().strip_prefix(['D', 'W', 'S', 'E']).unwrap_or_default();
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    match name.split([',', ';']).all(is_agent) {
        true => format!("{name} (file)"),
        false => name,
    }
}

/// Part of a path as it can stand between brackets, on any platform.
fn mark(part: &str) -> String {
    let safe = part.chars().map(|c| match c {
        '[' => '(',
        ']' => ')',
        '\\' => '/',
        c if c.is_control() => '_',
        c => c,
    });
    // In marks all white space is one space.
    safe.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(paths: &[(&str, usize)]) -> Vec<String> {
        unique(paths.iter().map(|(path, shown)| Place::new(Path::new(path), *shown)).collect())
    }

    #[test]
    fn what_is_unique_is_short() {
        assert_eq!(names(&[("/x/a.md", 1), ("/x/y/b.md", 2)]), ["a.md", "y/b.md"]);
    }

    #[test]
    fn where_names_meet_more_of_the_path_is_shown() {
        let paths = [("/x/a/notes.md", 1), ("/x/b/notes.md", 1), ("/x/c.md", 1)];
        assert_eq!(names(&paths), ["a/notes.md", "b/notes.md", "c.md"]);
        let paths = [("/x/a/docs/n.md", 1), ("/x/b/docs/n.md", 1), ("/n.md", 1)];
        assert_eq!(names(&paths), ["a/docs/n.md", "b/docs/n.md", "n.md"]);
    }

    #[test]
    fn a_number_is_the_last_resort() {
        let paths =
            [("/a[1].md", 1), ("/a(1).md", 1), ("/a(1).md (2)", 1), ("/b  c", 1), ("/b c", 1)];
        assert_eq!(names(&paths), ["a(1).md", "a(1).md (3)", "a(1).md (2)", "b c", "b c (2)"]);
    }

    #[test]
    fn no_file_has_the_name_of_an_agent() {
        let paths =
            [("/W1", 1), ("/x/S22", 1), ("/E1", 1), ("/D1", 1), ("/W1, S2", 1), ("/W1 (file)", 1)];
        let expected =
            ["W1 (file)", "S22 (file)", "E1 (file)", "D1 (file)", "W1, S2 (file)", "W1 (file) (2)"];
        assert_eq!(names(&paths), expected);
        assert_eq!(names(&[("/W1.md", 1), ("/W", 1), ("/a/W1", 2)]), ["W1.md", "W", "a/W1"]);
    }
}
