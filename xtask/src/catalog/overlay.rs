//! What the recorded table lacks or has wrong, kept by hand with the reason for each.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Rows;
use super::row::{LongContext, Row};
use crate::error::Error;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Overlay {
    /// The table's names of providers and ours, where they differ.
    providers: BTreeMap<String, String>,
    set: Vec<Set>,
    add: BTreeMap<String, Row>,
}

/// Facts about some models of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    models: Vec<String>,
    #[serde(default)]
    unset: Vec<Unset>,
    tools: Option<bool>,
    vision: Option<bool>,
    json_schema: Option<bool>,
    reasoning: Option<bool>,
    temperature: Option<bool>,
    long_context: Option<LongContext>,
}

/// What is not to be believed.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unset {
    Price,
    CacheWrite,
    Limits,
}

impl Overlay {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| Error::Found(format!("overlay.toml: {error}")))
    }

    pub(super) fn provider<'a>(&'a self, name: &'a str) -> &'a str {
        self.providers.get(name).map_or(name, String::as_str)
    }

    /// Lays it over the rows. A model that is not there (any more), or one to add that is, is an error:
    /// an overlay that nobody looks at grows wrong.
    pub(super) fn apply(self, rows: &mut Rows) -> Result<(), Error> {
        for set in &self.set {
            for name in &set.models {
                let row = rows.get_mut(name).ok_or_else(|| stale(name, "is not in the table"))?;
                set.apply(row).map_err(|problem| stale(name, problem))?;
            }
        }
        for (name, row) in self.add {
            if rows.insert(name.clone(), row).is_some() {
                return Err(stale(&name, "is in the table by now"));
            }
        }
        Ok(())
    }
}

impl Set {
    fn apply(&self, row: &mut Row) -> Result<(), &'static str> {
        for unset in &self.unset {
            match unset {
                Unset::Price => row.usd_per_million = None,
                Unset::CacheWrite => {
                    let prices = row.usd_per_million.as_mut().ok_or("has no price")?;
                    prices.cache_write.take().ok_or("has no price to write into a cache")?;
                }
                Unset::Limits => (row.max_input_tokens, row.max_output_tokens) = (None, None),
            }
        }
        row.tools = self.tools.or(row.tools);
        row.vision = self.vision.or(row.vision);
        row.json_schema = self.json_schema.or(row.json_schema);
        row.reasoning = self.reasoning.or(row.reasoning);
        row.temperature = self.temperature.or(row.temperature);
        if let Some(long) = &self.long_context {
            let prices = row.usd_per_million.as_mut().ok_or("has no price")?;
            if prices.long_context.replace(long.clone()).is_some() {
                return Err("has rates for long requests in the table by now");
            }
        }
        Ok(())
    }
}

fn stale(name: &str, problem: &str) -> Error {
    Error::Found(format!("overlay.toml: {name} {problem}"))
}
