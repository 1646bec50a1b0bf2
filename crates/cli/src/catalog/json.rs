//! The list for programs: an array with one model a line. What is not known is null; prices are decimal
//! text, because most readers of JSON make floats of its numbers.

use serde::Serialize;
use ziggurat::Usd;
use ziggurat::core::{LongContext, Price, Rates};
use ziggurat::providers::CatalogEntry;

use super::Offer;

#[derive(Serialize)]
struct Model<'a> {
    name: String,
    provider: &'a str,
    model: &'a str,
    served: bool,
    context_tokens: Option<u64>,
    max_input_tokens: Option<u64>,
    max_output_tokens: Option<u64>,
    usd_per_million: Option<Prices>,
    tools: Option<bool>,
    vision: Option<bool>,
    json_schema: Option<bool>,
    reasoning: Option<bool>,
    temperature: Option<bool>,
    responses_only: bool,
    deprecation_date: Option<&'a str>,
    price_agrees: Option<bool>,
}

#[derive(Serialize)]
struct Prices {
    #[serde(flatten)]
    usual: PerMillion,
    long_context: Option<Long>,
}

#[derive(Serialize)]
struct Long {
    above: u64,
    #[serde(flatten)]
    rates: PerMillion,
}

#[derive(Serialize)]
struct PerMillion {
    input: Usd,
    output: Usd,
    cached_input: Option<Usd>,
    cache_write: Option<Usd>,
    cache_write_1h: Option<Usd>,
}

/// The array.
pub(super) fn render(offers: &[Offer<'_>]) -> Result<String, serde_json::Error> {
    let models: Result<Vec<_>, _> =
        offers.iter().map(|offer| serde_json::to_string(&model(offer))).collect();
    let models = models?;
    Ok(match models.is_empty() {
        true => "[]\n".to_owned(),
        false => format!("[\n{}\n]\n", models.join(",\n")),
    })
}

fn model<'a>(offer: &'a Offer<'_>) -> Model<'a> {
    let entry: &CatalogEntry = offer.entry;
    Model {
        name: format!("{}/{}", offer.provider, offer.model),
        provider: &offer.provider,
        model: offer.model,
        served: offer.served,
        context_tokens: entry.context_tokens,
        max_input_tokens: entry.max_input_tokens,
        max_output_tokens: entry.max_output_tokens,
        usd_per_million: entry.price.as_ref().map(prices),
        tools: entry.tools,
        vision: entry.vision,
        json_schema: entry.json_schema,
        reasoning: entry.reasoning,
        temperature: entry.temperature,
        responses_only: entry.responses_only == Some(true),
        deprecation_date: entry.deprecation_date.as_deref(),
        price_agrees: entry.price_agrees,
    }
}

fn prices(price: &Price) -> Prices {
    let long = |long: LongContext| Long { above: long.above, rates: per_million(&long.rates) };
    Prices { usual: per_million(&price.rates), long_context: price.long_context.map(long) }
}

fn per_million(rates: &Rates) -> PerMillion {
    let million = |rate: Usd| rate * 1_000_000;
    PerMillion {
        input: million(rates.input),
        output: million(rates.output),
        cached_input: rates.cached_input.map(million),
        cache_write: rates.cache_write.map(million),
        cache_write_1h: rates.cache_write_1h.map(million),
    }
}
