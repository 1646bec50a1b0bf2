//! A crate that goes to the registry is met there alone, without this
//! repository around it: it must say what it is, on what terms, and how to start.

use super::{Tree, Violation};

pub(super) fn can_be_presented(tree: &Tree<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for package in tree.workspace.published() {
        let path = tree.workspace.relative(&package.manifest_path);
        let fields = [
            ("description", &package.description, "say in one line what it is"),
            ("license", &package.license, "write `license.workspace = true`"),
            ("readme", &package.readme, "put a README.md beside its Cargo.toml"),
        ];
        for (field, value, what_to_do) in fields {
            if value.is_none() {
                let advice = format!("{} has no {field}: {what_to_do}", package.name);
                found.push(Violation::new(path, 1, advice));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::fixture::on_packages;
    use super::*;
    use crate::metadata::Package;

    fn complete() -> Package {
        Package {
            manifest_path: "crates/a/Cargo.toml".to_owned(),
            description: Some("What it is".to_owned()),
            license: Some("MIT".to_owned()),
            readme: Some("README.md".to_owned()),
            ..Package::default()
        }
    }

    fn violations(package: Package) -> usize {
        on_packages(can_be_presented, vec![package], Vec::new()).len()
    }

    #[test]
    fn all_three_fields_are_wanted() {
        assert_eq!(violations(complete()), 0);
        assert_eq!(violations(Package { description: None, ..complete() }), 1);
        assert_eq!(violations(Package { license: None, readme: None, ..complete() }), 2);
    }

    #[test]
    fn of_published_crates_only() {
        let private = Package { readme: None, publish: Some(Vec::new()), ..complete() };
        assert_eq!(violations(private), 0);
    }
}
