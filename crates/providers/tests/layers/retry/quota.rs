//! What all calls of a layer share.

use std::sync::{Arc, Mutex};

use futures::{StreamExt, stream};
use ziggurat_core::{CallContext, ErrorKind, Provider};
use ziggurat_providers::layers::RetryLayer;
use ziggurat_testkit::{ScriptedProvider, Turn};

use super::{around, ask, busy};

const TASKS: usize = 1_000;

/// How many of a thousand calls are answered, 32 at a time.
async fn answered(provider: &Arc<dyn Provider>) -> usize {
    let call = |_| async { provider.chat(&CallContext::default(), &ask()).await };
    let results = stream::iter(0..TASKS).map(call).buffer_unordered(32);
    results.filter(|result| std::future::ready(result.is_ok())).count().await
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_down_is_spared() {
    let script = ScriptedProvider::new().otherwise(busy());
    assert_eq!(answered(&around(&RetryLayer::new(), &script)).await, 0);
    let retries = script.calls().len() - TASKS;
    assert_eq!(retries, 35, "a full quota of 500 pays 35 retries at 14 each");
}

#[tokio::test(start_paused = true)]
async fn of_a_server_that_fails_one_call_in_ten_nearly_all_is_had() {
    for seed in 0..5 {
        let random = Mutex::new(fastrand::Rng::with_seed(seed));
        let script = ScriptedProvider::new().otherwise_with(move |_| {
            if random.lock().unwrap().u32(0..10) == 0 { busy() } else { Turn::text("fine") }
        });
        let layer = RetryLayer::new().with_seed(seed);
        let answered = answered(&around(&layer, &script)).await;
        let calls = script.calls().len();
        assert!(answered >= TASKS * 99 / 100, "seed {seed}: {answered} of {TASKS}");
        assert!(calls > TASKS && calls <= TASKS * 12 / 10, "seed {seed}: {calls} requests");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_later_costs_the_quota_nothing() {
    let script = ScriptedProvider::new().otherwise(Turn::error(ErrorKind::RateLimit, "later"));
    answered(&around(&RetryLayer::new(), &script)).await;
    assert_eq!(script.calls().len(), 3 * TASKS);
}

#[tokio::test(start_paused = true)]
async fn an_empty_quota_is_told_and_filled_by_calls_that_succeed() {
    let script = ScriptedProvider::new();
    let then = |turns: Vec<Turn>| drop(script.clone().turns(turns));
    let layer = RetryLayer::new();
    let provider = around(&layer, &script);
    // 17 calls of three attempts and one of two: 35 retries.
    then(vec![busy(); 17 * 3 + 2]);
    for _ in 0..18 {
        provider.chat(&CallContext::default(), &ask()).await.unwrap_err();
    }
    then(vec![busy()]);
    let error = around(&layer.clone(), &script).chat(&CallContext::default(), &ask()).await;
    let why = "overloaded (1 attempt; too many calls fail for more, until some succeed again)";
    assert_eq!(error.unwrap_err().message(), why, "a clone shares the quota");

    // 10 are left of 500, so 4 calls that succeed at once pay for one retry, and it brings them back.
    then(vec![Turn::text("fine"); 4]);
    for _ in 0..4 {
        provider.chat(&CallContext::default(), &ask()).await.unwrap();
    }
    for _ in 0..3 {
        then(vec![busy(), Turn::text("fine")]);
        provider.chat(&CallContext::default(), &ask()).await.unwrap();
    }
    script.assert_done();
}
