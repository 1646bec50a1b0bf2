//! What is written of a provider: by us in `dialects.toml`, by users in a file of their own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

use super::Api;
use super::known_keys::KnownKeys;
use crate::{Auth, Quirks};

/// A row as it is written. What is not set is the built-in row's, or the default.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Row {
    pub(super) api: Option<Api>,
    pub(super) base_url: Option<String>,
    pub(super) base_url_env: Option<String>,
    #[serde(deserialize_with = "one_or_several")]
    pub(super) key_env: Option<Vec<String>>,
    pub(super) key_file: Option<PathBuf>,
    #[serde(deserialize_with = "command")]
    pub(super) key_command: Option<Vec<String>>,
    pub(super) default_model: Option<String>,
    pub(super) vendor: Option<String>,
    pub(super) free: Option<bool>,
    pub(super) json_schema: Option<bool>,
    pub(super) auth: Option<Auth>,
    pub(super) allow_hosts: Vec<String>,
    #[serde(deserialize_with = "hidden")]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(deserialize_with = "hidden")]
    pub(super) query: BTreeMap<String, String>,
    #[serde(deserialize_with = "quirks")]
    pub(super) quirks: Written<Quirks>,
}

/// A table that can still be laid over another one, since it tells what was written from what was not.
#[derive(Clone, Default)]
pub(super) struct Written<T> {
    table: toml::Table,
    pub(super) value: T,
}

impl Row {
    /// This row with all that it does not say taken from another.
    pub(super) fn over(self, below: Self) -> Result<Self, toml::de::Error> {
        Ok(Self {
            api: self.api.or(below.api),
            base_url: self.base_url.or(below.base_url),
            base_url_env: self.base_url_env.or(below.base_url_env),
            key_env: self.key_env.or(below.key_env),
            key_file: self.key_file.or(below.key_file),
            key_command: self.key_command.or(below.key_command),
            default_model: self.default_model.or(below.default_model),
            vendor: self.vendor.or(below.vendor),
            free: self.free.or(below.free),
            json_schema: self.json_schema.or(below.json_schema),
            auth: self.auth.or(below.auth),
            allow_hosts: [below.allow_hosts, self.allow_hosts].concat(),
            headers: below.headers.into_iter().chain(self.headers).collect(),
            query: below.query.into_iter().chain(self.query).collect(),
            quirks: Written::read(
                below.quirks.table.into_iter().chain(self.quirks.table).collect(),
            )?,
        })
    }

    /// Whether it says where a key is.
    pub(super) fn has_key(&self) -> bool {
        let in_env = self.key_env.as_ref().is_some_and(|variables| !variables.is_empty());
        in_env || self.key_file.is_some() || self.key_command.is_some()
    }
}

impl Written<Quirks> {
    fn read(table: toml::Table) -> Result<Self, toml::de::Error> {
        let value = Quirks::deserialize(KnownKeys(toml::Value::Table(table.clone())))?;
        Ok(Self { table, value })
    }
}

fn quirks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Written<Quirks>, D::Error> {
    let table = toml::Table::deserialize(deserializer)?;
    Written::read(table).map_err(|error| de::Error::custom(error.message()))
}

/// A table whose values may be secrets: what is wrong with one is told without it.
fn hidden<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let table = BTreeMap::deserialize(deserializer);
    table.map_err(|_| de::Error::custom("write a table of texts: { name = \"value\" }"))
}

/// A program and its arguments, which may be secrets as well.
fn command<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer);
    let words = words.map_err(|_| {
        de::Error::custom("write the program and its arguments as a list: [\"op\", \"read\", …]")
    })?;
    match words.first().map(|program| program.trim()) {
        None | Some("") => Err(de::Error::custom("key_command names no program")),
        Some(_) => Ok(Some(words)),
    }
}

/// `"A"` or `["A", "B"]`.
fn one_or_several<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    struct OneOrSeveral;
    impl<'de> Visitor<'de> for OneOrSeveral {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a variable's name, or several in brackets")
        }

        fn visit_str<E: de::Error>(self, name: &str) -> Result<Vec<String>, E> {
            Ok(vec![name.to_owned()])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Vec<String>, A::Error> {
            let mut all = Vec::new();
            while let Some(name) = names.next_element()? {
                all.push(name);
            }
            Ok(all)
        }
    }
    deserializer.deserialize_any(OneOrSeveral).map(Some)
}
