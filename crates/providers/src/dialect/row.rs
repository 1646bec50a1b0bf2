//! What is written of a provider: by us in `dialects.toml`, by users in a file of their own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

use super::Api;
use super::known_keys::KnownKeys;
use crate::http::bears_key;
use crate::{Auth, Quirks};

/// A row as it is written. What is not set is the built-in row's, or the default.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Row {
    #[serde(deserialize_with = "api")]
    pub(super) api: Option<Api>,
    pub(super) base_url: Option<String>,
    pub(super) base_url_env: Option<String>,
    #[serde(deserialize_with = "one_or_several")]
    pub(super) key_env: Option<Vec<String>>,
    #[serde(deserialize_with = "path")]
    pub(super) key_file: Option<PathBuf>,
    #[serde(deserialize_with = "command")]
    pub(super) key_command: Option<Vec<String>>,
    pub(super) default_model: Option<String>,
    pub(super) vendor: Option<String>,
    #[serde(deserialize_with = "yes_or_no")]
    pub(super) free: Option<bool>,
    #[serde(deserialize_with = "yes_or_no")]
    pub(super) json_schema: Option<bool>,
    #[serde(deserialize_with = "auth")]
    pub(super) auth: Option<Auth>,
    pub(super) allow_hosts: Vec<String>,
    #[serde(deserialize_with = "headers")]
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
        // Each alone first, so that what does not fit is told by its name and not by its value.
        for (name, value) in &table {
            let alone = toml::Table::from_iter([(name.clone(), value.clone())]);
            quirks_of(alone).map_err(|error| match error.message().starts_with("unknown key") {
                true => error,
                false => de::Error::custom(format_args!("the quirk `{name}` has no such value")),
            })?;
        }
        let value = quirks_of(table.clone())?;
        Ok(Self { table, value })
    }
}

fn quirks_of(table: toml::Table) -> Result<Quirks, toml::de::Error> {
    Quirks::deserialize(KnownKeys(toml::Value::Table(table)))
}

fn quirks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Written<Quirks>, D::Error> {
    let table = toml::Table::deserialize(deserializer)?;
    Written::read(table).map_err(|error| de::Error::custom(error.message()))
}

// A secret can be pasted anywhere. So what does not fit is told by what would, never by what was written.

fn api<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Api>, D::Error> {
    let names = "write one of openai-chat, openai-responses, anthropic-messages, gemini, ollama";
    fitting(deserializer, names)
}

fn auth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Auth>, D::Error> {
    fitting(deserializer, "write \"bearer\" or { header = \"NAME\" }")
}

fn yes_or_no<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    fitting(deserializer, "write true or false")
}

fn fitting<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
    fits: &str,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some).map_err(|_| de::Error::custom(fits))
}

fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let written = fitting::<D, String>(deserializer, "write a path")?;
    // No file is called so, but a key may look like this.
    let is_key = |path: &String| path.len() >= 20 && !path.contains(['/', '\\', '.', ' ']);
    if written.as_ref().is_some_and(is_key) {
        return Err(de::Error::custom("write the path of a file that holds the key, not the key"));
    }
    Ok(written.map(PathBuf::from))
}

/// Headers; a key is not put there, since every request would bear it, also those that must not.
fn headers<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let headers = hidden(deserializer)?;
    match headers.keys().find(|name| bears_key(name)) {
        Some(name) => Err(de::Error::custom(format_args!(
            "the header `{name}` is for a key: write key_env, key_file or key_command, and auth"
        ))),
        None => Ok(headers),
    }
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
            variable(name.to_owned()).map(|name| vec![name])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Vec<String>, A::Error> {
            let mut all = Vec::new();
            while let Some(name) = names.next_element()? {
                all.push(variable(name)?);
            }
            Ok(all)
        }
    }
    deserializer.deserialize_any(OneOrSeveral).map(Some)
}

/// The name, if a variable can have it; else it may be the key itself.
fn variable<E: de::Error>(name: String) -> Result<String, E> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty()
    {
        return Ok(name);
    }
    Err(E::custom("write the name of a variable that holds the key, not the key"))
}
