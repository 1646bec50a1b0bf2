//! Rules of the source tree that no compiler checks.
//!
//! Each rule is a pure function from the tree to its violations, so that each
//! has a test in which it fails: a rule that cannot fail protects nothing.

mod files;
mod layers;
mod manifests;
mod portable;
mod published;
mod sources;

use std::fmt;

use crate::context::Context;
use crate::error::Error;
use crate::metadata::Workspace;
use crate::parts::Done;

/// What the rules look at.
struct Tree<'a> {
    workspace: &'a Workspace,
    files: Vec<File>,
}

/// A text file of the project; the path starts at the root.
struct File {
    path: String,
    text: String,
}

/// What is wrong where, and what to do.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    path: String,
    line: usize,
    advice: String,
}

type Rule = fn(&Tree<'_>) -> Vec<Violation>;

const RULES: &[Rule] = &[
    layers::steps_stand_alone,
    layers::core_does_no_io,
    manifests::versions_in_one_place,
    published::can_be_presented,
    sources::modules_say_why,
    sources::roots_set_lints,
    sources::files_stay_small,
    portable::no_local_paths,
    portable::no_registry_hosts,
    portable::one_source_of_crates,
];

pub(crate) fn run(cx: &mut Context) -> Result<Done, Error> {
    let tree = Tree { workspace: &cx.workspace, files: files::read(&cx.root)? };
    let violations: Vec<_> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    for violation in &violations {
        println!("{violation}");
    }
    match violations.len() {
        0 => {
            println!("{} rules hold in {} files", RULES.len(), tree.files.len());
            Ok(Done::Passed)
        }
        count => Err(Error::Found(format!("tidy: {count} violations"))),
    }
}

impl Tree<'_> {
    fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl Violation {
    fn new(path: &str, line: usize, advice: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, advice: advice.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.advice)
    }
}

#[cfg(test)]
mod fixture {
    //! Trees of a few lines, for the tests of the rules.

    use super::*;
    use crate::metadata::Package;

    pub(super) fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    /// Applies a rule to files alone.
    pub(super) fn on_files(rule: Rule, files: Vec<File>) -> Vec<String> {
        on_packages(rule, Vec::new(), files)
    }

    /// Applies a rule to packages and files; the violations as `path:line`.
    pub(super) fn on_packages(rule: Rule, packages: Vec<Package>, files: Vec<File>) -> Vec<String> {
        let workspace = Workspace { packages, ..Workspace::default() };
        let found = rule(&Tree { workspace: &workspace, files });
        found.iter().map(|violation| format!("{}:{}", violation.path, violation.line)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_reads_like_a_compiler_message() {
        let violation = Violation::new("a.rs", 3, "say why");
        assert_eq!(violation.to_string(), "a.rs:3: say why");
    }
}
