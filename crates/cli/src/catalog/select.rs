//! Which models are listed, and under which provider's name.

use ziggurat::Usd;
use ziggurat::providers::{Catalog, CatalogEntry, ProviderOptions, Registry};

use super::{ModelsArgs, Offer};
use crate::error::UsageError;

/// How a provider is called that reaches another one's models by OpenAI's Responses API.
const RESPONSES: &str = "-responses";

/// The models that the arguments select, sorted by name.
pub(super) fn offers<'a>(
    args: &ModelsArgs,
    registry: &Registry,
    catalog: &'a Catalog,
) -> Result<Vec<Offer<'a>>, UsageError> {
    let served = |provider: &str| registry.names().any(|name| name == provider);
    if let Some(provider) = &args.provider {
        check(provider, served(provider), args, registry, catalog)?;
    }
    let asked = args.provider.as_deref();
    let mut offers: Vec<_> = catalog
        .iter()
        .filter(|(provider, ..)| asked.is_none_or(|asked| sells(asked, provider)))
        .map(|(vendor, model, entry)| {
            let provider = asked.map_or_else(|| reached_by(vendor, entry, &served), str::to_owned);
            let speaks = entry.responses_only != Some(true) || provider.ends_with(RESPONSES);
            let served = speaks && served(&provider);
            Offer { provider, model, entry, served }
        })
        .filter(|offer| (offer.served || args.all) && matches(offer, args))
        .collect();
    offers.sort_by(|a, b| (&a.provider, a.model).cmp(&(&b.provider, b.model)));
    Ok(offers)
}

/// Whether there can be anything to list of this provider.
fn check(
    provider: &str,
    served: bool,
    args: &ModelsArgs,
    registry: &Registry,
    catalog: &Catalog,
) -> Result<(), UsageError> {
    let known = catalog.providers().any(|name| name == provider);
    match (served, known) {
        (false, true) if !args.all => Err(UsageError::NotServed { provider: provider.to_owned() }),
        (false, false) => {
            // It is not there, which the registry says best.
            registry.provider(provider, &ProviderOptions::new(&|_| None))?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether the provider that was asked for has this model of the catalogue.
fn sells(asked: &str, provider: &str) -> bool {
    asked == provider || asked.strip_suffix(RESPONSES) == Some(provider)
}

/// The provider by which one reaches a model.
fn reached_by(vendor: &str, entry: &CatalogEntry, served: &dyn Fn(&str) -> bool) -> String {
    let responses = format!("{vendor}{RESPONSES}");
    match entry.responses_only {
        Some(true) if served(&responses) => responses,
        _ => vendor.to_owned(),
    }
}

fn matches(offer: &Offer<'_>, args: &ModelsArgs) -> bool {
    let entry = offer.entry;
    let has = |wanted: bool, ability: Option<bool>| !wanted || ability == Some(true);
    let named = |filter: &String| {
        let name = format!("{}/{}", offer.provider, offer.model).to_lowercase();
        name.contains(&filter.to_lowercase())
    };
    args.filter.as_ref().is_none_or(named)
        && has(args.tools, entry.tools)
        && has(args.vision, entry.vision)
        && has(args.json_schema, entry.json_schema)
        && has(args.reasoning, entry.reasoning)
        && args.max_input_price.is_none_or(|most| costs_at_most(entry, most))
}

fn costs_at_most(entry: &CatalogEntry, most: Usd) -> bool {
    entry.price.is_some_and(|price| price.rates.input * 1_000_000 <= most)
}
