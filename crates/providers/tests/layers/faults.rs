//! A server that refuses some calls by chance, and one that refuses what is beyond so many at once. Of the
//! first no less is asked, and only who was refused waits; of the second less is, until it hardly refuses.

#![allow(clippy::print_stdout, reason = "what was measured is worth reading")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ErrorKind, Layer, Message, Provider, ProviderError,
};
use ziggurat_providers::layers::{ConcurrencyLayer, RetryLayer, Stack};
use ziggurat_testkit::{Faults, Latency, ScriptedProvider, Turn};

const CALLS: usize = 1250;
const AT_ONCE: usize = 100;
const ANSWER: Duration = Duration::from_millis(50);
const HINT: Duration = Duration::from_millis(200);

fn ask(call: usize) -> ChatRequest {
    ChatRequest::new("m", [Message::user(format!("Why {call}?"))])
}

/// A server that refuses this share of all calls, none more than twice, and counts how many.
fn busy(share: f64, latency: Latency, seed: u64) -> (ScriptedProvider, Arc<AtomicUsize>) {
    let refused = Arc::new(AtomicUsize::new(0));
    let faults = Faults::new().at_most(2).at_rate_with(share, {
        let refused = Arc::clone(&refused);
        move |_| {
            refused.fetch_add(1, Ordering::SeqCst);
            Turn::http_error(429, "busy").retry_after(HINT)
        }
    });
    let script = ScriptedProvider::new().otherwise(Turn::text("fine")).with_latency(latency);
    (script.with_seed(seed).with_faults(faults), refused)
}

/// What everybody would write: wait as long as the server says, and ask again.
struct MinimalRetry(ScriptedProvider);

#[async_trait]
impl Provider for MinimalRetry {
    fn name(&self) -> &str {
        "minimal"
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        for _ in 1..5 {
            match self.0.chat(cx, request).await {
                Err(error) => sleep(error.retry_after().unwrap()).await,
                answer => return answer,
            }
        }
        self.0.chat(cx, request).await
    }
}

/// How long all calls take, and how many fail.
async fn all(provider: Arc<dyn Provider>) -> (Duration, usize) {
    let (begun, next) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let slots = (0..AT_ONCE).map(|_| {
        let (provider, next) = (Arc::clone(&provider), Arc::clone(&next));
        async move {
            let mut failed = 0;
            loop {
                let call = next.fetch_add(1, Ordering::SeqCst);
                if call >= CALLS {
                    return failed;
                }
                let result = provider.chat(&CallContext::default(), &ask(call)).await;
                failed += usize::from(result.is_err());
            }
        }
    });
    let failed = slots.collect::<JoinSet<_>>().join_all().await.into_iter().sum();
    (begun.elapsed(), failed)
}

#[tokio::test(start_paused = true)]
async fn refusals_by_chance_take_no_longer_than_in_a_loop_of_ones_own() {
    for latency in [Latency::from(ANSWER), Latency::log_normal(ANSWER, 0.5)] {
        let (mut most, mut refusals) = (0.0_f64, 0);
        for seed in 0..20 {
            let (script, refused) = busy(0.02, latency, seed);
            let stack = Stack::new().with(RetryLayer::new().with_seed(seed));
            let (ours, failed) = all(stack.layer(Arc::new(script.clone()))).await;
            let refused = refused.load(Ordering::SeqCst);
            assert_eq!((failed, script.calls().len()), (0, CALLS + refused), "seed {seed}");
            let (script, _) = busy(0.02, latency, seed);
            let (theirs, _) = all(Arc::new(MinimalRetry(script))).await;
            let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
            assert!(ratio <= 1.2, "seed {seed}: {ours:?} and {theirs:?}");
            (most, refusals) = (most.max(ratio), refusals + refused);
        }
        println!("{latency:?}: at most {most:.3} of the loop's time, {refusals} refusals");
        assert!(refusals > 400, "{refusals}");
    }
}

/// A server that bears so many calls at once and refuses what is beyond, at once and in this way.
struct Bearing {
    most: usize,
    refusal: (ErrorKind, u16),
    under_way: AtomicUsize,
    answered: AtomicUsize,
    refused: AtomicUsize,
}

impl Bearing {
    fn new(most: usize, refusal: (ErrorKind, u16)) -> Self {
        let zero = || AtomicUsize::new(0);
        Self { most, refusal, under_way: zero(), answered: zero(), refused: zero() }
    }

    fn counts(&self) -> [usize; 2] {
        [&self.answered, &self.refused].map(|count| count.load(Ordering::SeqCst))
    }
}

#[async_trait]
impl Provider for Bearing {
    fn name(&self) -> &str {
        "bearing"
    }

    async fn chat(&self, _: &CallContext, _: &ChatRequest) -> Result<ChatResponse, ProviderError> {
        sleep(Duration::from_millis(fastrand::u64(1..20))).await;
        if self.under_way.load(Ordering::SeqCst) >= self.most {
            self.refused.fetch_add(1, Ordering::SeqCst);
            let (kind, status) = self.refusal;
            return Err(ProviderError::new("bearing", kind, "too many").with_status(status));
        }
        self.under_way.fetch_add(1, Ordering::SeqCst);
        sleep(Duration::from_millis(fastrand::u64(500..1500))).await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        self.answered.fetch_add(1, Ordering::SeqCst);
        Ok(ChatResponse::new("m", "fine"))
    }
}

/// A hundred workers want more than the 20 at once that it bears, some of which are always answered.
#[tokio::test(start_paused = true)]
async fn the_bound_settles_at_what_a_server_bears() {
    for refusal in [(ErrorKind::Server, 503), (ErrorKind::RateLimit, 429)] {
        let (server, layer) = (Arc::new(Bearing::new(20, refusal)), ConcurrencyLayer::new());
        let provider = layer.layer(server.clone());
        let mut workers = JoinSet::new();
        for call in 0..AT_ONCE {
            let provider = Arc::clone(&provider);
            workers.spawn(async move {
                loop {
                    if provider.chat(&CallContext::default(), &ask(call)).await.is_err() {
                        sleep(Duration::from_millis(fastrand::u64(375..500))).await;
                    }
                }
            });
        }
        // From 256 it is halved four times, a second or more apart.
        sleep(Duration::from_secs(10)).await;
        let before = server.counts();
        let mut bounds = Vec::new();
        for _ in 0..300 {
            sleep(Duration::from_secs(1)).await;
            bounds.push(layer.limit());
        }
        let after = server.counts();
        workers.shutdown().await;
        let [answered, refused] = [0, 1].map(|n| (after[n] - before[n]) as f64);
        let (used, refused) = (answered / (300.0 * 20.0), refused / (answered + refused));
        let (least, most) = (bounds.iter().min().unwrap(), bounds.iter().max().unwrap());
        println!("{refusal:?}: {used:.3} used, {refused:.3} refused, {least} to {most} at once");
        assert!(used >= 0.8 && refused <= 0.1, "{used} {refused}");
        assert!(*least >= 10 && *most <= 25, "{bounds:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_few_refusals_in_a_hundred_leave_the_bound_where_it_is() {
    for seed in 0..20 {
        let (script, refused) = busy(0.02, Latency::log_normal(ANSWER, 0.5), seed);
        let layer = ConcurrencyLayer::new().with_max(32);
        let (_, failed) = all(layer.layer(Arc::new(script.clone()))).await;
        assert_eq!(failed, refused.load(Ordering::SeqCst));
        assert!(failed > 10);
        assert_eq!(layer.limit(), 32, "seed {seed}");
    }
}
