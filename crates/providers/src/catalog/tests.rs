//! The table as it is, and what may stand over it.

use serde_json::json;
use ziggurat_core::{ModelInfo, Usd};

use super::*;

fn entry(value: serde_json::Value) -> CatalogEntry {
    serde_json::from_value(value).unwrap()
}

fn per_million(price: Usd) -> String {
    (price * 1_000_000).to_string()
}

#[test]
fn the_whole_table_is_read() {
    let catalog = read(BUILTIN).unwrap();
    assert!(catalog.len() >= 250, "{}", catalog.len());
    assert_eq!(*Catalog::builtin(), catalog);
    for (provider, model, entry) in catalog.iter() {
        let name = format!("{provider}/{model}");
        assert_ne!(entry.max_input_tokens, Some(0), "{name}");
        assert_ne!(entry.max_output_tokens, Some(0), "{name}");
        // A rate of zero beside others that are not was not stated by anybody.
        if let Some(price) = entry.price.filter(|price| !price.is_free()) {
            let rates = [Some(price.rates.input), Some(price.rates.output)];
            let cache = [price.rates.cached_input, price.rates.cache_write];
            assert!(!rates.iter().chain(&cache).any(|rate| *rate == Some(Usd::ZERO)), "{name}");
        }
    }
}

#[test]
fn prices_limits_and_abilities_are_those_of_the_source() {
    let catalog = Catalog::builtin();
    let haiku = catalog.find("anthropic", "claude-haiku-4-5").unwrap();
    let price = haiku.price.unwrap();
    assert_eq!(per_million(price.rates.input), "1");
    assert_eq!(per_million(price.rates.cached_input.unwrap()), "0.1");
    assert_eq!(per_million(price.rates.cache_write.unwrap()), "1.25");
    assert_eq!((price.rates.cache_write_1h, price.long_context), (None, None));
    assert_eq!((haiku.max_input_tokens, haiku.max_output_tokens), (Some(200_000), Some(64_000)));
    assert_eq!(
        (haiku.tools, haiku.vision, haiku.json_schema),
        (Some(true), Some(true), Some(true))
    );
    assert_eq!((haiku.reasoning, haiku.temperature), (Some(true), Some(true)));
    let gemini = catalog.find("gemini", "gemini-2.5-pro").unwrap().price.unwrap();
    let long = gemini.long_context.unwrap();
    assert_eq!((long.above, per_million(long.rates.input)), (200_000, "2.5".to_owned()));
    assert_eq!((per_million(long.rates.output), long.rates.cached_input), ("15".to_owned(), None));
}

#[test]
fn what_is_not_stated_is_unknown() {
    let catalog = Catalog::builtin();
    assert_eq!(catalog.find("openai", "gpt-9"), None);
    assert_eq!(catalog.find("nobody", "gpt-5"), None);
    // An Azure router charges for the model behind it as well.
    assert_eq!(catalog.find("azure", "model-router").unwrap().price, None);
    // Not listed as an ability, and not denied either.
    assert_eq!(catalog.find("cerebras", "llama-3.3-70b").unwrap().json_schema, None);
    assert_eq!(catalog.find("openai", "gpt-5.4-pro").unwrap().json_schema, Some(false));
}

#[test]
fn snapshots_find_their_model_and_one_that_differs_its_own_row() {
    let catalog = Catalog::builtin();
    let same = |provider: &str, snapshot: &str, model: &str| {
        let found = catalog.find(provider, snapshot);
        assert!(found.is_some(), "{snapshot}");
        assert_eq!(found, catalog.find(provider, model));
    };
    same("openai", "gpt-5.4-mini-2026-03-17", "gpt-5.4-mini");
    same("gemini", "models/gemini-2.5-pro", "gemini-2.5-pro");
    let input = |provider: &str, model: &str| {
        per_million(catalog.find(provider, model).unwrap().price.unwrap().rates.input)
    };
    assert_eq!(input("anthropic", "claude-haiku-4-5-20251001"), "1");
    assert_eq!(input("openai", "gpt-4o-2024-08-06"), "2.5");
    for provider in ["openai", "azure"] {
        assert_eq!(input(provider, "gpt-4o-2024-05-13"), "5");
    }
    assert_eq!(catalog.find("openai", "gpt-4o-latest"), None);
}

#[test]
fn entries_go_over_the_table_field_by_field_and_prices_as_a_whole() {
    let one = |value| [("openai/gpt-5.4-mini", entry(value))];
    let catalog = Catalog::builtin();
    let before = catalog.find("openai", "gpt-5.4-mini").unwrap();
    let smaller = catalog.with_entries(one(json!({"max_output_tokens": 1000}))).unwrap();
    let after = smaller.find("openai", "gpt-5.4-mini-2026-03-17").unwrap();
    assert_eq!(after.max_output_tokens, Some(1000));
    assert_eq!((after.price, after.tools), (before.price, before.tools));
    assert_eq!(after.price_agrees, Some(true));
    let price = json!({"usd_per_million": {"input": "9", "output": "9"}});
    let dearer = catalog.with_entries(one(price)).unwrap();
    let after = dearer.find("openai", "gpt-5.4-mini").unwrap();
    assert_eq!(after.price.unwrap().rates.cached_input, None, "no old rate beside new ones");
    assert_eq!((after.price_agrees, after.tools), (None, before.tools));
    assert_eq!(dearer.len(), catalog.len());
}

#[test]
fn an_entry_for_a_snapshot_keeps_what_is_known_of_the_model() {
    let name = "openai/gpt-5.4-mini-2026-03-17";
    let catalog = Catalog::builtin();
    let entries = [(name, entry(json!({"max_output_tokens": 1000})))];
    let catalog = catalog.with_entries(entries).unwrap();
    let snapshot = catalog.find("openai", "gpt-5.4-mini-2026-03-17").unwrap();
    assert_eq!(snapshot.max_output_tokens, Some(1000));
    assert!(snapshot.price.is_some());
}

#[test]
fn a_name_without_a_model_is_refused() {
    for name in ["openai", "openai/", "", "/gpt", "open ai/gpt"] {
        let entries = [(name, CatalogEntry::default())];
        let refused = Catalog::empty().with_entries(entries).unwrap_err();
        assert_eq!(refused, CatalogError { name: name.to_owned() });
    }
}

#[test]
fn a_slip_in_an_entry_is_refused() {
    let slip = serde_json::from_value::<CatalogEntry>(json!({"max_tokens": 5}));
    assert!(slip.unwrap_err().to_string().contains("unknown field `max_tokens`"));
}

#[test]
fn figures_and_abilities_are_told_apart() {
    let catalog = Catalog::builtin();
    let model = catalog.find("openai", "gpt-5.4-mini").unwrap();
    let mut info = ModelInfo::unknown("openai", "gpt-5.4-mini");
    info.json_schema = Some(false);
    model.tell_figures(&mut info);
    assert_eq!((info.max_output_tokens, info.price), (model.max_output_tokens, model.price));
    assert_eq!((info.json_schema, info.tools, info.temperature), (Some(false), None, None));
    model.tell_abilities(&mut info);
    assert_eq!((info.json_schema, info.tools), (Some(true), Some(true)));
    assert_eq!(info.temperature, Some(false));
}
