//! The part of `cargo metadata --no-deps` that the tasks read.
//!
//! Cargo's own answer, not our reading of the manifests: it knows about
//! inheritance, renames and targets found by their place.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::Error;

/// The feature of a package that has tests against real servers.
pub(crate) const COUNTERPARTIES: &str = "counterparties";

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Workspace {
    pub(crate) packages: Vec<Package>,
    #[serde(default)]
    pub(crate) workspace_root: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: String,
    /// `Some` of nothing means never published.
    pub(crate) publish: Option<Vec<String>>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) targets: Vec<Target>,
    pub(crate) description: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) readme: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` for a normal one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) features: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
    pub(crate) src_path: String,
    #[serde(rename = "required-features")]
    pub(crate) required_features: Vec<String>,
}

impl Workspace {
    pub(crate) fn parse(json: &str) -> Result<Self, Error> {
        Ok(serde_json::from_str(json)?)
    }

    /// A path of cargo's, from the workspace's root on.
    pub(crate) fn relative<'a>(&self, path: &'a str) -> &'a str {
        path.strip_prefix(&self.workspace_root).map_or(path, |rest| rest.trim_start_matches('/'))
    }

    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.is_published())
    }

    /// Test targets that need real servers, with their package.
    pub(crate) fn counterparty_tests(&self) -> Vec<(&Package, &Target)> {
        let with_feature =
            self.packages.iter().filter(|package| package.features.contains_key(COUNTERPARTIES));
        with_feature
            .flat_map(|package| package.targets.iter().map(move |target| (package, target)))
            .filter(|(_, target)| target.is("test") && target.requires(COUNTERPARTIES))
            .collect()
    }

    pub(crate) fn targets<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Target> {
        self.packages.iter().flat_map(|package| &package.targets).filter(|target| target.is(kind))
    }
}

impl Package {
    pub(crate) fn is_published(&self) -> bool {
        self.publish.as_ref().is_none_or(|registries| !registries.is_empty())
    }
}

impl Target {
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kind.iter().any(|own| own == kind)
    }

    fn requires(&self, feature: &str) -> bool {
        self.required_features.iter().any(|own| own == feature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{
        "workspace_root": "/clone",
        "packages": [
            { "name": "a", "publish": null, "features": { "counterparties": [] }, "targets": [
                { "name": "llama", "kind": ["test"], "required-features": ["counterparties"] },
                { "name": "plain", "kind": ["test"] },
                { "name": "a", "kind": ["lib"] } ] },
            { "name": "b", "publish": [], "targets": [
                { "name": "llama", "kind": ["test"], "required-features": ["counterparties"] } ] }
        ]
    }"#;

    #[test]
    fn finds_the_tests_that_need_servers() {
        let workspace = Workspace::parse(JSON).unwrap();
        let found: Vec<_> = workspace
            .counterparty_tests()
            .into_iter()
            .map(|(package, target)| (package.name.as_str(), target.name.as_str()))
            .collect();
        assert_eq!(found, [("a", "llama")]);
    }

    #[test]
    fn an_empty_list_of_registries_means_unpublished() {
        let workspace = Workspace::parse(JSON).unwrap();
        assert_eq!(workspace.published().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn paths_lose_the_place_of_the_clone() {
        let workspace = Workspace::parse(JSON).unwrap();
        assert_eq!(workspace.relative("/clone/crates/a/src/lib.rs"), "crates/a/src/lib.rs");
        assert_eq!(workspace.relative("elsewhere/lib.rs"), "elsewhere/lib.rs");
    }

    #[test]
    fn what_is_no_metadata_is_an_error() {
        assert!(Workspace::parse("{}").is_err());
    }
}
