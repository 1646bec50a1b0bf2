//! Nothing in the repository names the machine it was written on.
//!
//! A path of one machine works there and nowhere else. The name of a registry
//! works for those who reach it directly; others reach it through a mirror
//! that their own tools know of, so we ask by package name and let them.

use super::{File, Tree, Violation};

/// Homes and workplaces. Written in halves, or this file would break its own rule.
const PLACES: &[&str] = &[concat!("/", "work/"), concat!("/", "root/"), concat!("/", "home/")];

const HOSTS: &[&str] = &[
    concat!("pypi", ".org"),
    concat!("files.python", "hosted.org"),
    concat!("registry.npm", "js.org"),
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("proxy.golang", ".org"),
];

const LOCK: &str = "Cargo.lock";
/// The identity of the public index; cargo writes it whatever mirror it used.
const INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(super) fn no_local_paths(tree: &Tree<'_>) -> Vec<Violation> {
    lines(&tree.files)
        .filter_map(|(file, line, text)| {
            let place = PLACES.iter().find(|place| begins_a_path(text, place))?;
            let advice = format!("{place} is a path of one machine: make it relative");
            Some(Violation::new(&file.path, line, advice))
        })
        .collect()
}

/// Whether the path stands in the text and is no tail of a longer, relative one.
fn begins_a_path(text: &str, place: &str) -> bool {
    text.match_indices(place).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | ')'))
    })
}

pub(super) fn no_registry_hosts(tree: &Tree<'_>) -> Vec<Violation> {
    lines(&tree.files)
        .filter(|(file, ..)| file.path != LOCK)
        .filter_map(|(file, line, text)| {
            let host = HOSTS.iter().find(|host| text.contains(*host))?;
            let advice = format!("{host} is reached by its tools only: name the package instead");
            Some(Violation::new(&file.path, line, advice))
        })
        .collect()
}

pub(super) fn one_source_of_crates(tree: &Tree<'_>) -> Vec<Violation> {
    lines(&tree.files)
        .filter(|(file, ..)| file.path == LOCK)
        .filter_map(|(file, line, text)| {
            let source = text.strip_prefix("source = ")?.trim_matches('"');
            let advice =
                format!("{source} is not the public index: no mirrors, no git dependencies");
            (source != INDEX).then(|| Violation::new(&file.path, line, advice))
        })
        .collect()
}

fn lines(files: &[File]) -> impl Iterator<Item = (&File, usize, &str)> {
    files.iter().flat_map(|file| {
        file.text.lines().enumerate().map(move |(index, text)| (file, index + 1, text))
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{file, on_files};
    use super::*;

    #[test]
    fn paths_of_a_machine_fail_anywhere() {
        for place in PLACES {
            let text = format!("fine\nsee `{place}me/notes`\n");
            assert_eq!(on_files(no_local_paths, vec![file("a.md", &text)]), ["a.md:2"]);
        }
    }

    #[test]
    fn relative_paths_and_addresses_pass() {
        let text = "crates/work/x ./home/y https://example.com/home/ ${DIR}/work/z\n";
        assert_eq!(on_files(no_local_paths, vec![file("a.md", text)]), [""; 0]);
    }

    #[test]
    fn registries_fail_except_in_the_lock() {
        let text = format!("a\nb\nfrom {}\n", HOSTS[0]);
        let files = vec![file("ci.sh", &text), file(LOCK, &text)];
        assert_eq!(on_files(no_registry_hosts, files), ["ci.sh:3"]);
    }

    #[test]
    fn the_lock_knows_one_index() {
        let text =
            format!("source = \"{INDEX}\"\nsource = \"registry+https://mirror.example/index\"\n");
        assert_eq!(on_files(one_source_of_crates, vec![file(LOCK, &text)]), ["Cargo.lock:2"]);
        assert_eq!(on_files(one_source_of_crates, vec![file("other.toml", &text)]), [""; 0]);
    }
}
