//! The recorded table, with its prices as they are written.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::decimal;
use super::row::{LongContext, Prices, Row};
use crate::error::Error;

/// The bound that is part of the names of the table's fields.
const LONG: u64 = 200_000;

#[derive(Deserialize)]
pub(super) struct Source<'a> {
    #[serde(borrow)]
    pub(super) sources: Vec<Origin<'a>>,
    pub(super) models: Vec<Model<'a>>,
}

/// Where the table is from.
#[derive(Deserialize)]
pub(super) struct Origin<'a> {
    name: &'a str,
    package: &'a str,
    licence: &'a str,
}

#[derive(Deserialize)]
pub(super) struct Model<'a> {
    pub(super) id: &'a str,
    pub(super) provider: &'a str,
    mode: &'a str,
    max_input_tokens: Option<u64>,
    max_output_tokens: Option<u64>,
    #[serde(borrow)]
    input_per_mtok: Option<&'a RawValue>,
    output_per_mtok: Option<&'a RawValue>,
    cached_input_per_mtok: Option<&'a RawValue>,
    cache_write_per_mtok: Option<&'a RawValue>,
    input_per_mtok_above_200k: Option<&'a RawValue>,
    output_per_mtok_above_200k: Option<&'a RawValue>,
    tools: Option<bool>,
    vision: Option<bool>,
    json_schema: Option<bool>,
    reasoning: Option<bool>,
    deprecation_date: Option<String>,
    price_agrees: Option<bool>,
}

impl<'a> Source<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Error> {
        serde_json::from_str(text)
            .map_err(|error| Error::Found(format!("{}: {error}", super::TABLE)))
    }
}

impl Origin<'_> {
    /// The whole notice is in the crate's README.
    pub(super) fn describe(&self) -> String {
        let Self { name, package, licence } = self;
        format!("{name} ({package}, {licence}, Copyright (c) 2023 Berri AI)")
    }
}

impl Model<'_> {
    pub(super) fn row(&self) -> Result<Row, String> {
        Ok(Row {
            max_input_tokens: self.max_input_tokens,
            max_output_tokens: self.max_output_tokens,
            usd_per_million: self.prices()?,
            tools: stated(self.tools),
            vision: stated(self.vision),
            json_schema: stated(self.json_schema),
            reasoning: stated(self.reasoning),
            temperature: None,
            responses_only: (self.mode == "responses").then_some(true),
            deprecation_date: self.deprecation_date.clone(),
            price_agrees: self.price_agrees,
        })
    }

    /// None at all unless both the price to read and the price to write are there.
    fn prices(&self) -> Result<Option<Prices>, String> {
        let (Some(input), Some(output)) =
            (price(self.input_per_mtok)?, price(self.output_per_mtok)?)
        else {
            return Ok(None);
        };
        Ok(Some(Prices {
            input,
            output,
            cached_input: price(self.cached_input_per_mtok)?,
            cache_write: price(self.cache_write_per_mtok)?,
            long_context: self.long_context()?,
        }))
    }

    fn long_context(&self) -> Result<Option<LongContext>, String> {
        let input = price(self.input_per_mtok_above_200k)?;
        let output = price(self.output_per_mtok_above_200k)?;
        match (input, output) {
            (Some(input), Some(output)) => {
                Ok(Some(LongContext { above: LONG, input, output, ..LongContext::default() }))
            }
            (None, None) => Ok(None),
            _ => Err("half a price for long requests".to_owned()),
        }
    }
}

/// The table says `false` where its origin says nothing as well: of its 230 denials 22 are in the origin,
/// and they stand in the overlay. So only what it affirms is stated.
fn stated(ability: Option<bool>) -> Option<bool> {
    ability.filter(|affirmed| *affirmed)
}

fn price(number: Option<&RawValue>) -> Result<Option<String>, String> {
    let Some(number) = number else { return Ok(None) };
    let decimal = decimal::plain(number.get()).filter(|decimal| decimal::is_price(decimal));
    decimal.map(Some).ok_or_else(|| format!("{number} is no price per million tokens"))
}
