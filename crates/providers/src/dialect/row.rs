//! What is written of a provider: by us in `dialects.toml`, by users in a file of their own.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{self, Deserializer};

use super::Api;
use super::known_keys::KnownKeys;
use super::takes;
use crate::http::bears_key;
use crate::key_source::looks_like_path;
use crate::{Auth, Quirks};

/// A row as it is written. What is not set is the built-in row's, or the default.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Row {
    pub(super) api: Option<Api>,
    pub(super) base_url: Option<String>,
    #[serde(deserialize_with = "variable")]
    pub(super) base_url_env: Option<String>,
    #[serde(deserialize_with = "one_or_several")]
    pub(super) key_env: Option<Vec<String>>,
    pub(super) key_file: Option<KeyFile>,
    #[serde(deserialize_with = "command")]
    pub(super) key_command: Option<Vec<String>>,
    pub(super) default_model: Option<String>,
    pub(super) vendor: Option<String>,
    pub(super) free: Option<bool>,
    pub(super) json_schema: Option<bool>,
    pub(super) rpm: Option<NonZeroU32>,
    pub(super) tpm: Option<NonZeroU64>,
    pub(super) auth: Option<Auth>,
    pub(super) allow_hosts: Vec<String>,
    #[serde(deserialize_with = "headers")]
    pub(super) headers: BTreeMap<String, String>,
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

/// A file as it is written, and where it is.
#[derive(Clone, Deserialize)]
#[serde(from = "PathBuf")]
pub(super) struct KeyFile {
    pub(super) path: PathBuf,
    is_path: bool,
}

impl From<PathBuf> for KeyFile {
    fn from(path: PathBuf) -> Self {
        Self { is_path: looks_like_path(&path), path }
    }
}

impl KeyFile {
    /// The same file, from this folder on.
    pub(super) fn relative_to(self, folder: &Path) -> Self {
        match self.path.starts_with("~") {
            true => self,
            false => Self { path: folder.join(self.path), ..self },
        }
    }

    /// Whether this path is its own and was no path by its looks, so that it may be a key.
    pub(super) fn hides(&self, path: &Path) -> bool {
        !self.is_path && self.path == path
    }
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
            rpm: self.rpm.or(below.rpm),
            tpm: self.tpm.or(below.tpm),
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
        let value = Quirks::deserialize(KnownKeys::new(
            toml::Value::Table(table.clone()),
            takes::of_quirks,
        ))?;
        Ok(Self { table, value })
    }
}

fn quirks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Written<Quirks>, D::Error> {
    let table = toml::Table::deserialize(deserializer);
    let table = table.map_err(|_| de::Error::custom("`quirks` takes a table"))?;
    Written::read(table).map_err(|error| de::Error::custom(error.message()))
}

// What the following refuse is told by `takes`, without what was written.

/// A header that bears a key would be a key in a file, and a second one beside the row's.
fn headers<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let table = BTreeMap::<String, String>::deserialize(deserializer)?;
    match table.keys().any(|name| bears_key(name)) {
        true => Err(de::Error::custom("a header that bears a key")),
        false => Ok(table),
    }
}

fn command<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    match words.first().map(|program| program.trim()) {
        None | Some("") => Err(de::Error::custom("no program")),
        Some(_) => Ok(Some(words)),
    }
}

fn variable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    named(String::deserialize(deserializer)?).map(Some)
}

/// `"A"` or `["A", "B"]`.
fn one_or_several<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrSeveral {
        One(String),
        Several(Vec<String>),
    }
    let names = match OneOrSeveral::deserialize(deserializer)? {
        OneOrSeveral::One(name) => vec![name],
        OneOrSeveral::Several(names) => names,
    };
    names.into_iter().map(named).collect::<Result<_, _>>().map(Some)
}

/// The name of a variable, unless it cannot be one.
fn named<E: de::Error>(name: String) -> Result<String, E> {
    match is_name(&name) && !looks_like_key(&name) {
        true => Ok(name),
        false => Err(E::custom("no name of a variable")),
    }
}

fn is_name(text: &str) -> bool {
    let first = text.bytes().next();
    first.is_some_and(|first| !first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether it may be a key in place of the name of its variable: some have no other characters than a name.
fn looks_like_key(name: &str) -> bool {
    let has = |test: fn(&u8) -> bool| name.bytes().any(|byte| test(&byte));
    let mixed = has(u8::is_ascii_uppercase) || has(u8::is_ascii_digit);
    name.len() >= 20 && has(u8::is_ascii_lowercase) && mixed
}
