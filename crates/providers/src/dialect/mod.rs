//! Providers as rows of data: what differs between servers that speak the same API is an address, a
//! variable's name and a few quirks, so none is a type of its own. Ours are in `dialects.toml`; a user's
//! rows are written the same way and go over them field by field.

mod api;
mod endpoint;
mod error;
mod known_keys;
mod provider;
mod row;
mod takes;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

pub use api::Api;
pub(crate) use api::build;
pub use endpoint::Endpoint;
pub use error::DialectError;
pub use provider::Dialect;

/// The file of our rows, which is what a user's file may look like.
#[derive(Default, Deserialize)]
struct File {
    providers: BTreeMap<String, Dialect>,
}

/// The rows of this crate, by name.
pub(crate) fn builtin() -> &'static BTreeMap<String, Dialect> {
    static FILE: LazyLock<File> = LazyLock::new(|| {
        // A test reads it first: there is nobody here to whom a slip in it could be told.
        toml::from_str(include_str!("dialects.toml")).unwrap_or_default()
    });
    &FILE.providers
}

/// The local servers that are looked for when nothing is configured, in order: name and the address of
/// their list of models, which each of them has in OpenAI's shape below `/v1`.
pub(crate) fn local_servers() -> impl Iterator<Item = (&'static str, String)> {
    ["ollama", "llamacpp", "lmstudio"].into_iter().filter_map(|name| {
        let base_url = builtin().get(name)?.written_base_url();
        Some((name, format!("{}/v1", root(base_url))))
    })
}

/// An address without the `/v1` at its end, if it has one.
pub(crate) fn root(base_url: &str) -> &str {
    let bare = base_url.trim().trim_end_matches('/');
    bare.strip_suffix("/v1").unwrap_or(bare)
}

#[cfg(test)]
mod tests;
