//! Who may depend on whom.
//!
//! The crates of the middle step know `core` and not each other, so that
//! anybody can replace one of them by depending on `core` alone. `core` in turn
//! is vocabulary: what it pulled in, every custom provider would pull in too.

use super::manifests;
use super::{Tree, Violation};
use crate::metadata::{Dependency, Package};

const CORE: &str = "ziggurat-core";
const TESTKIT: &str = "ziggurat-testkit";
/// The middle step of the pyramid.
const STEP: &[&str] = &[
    "ziggurat-agents",
    "ziggurat-decomposition",
    "ziggurat-executor",
    "ziggurat-lifecycle",
    "ziggurat-mcp",
    "ziggurat-providers",
];

/// A crate of the middle step, and the testkit below it, depends on `core` at
/// most; in tests, on the testkit too.
pub(super) fn steps_stand_alone(tree: &Tree<'_>) -> Vec<Violation> {
    check(tree, |package, dependency| {
        let alone = STEP.contains(&package.name.as_str()) || package.name == TESTKIT;
        let in_dev = dependency.kind.as_deref() == Some("dev");
        let allowed = dependency.name == CORE || (in_dev && dependency.name == TESTKIT);
        (alone && dependency.path.is_some() && !allowed).then(|| {
            format!(
                "{} may not depend on {}: take what it needs through a trait of {CORE}",
                package.name, dependency.name
            )
        })
    })
}

/// `core` depends on nothing of ours and on nothing that opens a socket.
pub(super) fn core_does_no_io(tree: &Tree<'_>) -> Vec<Violation> {
    check(tree, |package, dependency| {
        if package.name != CORE {
            return None;
        }
        if dependency.path.is_some() {
            return Some(format!(
                "{CORE} is the bottom: move what it needs of {} down",
                dependency.name
            ));
        }
        let shipped = dependency.kind.as_deref() != Some("dev");
        (shipped && opens_sockets(dependency))
            .then(|| format!("{CORE} does no I/O: keep {} with `net` out of it", dependency.name))
    })
}

fn opens_sockets(dependency: &Dependency) -> bool {
    let net = |feature: &String| feature == "net" || feature == "full";
    match dependency.name.as_str() {
        "reqwest" | "hyper" => true,
        "tokio" => dependency.features.iter().any(net),
        _ => false,
    }
}

/// Asks about each dependency of each package.
fn check(tree: &Tree<'_>, ask: impl Fn(&Package, &Dependency) -> Option<String>) -> Vec<Violation> {
    let mut found = Vec::new();
    for package in &tree.workspace.packages {
        let path = tree.workspace.relative(&package.manifest_path);
        for dependency in &package.dependencies {
            if let Some(advice) = ask(package, dependency) {
                let manifest = tree.file(path);
                let line =
                    manifest.map_or(1, |file| manifests::line_of(&file.text, &dependency.name));
                found.push(Violation::new(path, line, advice));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{file, on_packages};
    use super::*;

    fn package(name: &str, dependency: Dependency) -> Package {
        Package {
            name: name.to_owned(),
            manifest_path: "Cargo.toml".to_owned(),
            dependencies: vec![dependency],
            ..Package::default()
        }
    }

    fn ours(name: &str, kind: Option<&str>) -> Dependency {
        Dependency {
            name: name.to_owned(),
            kind: kind.map(str::to_owned),
            path: Some("somewhere".to_owned()),
            ..Dependency::default()
        }
    }

    fn theirs(name: &str, features: &[&str]) -> Dependency {
        Dependency {
            name: name.to_owned(),
            features: features.iter().map(|feature| (*feature).to_owned()).collect(),
            ..Dependency::default()
        }
    }

    fn steps(name: &str, dependency: Dependency) -> usize {
        on_packages(steps_stand_alone, vec![package(name, dependency)], Vec::new()).len()
    }

    fn core(dependency: Dependency) -> usize {
        on_packages(core_does_no_io, vec![package(CORE, dependency)], Vec::new()).len()
    }

    #[test]
    fn a_step_knows_core_only() {
        assert_eq!(steps("ziggurat-agents", ours(CORE, None)), 0);
        assert_eq!(steps("ziggurat-agents", ours("ziggurat-providers", None)), 1);
        assert_eq!(steps("ziggurat-agents", ours("ziggurat-providers", Some("dev"))), 1);
        assert_eq!(steps("ziggurat-agents", ours("ziggurat", None)), 1);
    }

    #[test]
    fn the_testkit_is_for_tests() {
        assert_eq!(steps("ziggurat-executor", ours(TESTKIT, Some("dev"))), 0);
        assert_eq!(steps("ziggurat-executor", ours(TESTKIT, None)), 1);
        assert_eq!(steps(TESTKIT, ours("ziggurat-agents", None)), 1);
    }

    #[test]
    fn the_facade_may_know_all() {
        assert_eq!(steps("ziggurat", ours("ziggurat-agents", None)), 0);
    }

    #[test]
    fn core_has_nothing_of_ours_and_no_sockets() {
        assert_eq!(core(ours(TESTKIT, Some("dev"))), 1);
        assert_eq!(core(theirs("reqwest", &[])), 1);
        assert_eq!(core(theirs("tokio", &["sync", "net"])), 1);
        assert_eq!(core(theirs("tokio", &["sync"])), 0);
        let in_tests = Dependency { kind: Some("dev".to_owned()), ..theirs("tokio", &["full"]) };
        assert_eq!(core(in_tests), 0);
    }

    #[test]
    fn the_line_of_the_manifest_is_named() {
        let manifest =
            "[package]\nname = \"x\"\n\n[dependencies]\nziggurat-providers.workspace = true\n";
        let found = on_packages(
            steps_stand_alone,
            vec![package("ziggurat-agents", ours("ziggurat-providers", None))],
            vec![file("Cargo.toml", manifest)],
        );
        assert_eq!(found, ["Cargo.toml:5"]);
    }
}
