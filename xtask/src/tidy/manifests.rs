//! Versions stand in the root manifest and nowhere else.
//!
//! Two crates that name the same dependency with two versions build it twice,
//! or drift apart until somebody wonders why one of them has the bug.

use super::{Tree, Violation};

pub(super) fn versions_in_one_place(tree: &Tree<'_>) -> Vec<Violation> {
    let members = tree.files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    let mut found = Vec::new();
    for file in members {
        for entry in entries(&file.text).filter(|entry| !entry.is_inherited()) {
            let name = entry.name();
            let advice = format!(
                "write `{name}.workspace = true`; the version of {name} goes into the root's [workspace.dependencies]"
            );
            found.push(Violation::new(&file.path, entry.line, advice));
        }
    }
    found
}

/// The line of the manifest that names the dependency, 1 if none does.
pub(super) fn line_of(manifest: &str, dependency: &str) -> usize {
    entries(manifest).find(|entry| entry.name() == dependency).map_or(1, |entry| entry.line)
}

/// A dependency as a manifest writes it.
struct Entry<'a> {
    line: usize,
    key: &'a str,
    value: &'a str,
}

impl Entry<'_> {
    fn name(&self) -> &str {
        self.key.strip_suffix(".workspace").unwrap_or(self.key)
    }

    fn is_inherited(&self) -> bool {
        let value: String = self.value.split_whitespace().collect();
        (self.key.ends_with(".workspace") && value == "true") || value.contains("workspace=true")
    }
}

/// Line by line rather than through a TOML parser, which would lose the lines.
/// A dependency with a table of its own (`[dependencies.x]`) has no value
/// here, and so is a violation too: one way to write it is enough.
fn entries(manifest: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut in_dependencies = false;
    manifest.lines().enumerate().filter_map(move |(index, text)| {
        let (line, text) = (index + 1, text.trim());
        if let Some(header) = text.strip_prefix('[').filter(|_| text.ends_with(']')) {
            let header = header.trim_end_matches(']');
            in_dependencies = header.ends_with("dependencies");
            let (_, key) = header.split_once("dependencies.")?;
            return Some(Entry { line, key, value: "" });
        }
        let (key, value) = text.split_once('=').filter(|_| in_dependencies)?;
        let key = key.trim();
        (!key.starts_with('#')).then_some(Entry { line, key, value })
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{file, on_files};
    use super::*;

    fn violations(manifest: &str) -> Vec<String> {
        on_files(versions_in_one_place, vec![file("crates/a/Cargo.toml", manifest)])
    }

    #[test]
    fn inherited_ones_pass() {
        let manifest = "[package]\nversion = \"1\"\n[dependencies]\nserde.workspace = true\n# old = \"1\"\n\
                        tokio = { workspace = true, features = [\n  \"net\",\n] }\n[features]\nx = []\n";
        assert_eq!(violations(manifest), [""; 0]);
    }

    #[test]
    fn a_version_fails_in_every_kind_of_table() {
        for table in ["dependencies", "dev-dependencies", "target.'cfg(unix)'.dependencies"] {
            let manifest = format!("[{table}]\nserde = \"1\"\n");
            assert_eq!(violations(&manifest), ["crates/a/Cargo.toml:2"], "{table}");
        }
    }

    #[test]
    fn a_path_and_a_table_of_its_own_fail() {
        let manifest = "[dependencies]\nours = { path = \"../ours\" }\n[dev-dependencies.serde]\nversion = \"1\"\n";
        assert_eq!(violations(manifest), ["crates/a/Cargo.toml:2", "crates/a/Cargo.toml:3"]);
    }

    #[test]
    fn the_root_is_where_versions_belong() {
        let root = file("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\n");
        assert_eq!(on_files(versions_in_one_place, vec![root]), [""; 0]);
    }
}
