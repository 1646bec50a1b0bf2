//! What every source file owes its reader: a reason to exist, stated first, and
//! a size that one can hold in the head.

use super::{File, Tree, Violation};
use crate::metadata::Target;

const MOST_LINES: usize = 400;
const README: &str = "#![doc = include_str!(";

/// Each module starts by saying why it exists; a crate's root may let its README say it.
pub(super) fn modules_say_why(tree: &Tree<'_>) -> Vec<Violation> {
    let silent = tree.files.iter().filter(|file| is_module(&file.path)).filter(|file| {
        let first = file.text.lines().find(|line| !line.trim().is_empty());
        !first.is_some_and(|line| line.starts_with("//!") || line.starts_with(README))
    });
    silent
        .map(|file| Violation::new(&file.path, 1, "start with `//!`: what it is for, and why so"))
        .collect()
}

fn is_module(path: &str) -> bool {
    let in_crate = path.starts_with("crates/") && path.contains("/src/");
    let elsewhere = path.starts_with("examples/") || path.starts_with("xtask/");
    path.ends_with(".rs") && (in_crate || elsewhere)
}

/// Each crate's root sets the lints itself: the workspace's table is lost for
/// whoever reads the published package.
pub(super) fn roots_set_lints(tree: &Tree<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for target in tree.workspace.packages.iter().flat_map(|package| &package.targets) {
        let path = tree.workspace.relative(&target.src_path);
        let Some(file) = tree.file(path) else { continue };
        for attribute in wanted(target).iter().filter(|attribute| !has(file, attribute)) {
            found.push(Violation::new(path, 1, format!("add `{attribute}`")));
        }
    }
    found
}

fn wanted(target: &Target) -> &'static [&'static str] {
    const FORBID: &str = "#![forbid(unsafe_code)]";
    const DOCS: &str = "#![warn(missing_docs)]";
    if target.is("lib") {
        &[FORBID, DOCS]
    } else if target.is("bin") {
        &[FORBID]
    } else {
        &[]
    }
}

fn has(file: &File, attribute: &str) -> bool {
    file.text.lines().any(|line| line.trim() == attribute)
}

/// Each file is short before its tests; a file of nothing but tests may be as long as it likes.
pub(super) fn files_stay_small(tree: &Tree<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with(".rs") && !is_test(&file.path))
    {
        let lines = before_tests(&file.text);
        if lines > MOST_LINES {
            let advice =
                format!("{lines} lines before its tests: split it, {MOST_LINES} are the most");
            found.push(Violation::new(&file.path, MOST_LINES + 1, advice));
        }
    }
    found
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.contains("/benches/") || path.ends_with("/tests.rs")
}

fn before_tests(text: &str) -> usize {
    let lines: Vec<_> = text.lines().collect();
    let starts_tests = |at: usize| {
        lines[at] == "#[cfg(test)]"
            && lines[at + 1..]
                .iter()
                .find(|line| !line.starts_with("#["))
                .is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
    };
    (0..lines.len()).find(|at| starts_tests(*at)).unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{file, on_files, on_packages};
    use super::*;
    use crate::metadata::Package;

    #[test]
    fn a_silent_module_fails() {
        let files = vec![
            file("crates/a/src/lib.rs", "\n//! Why.\n"),
            file("crates/c/src/lib.rs", "#![doc = include_str!(\"../README.md\")]\n"),
            file("crates/a/src/b.rs", "// no doc\n"),
            file("examples/src/empty.rs", ""),
            file("crates/a/tests/t.rs", "fn t() {}\n"),
        ];
        assert_eq!(
            on_files(modules_say_why, files),
            ["crates/a/src/b.rs:1", "examples/src/empty.rs:1"]
        );
    }

    fn root(kind: &str, text: &str) -> Vec<String> {
        let target = Target {
            kind: vec![kind.to_owned()],
            src_path: "src/root.rs".to_owned(),
            ..Target::default()
        };
        let package = Package { targets: vec![target], ..Package::default() };
        on_packages(roots_set_lints, vec![package], vec![file("src/root.rs", text)])
    }

    #[test]
    fn roots_forbid_unsafe_and_libraries_want_docs() {
        assert_eq!(root("lib", "//! Why.\n").len(), 2);
        assert_eq!(root("lib", "#![forbid(unsafe_code)]\n#![warn(missing_docs)]\n").len(), 0);
        assert_eq!(root("bin", "#![forbid(unsafe_code)]\n").len(), 0);
        assert_eq!(root("bin", "// #![forbid(unsafe_code)]\n").len(), 1);
        assert_eq!(root("test", "").len(), 0);
    }

    fn sized(lines: usize, tests: &str) -> File {
        file("crates/a/src/a.rs", &("x\n".repeat(lines) + tests))
    }

    #[test]
    fn tests_do_not_count_towards_the_size() {
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "y\n".repeat(500));
        assert_eq!(on_files(files_stay_small, vec![sized(400, &tests)]), [""; 0]);
        assert_eq!(on_files(files_stay_small, vec![sized(401, &tests)]), ["crates/a/src/a.rs:401"]);
    }

    #[test]
    fn a_test_module_in_its_own_file_ends_nothing() {
        let text = "#[cfg(test)]\nmod tests;\n".to_owned() + &"x\n".repeat(399);
        assert_eq!(on_files(files_stay_small, vec![file("src/a.rs", &text)]), ["src/a.rs:401"]);
        assert_eq!(on_files(files_stay_small, vec![file("src/a/tests.rs", &text)]), [""; 0]);
    }
}
