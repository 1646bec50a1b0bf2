//! What a run used and cost: exact, whole, and unknown where it is not known.

use std::sync::Arc;

use ziggurat::core::Price;
use ziggurat::{ErrorKind, Usage, Usd};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::support::{node, run, workers};

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

fn priced(provider: ScriptedProvider) -> Arc<ScriptedProvider> {
    let price = Price::per_token(usd("0.00000015"), usd("0.0000006"));
    Arc::new(provider.with_info(move |info| info.price = Some(price)))
}

fn answer() -> Turn {
    Turn::text("done").with_usage(Usage::new(1_000, 101))
}

#[tokio::test(start_paused = true)]
async fn every_call_is_counted_once_and_exactly() {
    let provider = priced(ScriptedProvider::new().otherwise(answer()));
    let (result, _) = run(workers(&provider, 10)).await;
    assert_eq!(result.usage, Usage::new(13_000, 13 * 101));
    // 13 x (1000 x 0.15e-6 + 101 x 0.6e-6)
    assert_eq!(result.cost.total(), Some(usd("0.0027378")));
}

#[tokio::test(start_paused = true)]
async fn the_calls_of_a_retry_count_both() {
    let empty = Turn::empty().with_usage(Usage::new(1_000, 1));
    let provider =
        priced(ScriptedProvider::new().otherwise(answer()).when_node("W1", [empty, answer()]));
    let (result, _) = run(workers(&provider, 1)).await;
    assert_eq!(result.usage, Usage::new(2_000, 102));
    assert_eq!(node(&result, "W1").usage, result.usage);
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_costs_nothing_and_a_broken_one_nobody_knows_what() {
    for (kind, tokens) in [(ErrorKind::RateLimit, Some(4_000)), (ErrorKind::Interrupted, None)] {
        let fault = Turn::error(kind, "no");
        let provider = ScriptedProvider::new().otherwise(answer()).when_node("W2", [fault]);
        let (result, _) = run(workers(&priced(provider), 4)).await;
        let expected = tokens.map(|_| 3_000);
        assert_eq!(result.usage.input_tokens, expected, "{kind}");
        assert_eq!(result.cost.total().is_some(), tokens.is_some(), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_cut_off_has_an_unknown_cost() {
    let provider = ScriptedProvider::new().otherwise(answer()).when_node("W2", [Turn::hang()]);
    let (result, _) = run(workers(&priced(provider), 4)).await;
    assert_eq!((result.usage.input_tokens, result.cost.total()), (None, None));
    assert_eq!(result.cost.unknown_calls, 1);
    assert_eq!(result.cost.known, usd("0.0006318"), "three known calls");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_price_makes_the_cost_unknown() {
    let provider = Arc::new(ScriptedProvider::new().otherwise(answer()));
    let (result, _) = run(workers(&provider, 2)).await;
    assert_eq!((result.usage, result.cost.total()), (Usage::new(2_000, 202), None));
}
