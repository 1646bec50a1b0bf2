//! The user's file of settings: providers that are not built in or are elsewhere, and what is known of
//! models.
//!
//! Only a file that the user names, or has in the directory of their own configuration, is read. One that
//! lies in a project is not: it may come from somebody else, and a `key_command` in it would run.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use ziggurat::providers::{
    Catalog, CatalogEntry, Dialect, Env, ProviderOptions, Registry, SelectionError,
};

use crate::args::ConfigArgs;
use crate::bounded::{self, MIB};
use crate::error::UsageError;

/// The variable that names the file.
const VARIABLE: &str = "ZIGGURAT_CONFIG";

/// Its place in the directory of the user's configuration.
const PLACE: [&str; 2] = ["ziggurat", "ziggurat.toml"];

/// The largest file that is read.
const LARGEST: u64 = MIB;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    #[serde(default)]
    providers: BTreeMap<String, Dialect>,
    #[serde(default)]
    models: BTreeMap<String, CatalogEntry>,
}

/// What the file's settings make.
pub(crate) struct Settings {
    pub(crate) registry: Registry,
    /// What may not be meant as it is written, in lines.
    pub(crate) warnings: Vec<String>,
}

/// The program's providers with the user's rows among them, and the user's entries in their catalogue.
pub(crate) fn apply(
    args: &ConfigArgs,
    registry: &Registry,
    env: Env<'_>,
) -> Result<Settings, UsageError> {
    let mut registry = registry.clone();
    let Some((path, text)) = text(args, env)? else {
        return Ok(Settings { registry, warnings: Vec::new() });
    };
    let problem = |problem: String| UsageError::ConfigFile { path: path.clone(), problem };
    let file: ConfigFile =
        toml::from_str(&text).map_err(|error| problem(located(&error, &text)))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let vendors: Vec<String> =
        file.providers.values().filter_map(Dialect::vendor).map(str::to_owned).collect();
    for (name, row) in file.providers {
        let row = row.relative_to(folder);
        registry.register_dialect(&name, row).map_err(|error| problem(error.to_string()))?;
    }
    let warnings = file.models.keys().filter_map(|name| unreached(name, &registry, &vendors));
    let warnings = warnings.collect();
    if !file.models.is_empty() {
        let catalog = registry.catalog().with_entries(file.models);
        registry.set_catalog(Arc::new(catalog.map_err(|error| problem(error.to_string()))?));
    }
    Ok(Settings { registry, warnings })
}

/// A warning if nobody would look at this entry, for there is no such provider.
fn unreached(name: &str, registry: &Registry, vendors: &[String]) -> Option<String> {
    let (provider, _) = name.split_once('/')?;
    let is_vendor = vendors.iter().any(|vendor| vendor == provider)
        || Catalog::builtin().providers().any(|vendor| vendor == provider);
    if is_vendor || registry.names().any(|known| known == provider) {
        return None;
    }
    let error = registry.provider(provider, &ProviderOptions::new(&|_| None)).err()?;
    let SelectionError::UnknownProvider { nearest, .. } = error else { return None };
    let hint = match nearest.is_empty() {
        true => String::new(),
        false => format!("; did you mean {}?", nearest.join(", ")),
    };
    Some(format!("[models.\"{name}\"] in the settings: no provider is named `{provider}`{hint}"))
}

/// The file's name and content; `None` if nobody named one and there is none at its usual place.
fn text(args: &ConfigArgs, env: Env<'_>) -> Result<Option<(PathBuf, String)>, UsageError> {
    let set = |name: &str| env(name).filter(|value| !value.trim().is_empty()).map(PathBuf::from);
    let named = args.file.clone().or_else(|| set(VARIABLE));
    let is_named = named.is_some();
    let Some(path) = named.or_else(|| usual_place(set)) else { return Ok(None) };
    match read(&path) {
        Ok(Ok(text)) => Ok(Some((path, text))),
        Ok(Err(problem)) => Err(UsageError::ConfigFile { path, problem }),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !is_named => Ok(None),
        Err(source) => Err(UsageError::ConfigUnreadable { path, source }),
    }
}

/// `$XDG_CONFIG_HOME/ziggurat/ziggurat.toml`, or the same below `~/.config` (`%APPDATA%` on Windows).
fn usual_place(set: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    // The specification has relative paths ignored.
    let xdg = set("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    let windows = || set("APPDATA").filter(|_| cfg!(windows));
    let home = || set("HOME").map(|home| home.join(".config"));
    Some(xdg.or_else(windows).or_else(home)?.join(PLACE.iter().collect::<PathBuf>()))
}

fn read(path: &Path) -> io::Result<Result<String, String>> {
    let Some(bytes) = bounded::read(File::open(path)?, LARGEST)? else {
        return Ok(Err(format!("it is larger than {} MiB", LARGEST / MIB)));
    };
    Ok(String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned()))
}

/// What is wrong, in which line and in which row. What was written there is left out: it may be a secret in a
/// wrong place.
fn located(error: &toml::de::Error, text: &str) -> String {
    let message = unquoted(error.message());
    let place = match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("line {}: ", before.matches('\n').count() + 1),
        None => String::new(),
    };
    match refused_row(error, text) {
        Some(row) => format!("{place}provider `{row}`: {message}"),
        None => format!("{place}{message}"),
    }
}

/// The provider whose row is refused with this error.
fn refused_row(error: &toml::de::Error, text: &str) -> Option<String> {
    let file: toml::Table = toml::from_str(text).ok()?;
    let rows = file.get("providers")?.as_table()?;
    let is_it = |row: &toml::Value| {
        Dialect::deserialize(row.clone()).is_err_and(|own| own.message() == error.message())
    };
    let mut refused = rows.iter().filter(|(_, row)| is_it(row)).map(|(name, _)| name.clone());
    // Of two rows with the same slip, the line tells which.
    refused.next().filter(|_| refused.next().is_none())
}

/// Serde's message without the value or the key that it repeats.
fn unquoted(message: &str) -> String {
    let kinds = ["invalid type", "invalid value", "unknown variant", "unknown field"];
    let kind = kinds.into_iter().find(|kind| message.starts_with(kind));
    match kind.zip(message.rsplit_once(", expected ")) {
        Some((kind, (_, expected))) => format!("{kind}: expected {expected}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(pairs: &[(&str, &str)]) -> Option<PathBuf> {
        usual_place(|name| {
            pairs.iter().find(|(set, _)| *set == name).map(|(_, value)| PathBuf::from(value))
        })
    }

    #[test]
    fn the_usual_place_is_in_the_user_s_configuration() {
        let home = Path::new("/u/.config/ziggurat/ziggurat.toml");
        let xdg = Path::new("/x/ziggurat/ziggurat.toml");
        assert_eq!(place(&[]), None);
        assert_eq!(place(&[("HOME", "/u")]).as_deref(), Some(home));
        assert_eq!(place(&[("HOME", "/u"), ("XDG_CONFIG_HOME", "/x")]).as_deref(), Some(xdg));
        assert_eq!(place(&[("HOME", "/u"), ("XDG_CONFIG_HOME", "x")]).as_deref(), Some(home));
    }
}
