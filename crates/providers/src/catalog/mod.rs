//! What is known of models by their names: limits, list prices and abilities of some 250 models, from a
//! table that is part of this crate, under entries of one's own. It needs no feature and no network.
//!
//! What the table does not say is unknown. A price is never guessed from a similar name, because a wrong
//! one is worse than none: a budget would trust it.

mod entry;
mod per_million;
mod snapshot;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use ziggurat_core::ModelName;

pub use entry::CatalogEntry;

/// The table; see `cargo xtask catalog`.
const BUILTIN: &str = include_str!("models.json");

/// Models by provider and name.
///
/// ```
/// use ziggurat_core::Usage;
/// use ziggurat_providers::Catalog;
///
/// let catalog = Catalog::builtin();
/// let model = catalog.find("anthropic", "claude-haiku-4-5").unwrap();
/// assert_eq!(model.max_output_tokens, Some(64_000));
/// let cost = model.price.unwrap().of(&Usage::new(10_000, 1_000));
/// assert_eq!(cost, Some("0.015".parse()?)); // at $1 and $5 per million tokens
/// assert!(catalog.find("anthropic", "claude-haiku-9").is_none());
/// # Ok::<(), ziggurat_core::ParseUsdError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    providers: BTreeMap<String, BTreeMap<String, CatalogEntry>>,
}

/// A name under which no model can be entered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` names no model: write \"PROVIDER/MODEL\"")]
pub struct CatalogError {
    /// The name.
    pub name: String,
}

#[derive(Deserialize)]
struct Table {
    models: BTreeMap<String, CatalogEntry>,
}

impl Catalog {
    /// The table of this crate, read at the first use and shared from then on.
    pub fn builtin() -> Arc<Self> {
        static SHARED: LazyLock<Arc<Catalog>> = LazyLock::new(|| {
            // A test reads the whole table, so this cannot fail; if it did, nothing would be known.
            Arc::new(read(BUILTIN).unwrap_or_default())
        });
        Arc::clone(&SHARED)
    }

    /// A catalogue without models.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The same catalogue with these entries over it, by `provider/model`. What an entry leaves out stays
    /// as it was; a price is replaced as a whole.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use ziggurat_providers::{Catalog, CatalogEntry};
    ///
    /// let entries: BTreeMap<String, CatalogEntry> = serde_json::from_str(
    ///     r#"{"mistral/my-tune": {"max_input_tokens": 32000,
    ///                             "usd_per_million": {"input": "0.40", "output": "2"}}}"#,
    /// )?;
    /// let catalog = Catalog::builtin().with_entries(entries)?;
    /// assert_eq!(catalog.find("mistral", "my-tune").unwrap().max_input_tokens, Some(32_000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CatalogError`] if a name is not `provider/model`.
    pub fn with_entries<N: AsRef<str>>(
        &self,
        entries: impl IntoIterator<Item = (N, CatalogEntry)>,
    ) -> Result<Self, CatalogError> {
        let mut catalog = self.clone();
        for (name, entry) in entries {
            let (provider, model) = split(name.as_ref())?;
            // Also over what is known by another of its names, or a snapshot would lose it.
            let before = catalog.find(&provider, &model).cloned().unwrap_or_default();
            catalog.insert(provider, model, entry.over(before));
        }
        Ok(catalog)
    }

    /// What is known of a provider's model. A name that is not listed is looked up again without what
    /// provably does not change the model:
    ///
    /// - the date of a snapshot, where the provider's names end with one: `gpt-5.4-mini-2026-03-17`
    ///   (OpenAI, Azure), `claude-haiku-4-5-20251001` (Anthropic);
    /// - `models/` before a name of Gemini's.
    ///
    /// A snapshot whose price was another has an entry of its own.
    pub fn find(&self, provider: &str, model: &str) -> Option<&CatalogEntry> {
        let models = self.providers.get(provider)?;
        models.get(model).or_else(|| models.get(snapshot::alias(provider, model)?))
    }

    /// All models, sorted by provider and name: the provider, the name, and what is known.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &CatalogEntry)> {
        self.providers.iter().flat_map(|(provider, models)| {
            models.iter().map(move |(model, entry)| (provider.as_str(), model.as_str(), entry))
        })
    }

    /// The providers that have models here, sorted.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        self.providers.keys().map(String::as_str)
    }

    /// How many models there are.
    pub fn len(&self) -> usize {
        self.providers.values().map(BTreeMap::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.providers.is_empty()
    }

    fn insert(&mut self, provider: String, model: String, entry: CatalogEntry) {
        self.providers.entry(provider).or_default().insert(model, entry);
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog").field("models", &self.len()).finish_non_exhaustive()
    }
}

fn read(table: &str) -> Result<Catalog, Box<dyn std::error::Error>> {
    let table: Table = serde_json::from_str(table)?;
    let mut catalog = Catalog::empty();
    for (name, entry) in table.models {
        let (provider, model) = split(&name)?;
        catalog.insert(provider, model, entry);
    }
    Ok(catalog)
}

fn split(name: &str) -> Result<(String, String), CatalogError> {
    match name.parse() {
        Ok(ModelName { provider, model: Some(model) }) => Ok((provider, model)),
        _ => Err(CatalogError { name: name.to_owned() }),
    }
}

#[cfg(test)]
mod tests;
