//! What recorded kinds of usage cost at the catalogue's prices, against figures that were computed apart from
//! it: by hand from the published prices, in decimal arithmetic.

use ziggurat_core::{Cost, Usage, Usd};
use ziggurat_providers::Catalog;

/// Provider and model; tokens read, written, and of these from the cache, into the cache, reasoning; dollars.
type Row = (&'static str, &'static str, [u64; 5], &'static str);

#[rustfmt::skip]
const ROWS: [Row; 24] = [
    ("openai", "gpt-5.4-mini", [1234, 567, 1024, 0, 320], "0.0027858"),
    ("openai", "gpt-4o", [999, 333, 0, 0, 0], "0.0058275"),
    ("openai", "o3", [150001, 25007, 131072, 0, 20480], "0.30345"),
    ("openai", "gpt-5.6-sol", [200000, 4096, 65536, 100000, 2048], "0.7459904"),
    ("openai", "gpt-5.4", [272001, 1000, 200000, 0, 640], "0.482505"),
    ("anthropic", "claude-haiku-4-5", [12345, 678, 4096, 2048, 128], "0.0125606"),
    ("anthropic", "claude-opus-4-8", [190000, 64000, 150000, 30000, 50000], "1.9125"),
    ("anthropic", "claude-sonnet-5", [3, 1, 0, 0, 0], "0.000016"),
    ("anthropic", "claude-haiku-5-5", [100001, 2000, 40000, 60000, 500], "0.0445005"),
    ("gemini", "gemini-2.5-pro", [200000, 8192, 123456, 0, 4096], "0.193032"),
    ("gemini", "gemini-2.5-pro", [200001, 8192, 0, 0, 4096], "0.6228825"),
    ("gemini", "gemini-2.5-flash-lite", [1048576, 65536, 1000000, 0, 0], "0.041072"),
    ("mistral", "mistral-large-latest", [7777, 3333, 1111, 0, 0], "0.00838805"),
    ("deepseek", "deepseek-v4-flash", [500000, 20000, 499968, 0, 15000], "0.027009408"),
    ("xai", "grok-4.3", [350000, 12345, 0, 0, 10000], "0.936725"),
    ("groq", "openai/gpt-oss-20b", [4321, 1234, 1280, 0, 512], "0.000646275"),
    ("together", "zai-org/GLM-5.2", [65432, 2345, 32768, 0, 1024], "0.06456728"),
    ("fireworks", "accounts/fireworks/models/gpt-oss-20b", [10007, 503, 2003, 0, 0], "0.000781285"),
    ("cerebras", "gpt-oss-120b", [98765, 4321, 0, 0, 4000], "0.0378085"),
    ("perplexity", "sonar-pro", [2500, 800, 0, 0, 0], "0.0195"),
    ("moonshot", "kimi-k3", [1000003, 100003, 900001, 0, 90001], "2.0700513"),
    ("dashscope", "qwen3.7-max", [123457, 7919, 50021, 20011, 5003], "0.280499875"),
    ("minimax", "MiniMax-M2.5", [31337, 2718, 10007, 5003, 1009], "0.010336035"),
    ("zai", "glm-5.1", [77777, 4444, 33333, 0, 2222], "0.09044178"),
];

/// The sum of them all.
const TOTAL: &str = "7.913877088";

fn usage([input, output, cached, written, reasoning]: [u64; 5]) -> Usage {
    let mut usage = Usage::new(input, output);
    usage.cached_input_tokens = Some(cached);
    usage.cache_write_tokens = Some(written);
    usage.reasoning_tokens = Some(reasoning);
    usage
}

fn cost((provider, model, tokens, _): &Row) -> Option<Usd> {
    Catalog::builtin().find(provider, model)?.price?.of(&usage(*tokens))
}

#[test]
fn each_costs_exactly_what_was_computed_by_hand() {
    for row @ (provider, model, tokens, dollars) in &ROWS {
        let cost = cost(row).map(|cost| cost.to_string());
        assert_eq!(cost.as_deref(), Some(*dollars), "{provider}/{model} {tokens:?}");
    }
}

#[test]
fn sums_are_exact_in_any_order() {
    let sum = |rows: &mut dyn Iterator<Item = &Row>| {
        rows.fold(Cost::ZERO, |sum, row| sum + cost(row).map_or(Cost::UNKNOWN, Cost::known))
    };
    let total = Some(TOTAL.parse().unwrap());
    assert_eq!(sum(&mut ROWS.iter()).total(), total);
    assert_eq!(sum(&mut ROWS.iter().rev()).total(), total);
}

#[test]
fn a_snapshot_costs_what_its_model_costs() {
    let tokens = [1234, 567, 1024, 0, 320];
    let snapshot = ("openai", "gpt-5.4-mini-2026-03-17", tokens, "");
    assert_eq!(cost(&snapshot), cost(&ROWS[0]));
}

#[test]
fn what_is_not_stated_makes_the_cost_unknown() {
    let none =
        |provider, model, tokens| assert_eq!(cost(&(provider, model, tokens, "")), None, "{model}");
    none("openai", "gpt-unheard-of", [10, 10, 0, 0, 0]);
    // The rate of a cached token in a long request is not stated, nor that of a token written.
    none("gemini", "gemini-2.5-pro", [200_001, 10, 1, 0, 0]);
    none("openai", "gpt-4o", [1000, 10, 0, 1, 0]);
    let haiku = Catalog::builtin().find("anthropic", "claude-haiku-4-5").unwrap().price.unwrap();
    let mut hourly = usage([1000, 10, 0, 500, 0]);
    assert!(haiku.of(&hourly).is_some());
    hourly.cache_write_1h_tokens = Some(1);
    assert_eq!(haiku.of(&hourly), None);
}
