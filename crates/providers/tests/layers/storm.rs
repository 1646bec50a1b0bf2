//! The storm: two hundred workers at once against a key of 60 requests and 100,000 tokens a minute, through
//! the default layers. None fails, hardly any is refused, and nothing is left unused.

#![allow(clippy::print_stdout, reason = "what was measured is worth reading")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, Layer, Message, Provider, ProviderError, Usage,
};
use ziggurat_providers::layers::{RateLimitLayer, RetryLayer, Stack};
use ziggurat_testkit::{Algorithm, Limits, ScriptedProvider, Turn};

const REQUESTS: u32 = 60;
const TOKENS: u64 = 100_000;
const WORKERS: usize = 200;
const MINUTE: Duration = Duration::from_secs(60);
const MINUTES: u32 = 10;

/// What the workers ask for: which of the limits binds.
#[derive(Debug, Clone, Copy)]
enum Load {
    /// 350 to 650 tokens a call.
    Requests,
    /// 1,500 to 4,500 tokens a call.
    Tokens,
}

#[derive(Debug, Clone, Copy)]
struct Case {
    load: Load,
    algorithm: Algorithm,
    headers: bool,
    configured: bool,
    seed: u64,
}

/// What was seen from the end of the first minute to that of the last.
#[derive(Debug)]
struct Seen {
    failed: usize,
    /// 429s in all that was asked.
    refused: f64,
    /// Of the limit that binds.
    used: f64,
    /// 429s in the first minute.
    first: usize,
}

/// The way to the server: 20 to 120 ms, so that requests arrive in another order and at other distances.
struct Network(ScriptedProvider, Mutex<fastrand::Rng>);

#[async_trait]
impl Provider for Network {
    fn name(&self) -> &str {
        self.0.name()
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let way = self.1.lock().unwrap().u64(20..=120);
        sleep(Duration::from_millis(way)).await;
        self.0.chat(cx, request).await
    }
}

impl Load {
    fn request(self, rng: &mut fastrand::Rng) -> ChatRequest {
        let (input, output) = match self {
            Self::Requests => (100..=200, 500..=1000),
            Self::Tokens => (500..=1500, 2000..=6000),
        };
        let input = "four".repeat(rng.usize(input));
        ChatRequest::new("m", [Message::user(input)]).with_max_tokens(rng.u32(output))
    }

    /// Half of what it may write, after one to four seconds.
    fn answer(request: &ChatRequest) -> Turn {
        let output = u64::from(request.max_tokens.unwrap()) / 2;
        let delay = Duration::from_millis(1000 + output % 3000);
        let usage = Usage::new(request.estimated_input_tokens(), output);
        Turn::text("fine").with_usage(usage).after(delay)
    }
}

fn stack(case: Case, limits: &Limits) -> Arc<dyn Provider> {
    let script = ScriptedProvider::new().otherwise_with(Load::answer).limited(limits.clone());
    let server = Arc::new(Network(script, Mutex::new(fastrand::Rng::with_seed(case.seed))));
    let limiter = RateLimitLayer::new();
    let limiter = match case.configured {
        true => limiter.requests_per_minute(REQUESTS).tokens_per_minute(TOKENS),
        false => limiter,
    };
    let stack = Stack::new().with(limiter).with(RetryLayer::new().with_seed(!case.seed));
    stack.layer(server)
}

async fn storm(case: Case) -> Seen {
    let limits = Limits::per_minute().requests(REQUESTS.into()).tokens(TOKENS);
    let limits = limits.algorithm(case.algorithm).headers(case.headers);
    let provider = stack(case, &limits);
    let start = Instant::now();
    let failed = Arc::new(Mutex::new(0));
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let (provider, failed) = (Arc::clone(&provider), Arc::clone(&failed));
        workers.spawn(async move {
            let mut rng = fastrand::Rng::with_seed(case.seed * 1000 + worker as u64);
            loop {
                let request = case.load.request(&mut rng);
                let result = provider.chat(&CallContext::default(), &request).await;
                *failed.lock().unwrap() += usize::from(result.is_err());
            }
        });
    }
    let counts = || (limits.accepted(), limits.refused(), limits.accepted_tokens());
    sleep_until(start + MINUTE).await;
    let (accepted, first, tokens) = counts();
    sleep_until(start + MINUTE * MINUTES).await;
    let (accepted, refused, tokens) =
        (limits.accepted() - accepted, limits.refused() - first, limits.accepted_tokens() - tokens);
    workers.shutdown().await;
    let minutes = f64::from(MINUTES - 1);
    let used = match case.load {
        Load::Requests => accepted as f64 / (minutes * f64::from(REQUESTS)),
        Load::Tokens => tokens as f64 / (minutes * TOKENS as f64),
    };
    let failed = *failed.lock().unwrap();
    Seen { failed, refused: refused as f64 / (accepted + refused) as f64, used, first }
}

/// Runs a case with as many seeds; no bound is for their mean alone but that of refusals.
async fn survives(seeds: u64, case: impl Fn(u64) -> Case) {
    let mut refused = 0.0;
    for seed in 0..seeds {
        let case = case(seed);
        let seen = storm(case).await;
        println!("{case:?}: {seen:?}");
        assert_eq!(seen.failed, 0, "{case:?}: {seen:?}");
        assert!(seen.used >= 0.95, "{case:?}: {seen:?}");
        // Whoever knows the limits is not refused at all.
        assert!(seen.refused == 0.0 || !(case.headers || case.configured), "{case:?}: {seen:?}");
        assert!(seen.first == 0 || !case.configured, "{case:?}: {seen:?}");
        refused += seen.refused;
    }
    let refused = refused / seeds as f64;
    assert!(refused <= 0.02, "{refused} of {:?}", case(0));
}

async fn survives_any_server(load: Load, headers: bool, configured: bool, seeds: u64) {
    for algorithm in [Algorithm::TokenBucket, Algorithm::FixedWindow] {
        survives(seeds, |seed| Case { load, algorithm, headers, configured, seed }).await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_told_the_limits_is_never_refused() {
    for load in [Load::Requests, Load::Tokens] {
        survives_any_server(load, true, true, 2).await;
        survives_any_server(load, false, true, 2).await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_hears_the_limits_is_not_refused_after_the_first_minute() {
    for load in [Load::Requests, Load::Tokens] {
        survives_any_server(load, true, false, 3).await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_knows_nothing_learns_a_limit_of_requests() {
    survives_any_server(Load::Requests, false, false, 10).await;
}

#[tokio::test(start_paused = true)]
async fn who_knows_nothing_learns_a_limit_of_tokens() {
    survives_any_server(Load::Tokens, false, false, 10).await;
}
